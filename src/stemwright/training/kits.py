"""Drum kits made of single recordings, one entry per piece of :data:`stemwright.song.drums.DRUM_PIECES`.

Notes address pieces by General MIDI pitch. Real kits come with velocity ranks; the hit whose own level is
closest to what the velocity asks for is taken and scaled the rest of the way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stemwright.errors import UsageError
from stemwright.song.drums import DRUM_PIECES, piece_of
from stemwright.training.sampler import (
    RATE,
    Audio,
    Voice,
    fade_tail,
    read_mono,
    resample,
    trim_attack,
    velocity_gain,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a piece comes from (a folder of ranked hits or one file), level, pitch shift, longest sound."""

    path: str
    level: float = 1.0
    shift: float = 0.0
    seconds: float = 4.0


KITS: dict[str, dict[str, Piece]] = {
    "acoustic": {
        "kick": Piece("drums_muldjord/KdrumR", 1.0),
        "snare": Piece("drums_muldjord/Snare1", 0.9),
        "rim": Piece("drums_muldjord/SnareRest1", 0.6, 5.0, 0.4),
        "clap": Piece("sonicpi_cc0/perc_snap.flac", 0.6),
        "closed_hat": Piece("drums_muldjord/HihatClosed", 0.4),
        "pedal_hat": Piece("drums_muldjord/HihatClosed", 0.22, -1.0, 0.15),
        "open_hat": Piece("drums_muldjord/HihatOpen", 0.45),
        "low_tom": Piece("drums_muldjord/Tom4", 0.8),
        "mid_tom": Piece("drums_muldjord/Tom3", 0.8),
        "high_tom": Piece("drums_muldjord/Tom1", 0.8),
        "crash": Piece("drums_muldjord/CrashL", 0.6),
        "ride": Piece("drums_muldjord/RideR", 0.4),
        "bell": Piece("drums_muldjord/RideRBell", 0.45),
        "percussion": Piece("sonicpi_cc0/drum_cowbell.flac", 0.4),
    },
    "808": {
        "kick": Piece("sonicpi_cc0/bd_808.flac", 1.0),
        "snare": Piece("sonicpi_cc0/sn_dolf.flac", 0.7),
        "rim": Piece("sonicpi_cc0/elec_tick.flac", 0.5),
        "clap": Piece("sonicpi_cc0/perc_snap2.flac", 0.6),
        "closed_hat": Piece("sonicpi_cc0/drum_cymbal_closed.flac", 0.35),
        "pedal_hat": Piece("sonicpi_cc0/drum_cymbal_pedal.flac", 0.3),
        "open_hat": Piece("sonicpi_cc0/drum_cymbal_open.flac", 0.35),
        "low_tom": Piece("sonicpi_cc0/elec_fuzz_tom.flac", 0.6, -5.0),
        "mid_tom": Piece("sonicpi_cc0/elec_fuzz_tom.flac", 0.6, 0.0),
        "high_tom": Piece("sonicpi_cc0/elec_fuzz_tom.flac", 0.6, 5.0),
        "crash": Piece("sonicpi_cc0/drum_splash_hard.flac", 0.5),
        "ride": Piece("sonicpi_cc0/drum_cymbal_soft.flac", 0.35),
        "bell": Piece("sonicpi_cc0/elec_bell.flac", 0.35, 12.0),
        "percussion": Piece("sonicpi_cc0/elec_blip2.flac", 0.35),
    },
}


def _rank(path: Path) -> tuple[int, str]:
    match = re.match(r"(\d+)", path.name)
    return (int(match[1]) if match else 0, path.name)


class Kit:
    """A drum kit read from ``folder``; raises :class:`UsageError` where a sample is missing."""

    one_shot = True

    def __init__(self, folder: Path, pieces: dict[str, Piece]) -> None:
        self.folder = folder
        self.pieces = pieces
        self._hits: dict[str, list[tuple[float, Audio]]] = {}

    def _load(self, name: str) -> list[tuple[float, Audio]]:
        """Hits of a piece as (level relative to the loudest, audio with peak 1), softest first."""
        piece = self.pieces[name]
        path = self.folder / piece.path
        files = sorted(path.glob("*.flac"), key=_rank) if path.is_dir() else [path]
        if not files or not all(f.is_file() for f in files):
            raise UsageError(f"{path}: no samples for the drum piece {name!r}")
        hits: list[tuple[float, Audio]] = []
        for file in files:
            audio, rate = read_mono(file)
            audio = trim_attack(resample(audio, rate, piece.shift))[: round(piece.seconds * RATE)]
            peak = float(np.abs(audio).max(initial=0.0))
            if peak > 1e-6:
                hits.append((peak, fade_tail(audio / np.float32(peak), min(0.2, piece.seconds / 3))))
        top = max(level for level, _ in hits)
        return [(level / top, audio) for level, audio in sorted(hits, key=lambda h: h[0])]

    def voice(self, pitch: int, velocity: int, seconds: float) -> Voice:
        """See :class:`stemwright.training.sampler.Instrument`; the hit always rings out."""
        name = DRUM_PIECES[piece_of(pitch)]
        if name not in self._hits:
            self._hits[name] = self._load(name)
        wanted = velocity_gain(velocity)
        _, audio = min(self._hits[name], key=lambda h: abs(h[0] - wanted))
        return Voice(audio, wanted * self.pieces[name].level, 0.03)
