"""The codec beside Opus: how close to the original, and how fast.

    python benchmarks/codec.py --codec BUNDLE [--data DATA] [--recordings FOLDER] [--seconds 60] [--json FILE]

Sounds: held-out stems of every layer of a data folder (``DATA/<layer>/valid-*.i16``, made by ``stemwright
train data``) and every
recording of a folder (any file that libsndfile reads; grouped by subfolder), mono at 24 kHz, at most
``--seconds`` of each
file and ``--minutes`` of each kind. Opus is ``opusenc`` and ``opusdec`` of opus-tools, constrained to the
stated bit rate.
Metrics are defined in ``stemwright.evaluation.reconstruction``; each row is the mean over files, weighted
by length. Real-time factor:
wall seconds on one thread over seconds of sound.
"""

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr

from stemwright.codec.codec import Codec
from stemwright.evaluation.reconstruction import evaluate

RATE = 24_000
OPUS = (6, 12, 16)
Sound = np.ndarray


def stems(data: Path, seconds: float, minutes: float) -> Iterator[tuple[str, Sound]]:
    """(layer, sound) of held-out shards, spread over the shards of each layer; silent pieces are passed
    over.
    """
    for folder in sorted(p for p in data.iterdir() if p.is_dir()):
        paths = sorted(folder.glob("valid-*.i16"))
        budget, piece = minutes * 60, min(seconds, 10.0)
        enough = [path for path in paths if path.stat().st_size > 2 * piece * RATE]
        shards = [np.memmap(path, dtype="<i2", mode="r") for path in enough]
        at = 0
        while shards and budget > 0:
            pieces = [s[at : at + int(piece * RATE)] for s in shards if len(s) >= at + piece * RATE]
            if not pieces:
                break
            for raw in pieces:
                sound = raw.astype(np.float32) / 32768
                if budget > 0 and float(np.sqrt(np.mean(sound**2))) > 1e-3:
                    yield f"stems: {folder.name}", sound
                    budget -= piece
            at += int(3 * piece * RATE)


def recordings(folder: Path, seconds: float, minutes: float) -> Iterator[tuple[str, Sound]]:
    """(kind, sound) of every readable file below a folder."""
    spent: dict[str, float] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower().lstrip(".") not in {"wav", "flac", "ogg", "aif", "aiff", "mp3", "opus"}:
            continue
        kind = f"recordings: {path.parent.name}"
        if spent.get(kind, 0.0) >= minutes * 60:
            continue
        info = soundfile.info(path)
        frames = int(seconds * info.samplerate)
        sound, rate = soundfile.read(path, frames=frames, dtype="float32", always_2d=True)
        mono = soxr.resample(sound.mean(axis=1), rate, RATE).astype(np.float32)
        spent[kind] = spent.get(kind, 0.0) + len(mono) / RATE
        yield kind, mono


def through_codec(codec: Codec, timing: dict[str, float]) -> Callable[[Sound], Sound]:
    """The sound through our codec; wall time is added up."""

    def run(sound: Sound) -> Sound:
        start = time.perf_counter()
        tokens = codec.encode(sound)
        middle = time.perf_counter()
        out = codec.decode(tokens)[: len(sound)]
        timing["encode"] += middle - start
        timing["decode"] += time.perf_counter() - middle
        timing["seconds"] += len(sound) / RATE
        return out

    return run


def through_opus(kbps: int) -> Callable[[Sound], Sound]:
    """The sound through opusenc and opusdec at a bit rate."""

    def run(sound: Sound) -> Sound:
        with tempfile.TemporaryDirectory() as temp:
            source, coded, out = (Path(temp) / name for name in ("a.wav", "a.opus", "b.wav"))
            soundfile.write(source, sound, RATE, subtype="PCM_16")
            encode = [
                "opusenc",
                "--quiet",
                "--bitrate",
                str(kbps),
                "--cvbr",
                "--music",
                str(source),
                str(coded),
            ]
            subprocess.run(encode, check=True, capture_output=True)
            subprocess.run(
                ["opusdec", "--quiet", "--rate", str(RATE), str(coded), str(out)],
                check=True,
                capture_output=True,
            )
            heard = soundfile.read(out, dtype="float32", always_2d=True)[0].mean(axis=1)
        return np.pad(heard, (0, max(0, len(sound) - len(heard))))[: len(sound)]

    return run


