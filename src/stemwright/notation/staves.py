"""A layer on its staves: which clef each has, and which notes are which voice, bar by bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from stemwright.notation.drum_staff import FEET, HANDS, place_of
from stemwright.notation.grid import Gridded
from stemwright.notation.values import Value, spans_of, values_of
from stemwright.song.score import PPQ, Note
from stemwright.song.state import GlobalState

MIDDLE = 60
"""The lowest pitch of the upper of two staves."""
_ALONE = 0.9
"""The share of its notes on one side of the middle from which a layer has one staff."""


class Clef(NamedTuple):
    """MusicXML's sign, line and octave change of a clef."""

    sign: str
    line: int
    octave: int = 0


TREBLE, BASS, DRUMS = Clef("G", 2), Clef("F", 4), Clef("percussion", 2)
_LOW_BASS, _HIGH_TREBLE = Clef("F", 4, -1), Clef("G", 2, 1)


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of one staff (from 1): its notes in order."""

    staff: int
    name: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Laid:
    """A layer as it is printed."""

    clefs: tuple[Clef, ...]
    voices: tuple[Voice, ...]
    triplets: frozenset[int]

    def bars(self, state: GlobalState) -> Iterator[list[tuple[Voice, list[Value]]]]:
        """Bar by bar the values of each voice; the first voice of a staff is always there, others where they
        have notes.
        """
        sounding = [_by_bar(voice.notes, state) for voice in self.voices]
        for bar in range(state.bars):
            start, end = state.bar_tick(bar), state.bar_tick(bar + 1)
            own = frozenset(beat - start for beat in range(start, end, PPQ) if beat in self.triplets)
            out = []
            for voice, found in zip(self.voices, sounding, strict=True):
                if bar in found or voice.name in _FIRST:
                    spans = spans_of(found.get(bar, ()), start, end)
                    out.append((voice, values_of(spans, start, state.meter_of(bar), own)))
            yield out


def _by_bar(notes: Sequence[Note], state: GlobalState) -> dict[int, list[Note]]:
    """Bar -> the notes that sound in it."""
    out: dict[int, list[Note]] = {}
    for note in notes:
        for bar in range(state.bar_of_tick(note.onset), state.bar_of_tick(note.end - 1) + 1):
            out.setdefault(bar, []).append(note)
    return out


_FIRST = ("1", "5")
"""The names of the first voices of two staves, as notation programs count them."""


def laid(found: Gridded, drums: bool, two_staves: bool, one_voice: bool = False) -> Laid:
    """A layer on its staves. `two_staves`: it may have two; `one_voice`: as a tune has it."""
    notes = found.score.notes
    if drums:
        feet = tuple(note for note in notes if place_of(note.pitch).voice == FEET)
        hands = tuple(note for note in notes if place_of(note.pitch).voice != FEET)
        return Laid((DRUMS,), (Voice(1, HANDS, hands), Voice(1, FEET, feet)), found.triplets)
    high = [note for note in notes if note.pitch >= MIDDLE]
    split = two_staves and (1 - _ALONE) * len(notes) < len(high) < _ALONE * len(notes)
    staves = [tuple(high), tuple(note for note in notes if note.pitch < MIDDLE)] if split else [notes]
    clefs = (TREBLE, BASS) if split else (clef_for(notes),)
    voices = [
        Voice(staff, str(4 * staff - 3 + number), tuple(part))
        for staff, own in enumerate(staves, 1)
        for number, part in enumerate([own] if one_voice else _voices(own))
    ]
    return Laid(clefs, tuple(voices), found.triplets)


def clef_for(notes: Sequence[Note]) -> Clef:
    """The clef in which the middle one of some notes lies best."""
    pitches = sorted(note.pitch for note in notes) or [71]
    middle = pitches[len(pitches) // 2]
    for lowest, clef in ((86, _HIGH_TREBLE), (57, TREBLE), (43, BASS)):
        if middle >= lowest:
            return clef
    return _LOW_BASS


def _voices(notes: Sequence[Note]) -> list[list[Note]]:
    """One or two voices: a chord goes to the first that is free. Where none is, it goes to the second, in
    which what sounds at once is printed with ties.
    """
    voices: list[list[Note]] = [[], []]
    ends = [0, 0]
    for onset, starting in groupby(notes, key=lambda note: note.onset):
        ends_here: dict[int, list[Note]] = {}
        for note in starting:
            ends_here.setdefault(note.end, []).append(note)
        for end, chord in sorted(ends_here.items(), reverse=True):
            free = next((i for i in (0, 1) if ends[i] <= onset), 1)
            voices[free] += chord
            ends[free] = max(ends[free], end)
    return [voice for voice in voices if voice] or [[]]
