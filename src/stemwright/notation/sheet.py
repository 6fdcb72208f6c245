"""A printed piece as notes: parts, bars, chord symbols, tempi, section names, syllables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from stemwright.notation.repeats import NO_MARKS, Marks
from stemwright.song.harmony import Chord, Key
from stemwright.song.meter import Meter
from stemwright.song.pitch import name_at
from stemwright.song.score import Note

SWING = "swing"
"""The fact under which a sheet of ours keeps its swing, "2/3"."""
MODE_FIFTHS = {
    "major": 0, "minor": 3, "dorian": 2, "phrygian": 4, "lydian": -1, "mixolydian": 1, "locrian": 5,
    "ionian": 0, "aeolian": 3,
}  # fmt: skip
"""How far the tonic of each mode lies above that of the major key with its signature, in fifths."""


class Printed(NamedTuple):
    """A note with its staff (from 1) and the name of its voice; `note` is in ticks of the whole piece."""

    note: Note
    staff: int = 1
    voice: str = "1"


@dataclass(frozen=True, slots=True)
class Syllable:
    """A syllable under the note that begins at a tick. `hyphen`: its word goes on with the next one;
    `verse`: the line that it is printed in, from 1.
    """

    tick: int
    text: str
    hyphen: bool = False
    verse: int = 1


@dataclass(slots=True)
class Part:
    """One instrument, ties joined. `program`: General MIDI's, 0-based, None where none is said."""

    name: str
    notes: list[Printed] = field(default_factory=list)
    program: int | None = None
    is_drums: bool = False
    syllables: list[Syllable] = field(default_factory=list)

    def on_staff(self, staff: int) -> list[Note]:
        """The notes of one staff."""
        return [note for note, where, _ in self.notes if where == staff]

    @property
    def sounding(self) -> list[Note]:
        """The notes of all staves."""
        return [printed.note for printed in self.notes]

    @property
    def staves(self) -> int:
        """The highest staff that has notes."""
        return max((printed.staff for printed in self.notes), default=0)


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a bar starts in ticks, how long it is as written, and its meter.

    `number`: as printed. `fifths`, `mode`: the key signature in force as it sounds, None and "" before the
    first; many programs say no mode, or always "major".
    """

    start: int
    length: int
    meter: Meter
    number: str = ""
    fifths: int | None = None
    marks: Marks = NO_MARKS
    mode: str = ""

    @property
    def whole(self) -> bool:
        """Whether it is as long as its meter says (a pickup is not)."""
        return self.length == self.meter.ticks_per_bar

    @property
    def end(self) -> int:
        """The first tick after it."""
        return self.start + self.length

    @property
    def key(self) -> Key | None:
        """The key that signature and mode name; None where there is no signature, or no mode."""
        if self.fifths is None or self.mode not in MODE_FIFTHS:
            return None
        mode = {"ionian": "major", "aeolian": "minor"}.get(self.mode, self.mode)
        name = name_at(self.fifths + MODE_FIFTHS[mode])
        return Key(name, mode) if len(name) <= 2 else None


@dataclass(slots=True)
class Sheet:
    """A piece. What holds until the next of its kind is given as (tick, value): chords (None: none sounds),
    tempi in quarter notes a minute, swings (where the second of two eighths falls, 1/2 to 3/4). `sections`:
    (tick, name) as printed. `facts`: what else a file says of itself ("title", "software", ...). `remarks`:
    what could not be read, a line each.
    """

    parts: list[Part]
    bars: list[Bar]
    chords: list[tuple[int, Chord | None]]
    tempos: list[tuple[int, Fraction]] = field(default_factory=list)
    swings: list[tuple[int, Fraction]] = field(default_factory=list)
    sections: list[tuple[int, str]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def bpm(self) -> Fraction | None:
        """Its first tempo, None where it has none."""
        return self.tempos[0][1] if self.tempos else None

    @property
    def end(self) -> int:
        """The first tick after its last bar."""
        return self.bars[-1].end if self.bars else 0


def runs(bars: list[Bar]) -> Iterator[tuple[int, int]]:
    """Stretches [first, last) of whole bars of one meter. A pickup ends one, and a bar cut by a repeat."""
    for (whole, _), group in groupby(range(len(bars)), key=lambda i: (bars[i].whole, bars[i].meter)):
        places = list(group)
        if whole:
            yield places[0], places[-1] + 1