def delay(reference: Sound, estimate: Sound, most: int = 480) -> int:
    """Samples by which the estimate lags (by cross-correlation of up to 20 seconds)."""
    n = min(len(reference), 20 * RATE)
    size = 2 ** (2 * n - 1).bit_length()
    product = np.fft.rfft(estimate[:n], size) * np.conj(np.fft.rfft(reference[:n], size))
    near = np.roll(np.fft.irfft(product, size), most)[: 2 * most + 1]
    return int(np.argmax(near)) - most


def measure(
    sounds: list[tuple[str, Sound]], codecs: dict[str, Callable[[Sound], Sound]]
) -> list[dict[str, object]]:
    """One row per kind of sound and codec."""
    rows = []
    for kind in dict.fromkeys(kind for kind, _ in sounds):
        for name, run in codecs.items():
            totals: dict[str, float] = {}
            seconds, lags = 0.0, []
            for sound in (s for k, s in sounds if k == kind):
                heard = run(sound)
                weight = len(sound) / RATE
                seconds += weight
                lags.append(delay(sound, heard))
                for metric, value in evaluate(sound, heard).items():
                    totals[metric] = totals.get(metric, 0.0) + weight * value
            row = {
                "kind": kind,
                "codec": name,
                "seconds": round(seconds, 1),
                "delay_samples": int(np.median(lags)),
            }
            rows.append({**row, **{metric: round(value / seconds, 3) for metric, value in totals.items()}})
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return rows


def markdown(rows: list[dict[str, object]], names: list[str]) -> str:
    """A table: kinds down, codecs across, each cell mel distance / SI-SNR / log-spectral distance."""
    metrics = (("mel_distance", 2), ("si_snr_db", 1), ("log_spectral_distance_db", 1))
    cells = {(r["kind"], r["codec"]): " / ".join(f"{r[m]:.{n}f}" for m, n in metrics) for r in rows}
    lines = [
        "| mel distance / SI-SNR dB / LSD dB | " + " | ".join(names) + " |",
        "| --- " * (len(names) + 1) + "|",
    ]
    for kind in dict.fromkeys(r["kind"] for r in rows):
        lines.append(f"| {kind} | " + " | ".join(cells[kind, name] for name in names) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--codec", type=Path, default=None, help="bundle; default: the shipped one")
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--recordings", type=Path, default=None)
    parser.add_argument("--seconds", type=float, default=30.0, help="at most so much of a file")
    parser.add_argument("--minutes", type=float, default=2.0, help="at most so much of a kind")
    parser.add_argument("--json", type=Path, default=None, help="write the figures there")
    args = parser.parse_args()
    if args.codec is None:
        from stemwright.models import find

        args.codec = find("codec")
    sounds: list[tuple[str, Sound]] = []
    if args.data:
        sounds += stems(args.data, args.seconds, args.minutes)
    if args.recordings:
        sounds += recordings(args.recordings, args.seconds, args.minutes)
    if not sounds:
        raise SystemExit(
            "no sounds: give --data, a folder made by 'stemwright train data', or --recordings, a "
            "folder of files"
        )
    codec = Codec.load(args.codec, threads=1)
    timing = dict.fromkeys(("encode", "decode", "seconds"), 0.0)
    run = through_codec(codec, timing)
    run(sounds[0][1])  # load the graphs
    timing.update(dict.fromkeys(timing, 0.0))
    codecs = {"stemwright 6": run}
    if shutil.which("opusenc") and shutil.which("opusdec"):
        codecs |= {f"Opus {k}": through_opus(k) for k in OPUS}
    else:
        print("no comparison: opusenc and opusdec are not on the path (install opus-tools)", file=sys.stderr)
    rows = measure(sounds, codecs)
    rtf = {f"{part}_rtf": round(timing[part] / timing["seconds"], 4) for part in ("encode", "decode")}
    result = {"machine": platform.machine(), "codec": codec.sha256, "threads": 1, **rtf, "rows": rows}
    print(markdown(rows, list(codecs)))
    print(f"\none thread: encode RTF {rtf['encode_rtf']}, decode RTF {rtf['decode_rtf']}")
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
