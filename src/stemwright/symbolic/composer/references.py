"""What the composer is told of bars that a part's bar may repeat or vary: the bars 1, 2 and 4 before it, and
the bar that it should be like.

Music repeats itself bar by bar and section by section. A small network finds what it could repeat in tokens
far behind only after long training; told step by step what comes next in the earlier bar, it learns early
when to repeat, when to move with the chords and when to leave.

Columns of each reference, in order (`COLUMNS`): where in the bar the next notes begin after this tick, in
units; the pitches that begin at this tick, of the song moved to C; their classes moved with the chords'
roots; what they last, in 16ths, and how loud they are; whether there is such a bar, whether its chords are
the same, and whether the bar before repeated the one before it (1, else -1, 0: not known), to a 16th.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stemwright.song.harmony import Chord
from stemwright.song.score import Note
from stemwright.symbolic.composer.draft import CHORDS, DRUMS, Draft, Place
from stemwright.symbolic.composer.sequence import NOWHERE, WRITE, Rows
from stemwright.symbolic.events.grammar import Cursor
from stemwright.symbolic.events.vocabulary import FINE, home

BACK = (1, 2, 4)
"""Bars back to which every bar is compared; the bar to be like is one reference more."""
REFERENCES = len(BACK) + 1
UNITS = 96
PITCHES = 128
NEAR = 8
"""Ticks by which notes may lie beside each other and count as beginning together."""
SIXTEENTH = 24
LONGEST = 16
_NO_CHORD = 36

COLUMNS = {
    "next": UNITS,
    "pitches": PITCHES,
    "moved": 12,
    "duration": LONGEST + 1,
    "velocity": 1,
    "is there": 1,
    "same chords": 1,
    "repeated": 1,
}
SIZE = sum(COLUMNS.values())
_STARTS = dict(zip(COLUMNS, np.cumsum([0, *COLUMNS.values()])[:-1].tolist(), strict=True))

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bar:
    """Notes of a part's bar: `onsets` [N] in ticks of the bar, ascending; `pitches`, `sixteenths` and
    `velocities` [N]; and as sets: `notes`, 16ths * PITCHES + pitch, and `steps`, 16ths.
    """

    onsets: Ints
    pitches: Ints
    sixteenths: Ints
    velocities: Ints
    notes: frozenset[int]
    steps: frozenset[int]

    @classmethod
    def of(cls, told: Sequence[tuple[int, int, int, int]]) -> Bar:
        """A bar of notes, sorted: onset, pitch, 16ths, velocity."""
        onsets, pitches, lasting, velocities = np.array(told, np.int64).reshape(-1, 4).T
        steps = (onsets + SIXTEENTH // 2) // SIXTEENTH
        notes = frozenset((steps * PITCHES + pitches).tolist())
        return cls(onsets, pitches, lasting, velocities, notes, frozenset(steps.tolist()))


class References:
    """References to the bars of a draft, which may be written on meanwhile."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._bars: dict[Place, tuple[object, Bar]] = {}

    def rows(self, rows: Rows, there: NDArray[np.bool_], like: Mapping[int, int]) -> Floats:
        """float32 [S, REFERENCES * SIZE]. `there` [parts, bars]: what stood from the beginning; `like`: bar
        -> the bar that it should be like.
        """
        out = np.zeros((len(rows), REFERENCES, SIZE), np.float32)
        for own, view in views(self, rows, there):
            for i, (bar, before) in enumerate(pairs(view.bar, like)):
                view.tell(out[own, i], rows.tick[own], bar, before)
        return out.reshape(len(rows), -1)

    def bar(self, place: Place) -> Bar | None:
        """What stands at a place now."""
        part, bar = place
        if not self.draft.stands(place):
            return None
        found: object = self.draft.chords[bar] if part == CHORDS else self.draft.notes[part][bar]
        known = self._bars.get(place)
        if known is None or known[0] is not found:
            chords, notes = (
                (self.draft.chords[bar], ()) if part == CHORDS else ((), self.draft.notes[part][bar])
            )
            known = self._bars[place] = (found, self._bar(place, chords or (), notes or ()))
        return known[1]

    def begun(self, place: Place, cursor: Cursor) -> Bar:
        """What a cursor has read of a place."""
        part, bar = place
        if part == CHORDS:
            return self._bar(place, self.draft.chords_read(cursor), ())
        return self._bar(place, (), self.draft.notes_read(bar, cursor))

    def _bar(self, place: Place, chords: Sequence[Chord | None], notes: Sequence[Note]) -> Bar:
        part, bar = place
        state = self.draft.state
        if part == CHORDS:
            return _bar_of_chords(chords, state.key.tonic_pc, state.meter.ticks_per_beat)
        start = bar * state.meter.ticks_per_bar
        up = 0 if part == DRUMS else home(state.key.tonic_pc)
        return Bar.of(
            sorted(
                (
                    n.onset - start,
                    min(max(n.pitch - up, 0), 127),
                    min((n.duration + SIXTEENTH // 2) // SIXTEENTH, LONGEST),
                    n.velocity,
                )
                for n in notes
            )
        )


class View:
    """What can be seen of a draft from one part's bar."""

    def __init__(
        self, references: References, there: NDArray[np.bool_], writing: bool, part: int, bar: int
    ) -> None:
        self.references, self.there, self.writing, self.part, self.bar = references, there, writing, part, bar

    def seen(self, part: int, bar: int) -> bool:
        """Whether a place stood from the beginning or was written before this one."""
        if not 0 <= bar < self.there.shape[1]:
            return False
        return bool(self.there[part, bar]) or (self.writing and (bar, part) < (self.bar, self.part))

    def at(self, bar: int) -> Bar | None:
        """The part's notes in a bar that can be seen."""
        return self.references.bar((self.part, bar)) if self.seen(self.part, bar) else None

    def tell(self, out: Floats, ticks: NDArray[np.integer], bar: int, before: int) -> None:
        """Fill in [S, SIZE] of a reference to `bar`; `before`: what the bar before may have repeated."""
        found = self.at(bar)
        if found is None:
            return
        out[:, _STARTS["is there"]] = 1
        last, older = self.at(self.bar - 1), self.at(before)
        if last is not None and older is not None:
            out[:, _STARTS["repeated"]] = 1 if last.notes == older.notes else -1
        here, other = self._chords(self.bar), self._chords(bar)
        out[:, _STARTS["same chords"]] = bool(here) and here == other
        if len(found.onsets):
            later = np.searchsorted(found.onsets, ticks + NEAR, side="right")
            units = (np.append(found.onsets, UNITS * FINE)[later] + FINE // 2) // FINE
            within = np.flatnonzero(units < UNITS)
            out[within, _STARTS["next"] + units[within]] = 1
            self._tell_notes(out, ticks, found, self._moves(here, other, ticks))

    def _tell_notes(self, out: Floats, ticks: NDArray[np.integer], found: Bar, moves: Ints) -> None:
        """The notes that begin at every tick."""
        row, note = np.nonzero(np.abs(ticks[:, None] - found.onsets) <= NEAR)
        pitches = found.pitches[note]
        out[row, _STARTS["pitches"] + pitches] = 1
        out[row, _STARTS["duration"] + found.sixteenths[note]] = 1
        out[row, _STARTS["velocity"]] = found.velocities[note] / np.float32(127)
        if self.part not in (CHORDS, DRUMS):
            out[row, _STARTS["moved"] + (pitches + moves[row]) % 12] = 1

    def _moves(
        self, here: tuple[Chord | None, ...], other: tuple[Chord | None, ...], ticks: NDArray[np.integer]
    ) -> Ints:
        """Semitones from the root of the reference's chord up to that of this bar, at every tick."""
        beats = min(len(here), len(other))
        if not beats:
            return np.zeros(len(ticks), np.int64)
        roots = [(c.root_pc - o.root_pc) % 12 if c and o else 0 for c, o in zip(here, other, strict=False)]
        per_beat = self.references.draft.state.meter.ticks_per_beat
        moves: Ints = np.array(roots, np.int64)[np.minimum(ticks // per_beat, beats - 1)]
        return moves

    def _chords(self, bar: int) -> tuple[Chord | None, ...]:
        return (self.references.draft.chords[bar] or ()) if self.seen(CHORDS, bar) else ()


def views(references: References, rows: Rows, there: NDArray[np.bool_]) -> Iterator[tuple[slice, View]]:
    """Which rows belong to one part's bar, and what can be seen from there."""
    if not len(rows):
        return
    new = (np.diff(rows.part) != 0) | (np.diff(rows.bar) != 0) | (np.diff(rows.area) != 0)
    edges = [0, *(np.flatnonzero(new) + 1).tolist(), len(rows)]
    for start, end in pairwise(edges):
        if rows.part[start] != NOWHERE:
            writing = int(rows.area[start]) == WRITE
            yield (
                slice(start, end),
                View(references, there, writing, int(rows.part[start]), int(rows.bar[start])),
            )


def pairs(bar: int, like: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """The references of a bar, each with that of the bar before; -1: none."""
    for back in BACK:
        yield bar - back, bar - 1 - back
    yield like.get(bar, -1), like.get(bar - 1, -1)


def _bar_of_chords(chords: Sequence[Chord | None], tonic: int, per_beat: int) -> Bar:
    """Chords, one a beat, as notes where they change: root, tones and bass in three octaves."""
    changes = [b for b, chord in enumerate(chords) if b == 0 or chord != chords[b - 1]]
    return Bar.of([(b * per_beat, number, 0, 0) for b in changes for number in _numbers(chords[b], tonic)])


def _numbers(chord: Chord | None, tonic: int) -> list[int]:
    if chord is None:
        return [_NO_CHORD]
    tones = sorted((pc - tonic) % 12 for pc in chord.pitch_classes)
    return [(chord.root_pc - tonic) % 12, *(12 + pc for pc in tones), 24 + (chord.bass_pc - tonic) % 12]
