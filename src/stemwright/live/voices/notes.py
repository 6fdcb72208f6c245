"""The sheet that a performer plays for a companion's sound, and where each of its notes lies."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from stemwright.song.layers import kind_of
from stemwright.song.midi_write import write_midi
from stemwright.song.score import PPQ, Note, Score
from stemwright.song.state import GlobalState

STEP = 3
"""Semitones between two recorded notes; the others are those, faster or slower."""
RANGES = {"bass": (28, 55), "harmony": (36, 84), "lead": (48, 88)}
DRUMS = (35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 53, 54, 56)
VELOCITY = 100
HELD, APART = 3, 4
"""Quarter notes that a note is held, and from one to the next, at 60 BPM."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Pitches in the order in which they are played."""

    layer: str
    pitches: tuple[int, ...]

    @property
    def bars(self) -> int:
        """Bars of four quarters at 60 BPM."""
        return len(self.pitches) * APART // 4

    def midi(self) -> bytes:
        """As a MIDI file."""
        state = GlobalState.create(bpm="60", form=f"verse:{self.bars}")
        held = PPQ * (1 if self.is_drums else HELD)
        notes = [Note(place * APART * PPQ, held, pitch, VELOCITY) for place, pitch in enumerate(self.pitches)]
        return write_midi(state, {self.layer: Score(tuple(notes))}, title="voices")

    @property
    def is_drums(self) -> bool:
        """Whether each pitch is an instrument of its own."""
        return kind_of(self.layer) == "drums"

    def began(self, place: int) -> Fraction:
        """The second at which a note is written."""
        return Fraction(place * APART)


def sheet_of(layer: str, low: int, high: int) -> Sheet:
    """What is played for a layer, of pitches low..high where they matter."""
    kind = kind_of(layer)
    if kind == "drums":
        return Sheet(layer, DRUMS)
    first, last = RANGES.get(kind, RANGES["lead"])
    first, last = max(low, first), min(high, last)
    return Sheet(layer, tuple(range(first, max(first, last) + 1, STEP)))


def nearest(sheet: Sheet, pitch: int) -> tuple[int, float] | None:
    """Which of the played notes stands for a pitch, and how much faster it is played; None for a drum that
    was not."""
    place = min(range(len(sheet.pitches)), key=lambda at: (abs(sheet.pitches[at] - pitch), at))
    away = pitch - sheet.pitches[place]
    if sheet.is_drums:
        return (place, 1.0) if away == 0 else None
    return (place, 2.0 ** (away / 12)) if abs(away) <= 24 else None
