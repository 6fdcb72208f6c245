"""The wide decoder beside the codec's own: what 48 kHz stereo costs, and what it gains.

    python benchmarks/wide.py --data DATA [--codec BUNDLE] [--wide BUNDLE] [--minutes 1] [--json FILE]

``DATA`` is a data folder whose held-out clips have wide twins (``stemwright train widen``). Every clip is
encoded by the codec and decoded by both, in full, on one thread. The codec's sound is measured as it would be
heard at 48 kHz in stereo: resampled, on both sides. Measures are defined in ``stemwright.evaluation.stereo``;
means over 10 s pieces, by layer; silent pieces are passed over. Real-time factor: processor seconds over
seconds of sound.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soxr

from stemwright.codec.codec import Codec
from stemwright.codec.wide import RATE, WideDecoder
from stemwright.dataset.shards import Clip, clips, wide_done
from stemwright.errors import UsageError
from stemwright.evaluation import stereo
from stemwright.models import find, require_codec
from stemwright.song.layers import LAYERS

FIGURES = {
    "mel": ("mel distance", 3),
    "mel_high": ("above 12 kHz", 3),
    "si_snr_mid": ("SI-SNR of the middle, dB", 1),
    "correlation_error": ("correlation error", 3),
    "width_error_db": ("width error, dB", 1),
}
PIECE = 10 * RATE
QUIET = 1e-3


def held_out(data: Path, minutes: float) -> Iterator[Clip]:
    """Clips with a wide twin, at most so many minutes of each layer, taken from all shards in turn."""
    for layer in LAYERS:
        found = [clip for clip in clips(data, layer, "valid") if wide_done(clip.shard)]
        left = minutes * 60 * RATE / 2
        for clip in sorted(found, key=lambda c: (c.index, c.shard)):
            if left <= 0:
                break
            left -= clip.samples
            yield clip


def timed(decode: Callable[[np.ndarray], np.ndarray], codes: np.ndarray, spent: list[float]) -> np.ndarray:
    """The sound of codes; processor seconds and seconds of sound are noted."""
    start = time.thread_time()
    sound = decode(codes)
    spent.append((time.thread_time() - start) / (codes.shape[1] / 75))
    return sound


def doubled(sound: np.ndarray) -> np.ndarray:
    """Mono at 24 kHz -> the same at 48 kHz on both sides."""
    return np.repeat(soxr.resample(sound, RATE // 2, RATE)[:, None], 2, axis=1).astype(np.float32)


def measure(
    data: Path, codec: Codec, wide: WideDecoder, minutes: float
) -> tuple[dict[str, dict[str, list[dict[str, float]]]], dict[str, float]]:
    """Rows of figures by layer and decoder, and the real-time factor of each decoder."""
    rows: dict[str, dict[str, list[dict[str, float]]]] = {}
    spent: dict[str, list[float]] = {"codec": [], "wide": []}
    for decode in (codec.decode, wide.decode):
        decode(np.zeros((8, 400), np.uint16))  # load the graphs
    for clip in held_out(data, minutes):
        target = clip.wide().astype(np.float32) / np.float32(32767)
        codes = codec.encode(clip.audio().astype(np.float32) / np.float32(32767))
        heard = {
            "codec": doubled(timed(codec.decode, codes, spent["codec"])),
            "wide": timed(wide.decode, codes, spent["wide"]),
        }
        for at in range(0, len(target), PIECE):
            piece = target[at : at + PIECE]
            if float(np.sqrt(np.mean(np.square(piece)))) < QUIET:
                continue
            for name, sound in heard.items():
                made = stereo.evaluate(piece, sound[at : at + PIECE])
                rows.setdefault(clip.layer, {}).setdefault(name, []).append(made)
    return rows, {name: float(np.median(each)) for name, each in spent.items() if each}


def mean(rows: list[dict[str, float]]) -> dict[str, float]:
    """The mean of every figure."""
    return {name: float(np.mean([row[name] for row in rows])) for name in FIGURES}


def markdown(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    """A table: layers down, figures across, the codec's sound in brackets."""
    titles = [title for title, _ in FIGURES.values()]
    lines = ["| wide (codec) | " + " | ".join(titles) + " |", "| --- " * (len(titles) + 1) + "|"]
    for layer, both in figures.items():
        cells = [f"{both['wide'][k]:.{n}f} ({both['codec'][k]:.{n}f})" for k, (_, n) in FIGURES.items()]
        lines.append(f"| {layer} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--codec", type=Path, default=None, help="bundle; default: the shipped one")
    parser.add_argument("--wide", type=Path, default=None, help="bundle; default: the shipped one")
    parser.add_argument("--minutes", type=float, default=1.0, help="at most so much of a layer")
    parser.add_argument("--json", type=Path, default=None, help="write the figures there")
    args = parser.parse_args()
    try:
        codec = Codec.load(args.codec or find("codec"), threads=1)
        wide = WideDecoder.load(args.wide or find("wide"), threads=1)
        require_codec(wide.bundle, codec.bundle)
        rows, rtf = measure(args.data, codec, wide, args.minutes)
    except UsageError as error:
        raise SystemExit(str(error)) from None
    if not rows:
        raise SystemExit(
            f"{args.data}: no held-out clips with wide twins: run `stemwright train widen` first"
        )
    figures = {layer: {name: mean(each) for name, each in both.items()} for layer, both in rows.items()}
    print(markdown(figures))
    sizes = {
        name: user.bundle.file("decoder.onnx").stat().st_size / 1e6
        for name, user in (("codec", codec), ("wide", wide))
    }
    for name, title in (("codec", "24 kHz mono"), ("wide", "48 kHz stereo")):
        print(f"{title}: decode real-time factor {rtf[name]:.4f} on one thread, {sizes[name]:.1f} MB")
    if args.json:
        result = {
            "codec": codec.sha256,
            "wide": wide.sha256,
            "rtf": rtf,
            "megabytes": sizes,
            "layers": figures,
        }
        args.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
