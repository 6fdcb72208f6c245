"""Does the tone codec keep drums alive? Single hits of every kit and piece beside the kit's own recordings.

    python benchmarks/drums.py --sources FOLDER [--bundle BUNDLE] [--performer BUNDLE] [--json FILE]

Each piece is struck once (velocity 100) and rings for four seconds, then four times a second apart. By piece,
medians over the kits, recordings beside codec, and beside the performer where one is named:

- ``t20``, ``t40``: seconds until the level, in windows of 20 ms, last lies within 20 and 40 dB of its top;
- ``centre``: the spectral centroid of the first half second, in Hz;
- ``gap``: of the four hits, the lowest level between the first and the last, in dB below the top.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.codec.tone.decoder import Part, ToneDecoder
from stemwright.codec.tone.hearing import ToneEncoder
from stemwright.conditioning import frame_features
from stemwright.instruments.render import Studio
from stemwright.instruments.timbres import TIMBRES
from stemwright.models import Bundle, find, load_bundle
from stemwright.perform.layer import perform_layer
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.song.timebase import SAMPLE_RATE

STATE = GlobalState.create("60", "C major", "4/4", "verse:1", "rock")
WINDOW = SAMPLE_RATE // 50
FLOOR = 1e-5
"""Below it, 100 dB under full scale, all is silence."""

Audio = npt.NDArray[np.float32]


def struck(piece: str, beats: tuple[int, ...]) -> Score:
    """A piece struck on some quarters of the bar of four seconds."""
    quarter = STATE.timebase.meter.ticks_per_bar // 4
    return Score(tuple(Note(beat * quarter, 24, PIECE_PITCH[piece], 100) for beat in beats))


def levels(audio: Audio) -> npt.NDArray[np.float64]:
    """Of windows of 20 ms, in dB."""
    whole = audio[: len(audio) // WINDOW * WINDOW].astype(np.float64).reshape(-1, WINDOW)
    return np.asarray(20 * np.log10(np.sqrt((whole**2).mean(1)) + FLOOR))


def falls(audio: Audio, by: float) -> float:
    """Seconds until the level last lies within so many dB of its top."""
    found = levels(audio)
    return float(np.flatnonzero(found > found.max() - by)[-1] + 1) * WINDOW / SAMPLE_RATE


def centre(audio: Audio) -> float:
    """Spectral centroid of the first half second, in Hz."""
    part = audio[: SAMPLE_RATE // 2].astype(np.float64)
    power = np.abs(np.fft.rfft(part * np.hanning(2 * len(part))[len(part) :])) ** 2
    return float((np.fft.rfftfreq(len(part), 1 / SAMPLE_RATE) * power).sum() / (power.sum() + 1e-20))


def gap(audio: Audio) -> float:
    """The lowest level in the first three seconds, in dB below the top."""
    found = levels(audio[: 3 * SAMPLE_RATE])
    return float(found.max() - found.min())


class Players:
    """Who makes the sounds of a kit: its recordings, the codec, and a performer if there is one."""

    def __init__(self, sources: Path, bundle: Bundle, performer: Bundle | None) -> None:
        self.studio = Studio(sources / "samples")
        self.encoder, self.decoder = ToneEncoder(bundle), ToneDecoder(bundle)
        self.performer = performer

    def sounds(self, kit: str, score: Score) -> dict[str, Audio]:
        """A score in a kit: float32 [N] at 24 kHz by who plays."""
        recorded = self.studio.render("drums", kit, score, STATE.timebase, STATE.bars)
        recorded = recorded if recorded.ndim == 1 else recorded.mean(axis=1)
        made = {"recordings": recorded, "codec": self._decoded(kit, score, self.encoder.encode(recorded))}
        if self.performer is not None:
            place = self.performer.manifest.timbres.index(kit)
            features = frame_features(STATE, "drums", score, timbre=place)
            codes = perform_layer(
                self.performer, features, seed=1, layer="drums", take=1, timebase=STATE.timebase
            )
            made["performer"] = self._decoded(kit, score, codes)
        return made

    def _decoded(self, kit: str, score: Score, codes: npt.NDArray[np.uint16]) -> Audio:
        return self.decoder.decode(Part("drums", codes, score, STATE.timebase, kit), wide=False)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--bundle", default="tone")
    parser.add_argument("--performer")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    performer = options.performer and load_bundle(find(options.performer), kind="performer")
    players = Players(options.sources, load_bundle(find(options.bundle), kind="tone"), performer)
    rows: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    kits = TIMBRES["drums"] if performer is None else performer.manifest.timbres
    for kit in kits:
        for piece in PIECE_PITCH:
            once, often = (players.sounds(kit, struck(piece, beats)) for beats in ((0,), (0, 1, 2, 3)))
            if not np.abs(once["recordings"]).max() > 1e-3:
                continue  # a kit without the piece
            for who in once:
                row = rows[piece, who]
                row["t20"].append(falls(once[who], 20))
                row["t40"].append(falls(once[who], 40))
                row["centre"].append(centre(once[who]))
                row["gap"].append(gap(often[who]))
    print(f"{'piece':12} {'':10} {'t20':>6} {'t40':>6} {'centre':>7} {'gap':>6}  kits")
    made = {key: {name: statistics.median(found) for name, found in row.items()} for key, row in rows.items()}
    for (piece, who), row in made.items():
        figures = f"{row['t20']:6.2f} {row['t40']:6.2f} {row['centre']:7.0f} {row['gap']:6.1f}"
        print(f"{piece:12} {who:10} {figures}  {len(rows[piece, who]['t20'])}")
    if options.json:
        options.json.write_text(json.dumps({"/".join(key): row for key, row in made.items()}, indent=1))


if __name__ == "__main__":
    main()
