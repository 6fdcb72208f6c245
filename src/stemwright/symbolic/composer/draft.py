"""A draft: the parts of a song bar by bar, of which some stand and some are to be written.

The composer hears durations to 8 ticks and velocities to 4, and drums without durations: what it needs to
write well, and half the tokens. Onsets are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from stemwright.song.harmony import Chord
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.events.coding import bars_of, chord_bars, chords_of_bar, notes_of_bar
from stemwright.symbolic.events.grammar import Cursor
from stemwright.symbolic.events.vocabulary import DRUM_TICKS, FINE, PARTS, part_of

CHORDS = PARTS.index("chords")
DRUMS = PARTS.index("drums")
LOUDNESS = 4
"""Steps of velocity that are heard."""

Place = tuple[int, int]
"""A part and a bar (from 0)."""
BarChords = tuple[Chord | None, ...]
Ints = NDArray[np.int16]


@dataclass
class Draft:
    """`notes` [part][bar], onsets from the song's begin; `chords` [bar], one a beat; None where nothing
    stands. Parts that the song does not have are not in `notes`. The state's own chords are not read.
    """

    state: GlobalState
    notes: dict[int, list[tuple[Note, ...] | None]]
    chords: list[BarChords | None]
    told: dict[Place, tuple[Ints, Ints]] = field(default_factory=dict)  # see `tokens`

    @classmethod
    def of(cls, state: GlobalState, scores: Mapping[str, Score]) -> Draft:
        """A draft in which everything stands, of a state of one meter. Layers of one part (`part_of`) come
        together.
        """
        together: dict[int, list[Note]] = {}
        for layer, score in scores.items():
            together.setdefault(part_of(layer), []).extend(score.notes)
        notes: dict[int, list[tuple[Note, ...] | None]] = {
            part: [tuple(bar) for bar in bars_of(heard(found, part), state)]
            for part, found in sorted(together.items())
        }
        undecided: list[BarChords | None] = [None] * state.bars
        return cls(state, notes, [tuple(bar) for bar in chord_bars(state)] if state.chords else undecided)

    @property
    def parts(self) -> tuple[int, ...]:
        """The parts there are; chords among them where any stand."""
        return (*((CHORDS,) if any(bar is not None for bar in self.chords) else ()), *sorted(self.notes))

    def stands(self, place: Place) -> bool:
        """Whether a part's bar is there."""
        part, bar = place
        if part == CHORDS:
            return self.chords[bar] is not None
        return part in self.notes and self.notes[part][bar] is not None

    def without(self, places: Iterable[Place]) -> Draft:
        """This draft with some parts' bars taken out."""
        out = Draft(self.state, {p: list(bars) for p, bars in self.notes.items()}, list(self.chords))
        for part, bar in places:
            if part == CHORDS:
                out.chords[bar] = None
            else:
                out.notes[part][bar] = None
        out.told = {place: found for place, found in self.told.items() if out.stands(place)}
        return out

    def write(self, place: Place, cursor: Cursor) -> None:
        """Put down what was read at a place."""
        part, bar = place
        self.told.pop(place, None)
        if part == CHORDS:
            self.chords[bar] = self.chords_read(cursor)
        else:
            self.notes[part][bar] = self.notes_read(bar, cursor)

    def chords_read(self, cursor: Cursor) -> BarChords:
        """What a cursor has read of a bar's chords, one a beat."""
        per_beat, beats = self.state.meter.ticks_per_beat, self.state.meter.beats_per_bar
        told = {tick // per_beat: chord for tick, chord in cursor.chords}
        now: Chord | None = None
        out: list[Chord | None] = []
        for beat in range(beats):
            now = told.get(beat, now)
            out.append(now)
        return tuple(out)

    def notes_read(self, bar: int, cursor: Cursor) -> tuple[Note, ...]:
        """What a cursor has read of a part's bar, onsets from the song's begin."""
        start = bar * self.state.meter.ticks_per_bar
        return tuple(Note(n.onset + start, n.duration, n.pitch, n.velocity) for n in cursor.notes)

    def tokens(self, place: Place) -> tuple[Ints, Ints]:
        """The tokens of a part's bar that stands, and the tick of the bar after each."""
        if place not in self.told:
            self.told[place] = self._tokens(place)
        return self.told[place]

    def _tokens(self, place: Place) -> tuple[Ints, Ints]:
        part, bar = place
        tonic, meter = self.state.key.tonic_pc, self.state.meter
        chords = self.chords[bar]
        if part == CHORDS:
            assert chords is not None
            tokens = chords_of_bar(chords, meter.ticks_per_beat, tonic)
        else:
            tokens = notes_of_bar(self.notes[part][bar] or (), part, bar * meter.ticks_per_bar, tonic)
        cursor, ticks = Cursor(part, self.state.key), [0]
        for number in tokens[1:]:
            cursor.feed(number)
            ticks.append(cursor.tick)
        return np.array(tokens, np.int16), np.array(ticks, np.int16)

    def score(self, part: int) -> Score:
        """What stands of a part."""
        return Score.from_notes(note for bar in self.notes[part] for note in bar or ())


def heard(notes: Iterable[Note], part: int) -> Score:
    """Notes as the composer hears them."""
    out = []
    for n in notes:
        velocity = min(max(LOUDNESS * round(n.velocity / LOUDNESS), LOUDNESS), 127 // LOUDNESS * LOUDNESS)
        duration = DRUM_TICKS if part == DRUMS else max(FINE, round(n.duration / FINE) * FINE)
        out.append(Note(n.onset, duration, n.pitch, velocity))
    return Score.from_notes(out).without_overlaps()
