"""The bar that is being written: where notes may begin, which pitches fit there, whose voices are taken."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stemwright.song.drums import PIECE_PITCH
from stemwright.song.harmony import Chord
from stemwright.song.score import Note
from stemwright.symbolic.composer.draft import DRUMS
from stemwright.symbolic.composer.limits import FREE, Limits, Span
from stemwright.symbolic.events.grammar import Cursor
from stemwright.symbolic.events.vocabulary import FINE

Mask = NDArray[np.bool_]
REACH = 5
"""Bars in which a note ends where voices are counted: its own and the four that hear it as `held`."""


class Frame:
    """The bar that is being written: its first tick, its ticks and those of a beat, the song's last tick,
    its chords by beat (() where none are known), notes of the part that sound into it, and the limits.
    `human`: whether notes may lie beside the grid of FINE ticks.
    """

    def __init__(
        self,
        part: int,
        start: int,
        ticks: int,
        per_beat: int,
        song_end: int,
        chords: Sequence[Chord | None] = (),
        held: Sequence[Note] = (),
        limits: Limits = FREE,
        human: bool = False,
    ) -> None:
        self.part, self.start, self.ticks, self.per_beat, self.song_end = (
            part,
            start,
            ticks,
            per_beat,
            song_end,
        )
        self.limits, self.human = limits, human and limits.rhythm is None
        self.beats = [self._tones(chord) for chord in chords] if limits.chord_on_beats else []
        self.plain = self._plain()
        units = np.arange(-(-ticks // FINE), dtype=np.int64)
        self.units = units[[self.opens(unit * FINE) for unit in units.tolist()]]
        self.rhythm = sorted(tick - start for tick in limits.rhythm or () if start <= tick < start + ticks)
        self.voices: list[Span] = []
        self.crowded: list[tuple[int, int]] = []
        if limits.polyphony is not None:
            self._count(held)

    def _count(self, held: Sequence[Note]) -> None:
        """Note whose voices are taken: `voices` are spans in ticks of the bar, of notes that stand and of
        those written before; `crowded`: ticks at which more notes will begin, and how many voices of their
        own they need there beside `voices`.
        """
        end = self.start + REACH * self.ticks
        stands = [n for n in self.limits.stands if n.end > self.start and n.onset < end]
        known = {(n.onset, n.pitch) for n in self.limits.stands}  # as they are, not as they are heard
        found = [*stands, *(n for n in held if (n.onset, n.pitch) not in known)]
        self.voices = [(n.onset - self.start, n.end - self.start) for n in found]
        crowded = {n.onset - self.start: 0 for n in stands if n.onset > self.start}
        crowded |= {tick - self.start: 1 for tick in self.limits.rhythm or () if self.start < tick < end}
        self.crowded = sorted(crowded.items())

    def _plain(self) -> Mask:
        """Which of the pitches 0..127 the limits allow anywhere."""
        pitch = np.arange(128)
        good: Mask = (pitch >= self.limits.low) & (pitch <= self.limits.high)
        if self.part == DRUMS:
            return good & np.isin(pitch, list(PIECE_PITCH.values()))
        if self.limits.scale is not None:
            good &= np.isin(pitch % 12, list(self.limits.scale))
        return good

    def _tones(self, chord: Chord | None) -> Mask | None:
        """Pitches of a chord."""
        if chord is None or self.part == DRUMS:
            return None
        tones: Mask = np.isin(np.arange(128) % 12, [*chord.pitch_classes, chord.bass_pc])
        return tones

    def opens(self, tick: int) -> bool:
        """Whether a note may begin at a tick of the bar, whatever sounds."""
        return not self.limits.is_silent(self.start + tick) and bool(self.pitches(tick).any())

    def pitches(self, tick: int) -> Mask:
        """Which of the pitches 0..127 may begin at a tick of the bar; what is nearest to a beat is on it."""
        place = (tick + FINE // 2) // FINE * FINE
        if not self.beats or place % self.per_beat or place >= self.ticks:
            return self.plain
        tones = self.beats[min(place // self.per_beat, len(self.beats) - 1)]
        return self.plain if tones is None else self.plain & tones

    def due(self, cursor: Cursor) -> int | None:
        """The tick of the bar at which the rhythm has its next note; None where it has no more."""
        last = cursor.notes[-1].onset if cursor.notes else -1
        last = max(last, cursor.tick) if cursor.pitch is not None else last
        return next((tick for tick in self.rhythm if tick > last), None)
