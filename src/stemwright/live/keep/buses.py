"""Recorded buses, and where they lie among the bars that were kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile

from stemwright.errors import UsageError
from stemwright.live.desk.desk import CLICK, MAIN, SUM
from stemwright.live.keep.form import Kept
from stemwright.live.keep.reading import Session
from stemwright.song.state import GlobalState

SLACK = 0.005
"""Seconds by which a bar of a recording may lie beside the song's."""
QUIET = 1e-4
"""What is nowhere above it is silence."""
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Bus:
    """A file of a recording that is not silent. `layer`: what it is to be called; `column`: the layer that it
    is a recording of, "" for companions and inputs; `start`: its first sample."""

    file: Path
    layer: str
    column: str
    start: int
    frames: int

    def lie(self, played: Kept, state: GlobalState, rate: int, remarks: list[str]) -> range | None:
        """The bars (from 0) that it holds whole, None where it holds none of those that were kept. A remark
        where it leaves the song's grid, since tempo or transport was moved."""
        ends = [bar.at for bar in played.bars[1:]] + [1 << 62]
        inside = [
            place
            for place, (bar, stop) in enumerate(zip(played.bars, ends, strict=True))
            if stop > self.start and bar.at < self.start + self.frames
        ]
        if not inside:
            return None
        first, place = inside[0], Fraction(played.bars[inside[0]].at)
        for bar in inside:
            if abs(played.bars[bar].at - place) > SLACK * rate:
                remarks.append(
                    f"{self.layer}: from bar {bar + 1} on it does not lie on the song's bars, since tempo or "
                    "transport was moved there"
                )
                break
            source = played.sources[bar]
            ticks = state.bar_tick(source + 1), state.bar_tick(source)
            seconds = state.timebase.tick_seconds(ticks[0]) - state.timebase.tick_seconds(ticks[1])
            place += seconds * rate
        whole = [bar for bar in inside if played.bars[bar].at >= self.start - SLACK * rate]
        return range(whole[0], inside[-1] + 1) if whole and whole[0] > first else range(first, inside[-1] + 1)

    @contextmanager
    def padded(self, played: Kept, rate: int) -> Iterator[tuple[Path, float]]:
        """A file that begins with its first bar, by silence before it, and the seconds to skip in it,
        where it began before the first bar."""
        before = [bar.at for bar in played.bars if bar.at <= self.start]
        if not before:
            yield self.file, (played.bars[0].at - self.start) / rate
            return
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / self.file.name
            with (
                soundfile.SoundFile(self.file) as source,
                soundfile.SoundFile(
                    made, "w", source.samplerate, source.channels, "FLOAT", format="RF64"
                ) as target,
            ):
                target.write(np.zeros((self.start - before[-1], source.channels), np.float32))
                for piece in source.blocks(_PIECE, dtype="float32", always_2d=True):
                    target.write(piece)
            yield made, 0.0


def buses_of(session: Session, taken: set[str]) -> list[Bus]:
    """All buses of all recordings that hold sound, but for the click and sums. `taken`: names of layers that
    there are."""
    found: list[Bus] = []
    names = set(taken)
    for folder, start in session.recordings.items():
        for file in sorted(folder.glob("*.wav")):
            if file.stem in (CLICK, SUM, MAIN):
                continue
            frames = _heard(file)
            if not frames:
                continue
            name = _free(f"live-{file.stem}"[:28], names)
            names.add(name)
            column = file.stem if file.stem in session.columns else ""
            found.append(Bus(file, name, column, start, frames))
    return found


def _free(name: str, taken: set[str]) -> str:
    number = 2
    found = name
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found


def _heard(file: Path) -> int:
    """Frames of a file, 0 where it is silent. UsageError where it is no audio."""
    try:
        with soundfile.SoundFile(file) as sound:
            loud = any(
                np.abs(piece).max(initial=0) > QUIET for piece in sound.blocks(_PIECE, dtype="float32")
            )
            return int(sound.frames) if loud else 0
    except (OSError, soundfile.LibsndfileError) as error:
        raise UsageError(f"{file}: cannot be read as audio ({error})") from None
