"""Batches: lanes that each walk through song after song, so that the network's state lives on across batches.

What a lane plays is a function of (seed, lane, number of its song); a place is two whole numbers, and a run
that goes on sees what it would have seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass

import numpy as np

from stemwright.errors import UsageError
from stemwright.training.companion.event_sequence import NO_INSTRUMENT, Sequence, draw_view, sequence_of
from stemwright.training.companion.note_arrays import ARRANGER, Table, Whole

WEIGHTS = {"lieder": 3.0, "openewld": 1.0, "gmd": 1.5, "freedoom": 2.5, "easyrpg": 1.5, ARRANGER: 2.0}
"""How often a source is heard: full bands more often than there are of them."""
OTHER_WEIGHT = 1.0


@dataclass(frozen=True, eq=False)
class Batch:
    """`events` [B, T + 1, 4]; held notes after each of the first T, as one list and where each begins
    [B x T]; `counts` [B, T]: whether the event after it is one to be learnt (no start, no padding)."""

    events: Whole
    held: Whole
    at: Whole
    counts: np.ndarray


class SongLane:
    """Songs one after the other, each cut where the batch ends."""

    def __init__(self, pieces: Many[Many[Table]], chances: np.ndarray, seed: int, lane: int) -> None:
        self._pieces, self._chances, self._key = pieces, chances, (seed, lane)
        self.number, self.place = -1, 0
        self._song: Sequence | None = None

    def go_to(self, number: int, place: int) -> None:
        """Stand before event `place` of song `number`."""
        self.number, self.place = number, place
        self._song = self._draw(number) if number >= 0 else None

    def take(self, count: int) -> list[tuple[Sequence, int, int]]:
        """The next `count` events as (song, first, end); the last of them begins the next batch."""
        out = []
        while count:
            if self._song is None or self.place >= len(self._song.events):
                self.go_to(self.number + 1, 0)
            assert self._song is not None
            end = min(self.place + count, len(self._song.events))
            out.append((self._song, self.place, end))
            count -= end - self.place
            self.place = end
        self.place -= 1
        return out

    def _draw(self, number: int) -> Sequence:
        rng = np.random.default_rng([*self._key, number])
        family = self._pieces[int(rng.choice(len(self._chances), p=self._chances))]
        piece = family[int(rng.integers(len(family)))]
        return sequence_of(piece, draw_view(piece, rng), rng)


class Lanes:
    """`batch` lanes over pieces of several sources, which are chosen by weights."""

    def __init__(
        self, pieces: Many[Table], batch: int, seed: int, heard: Mapping[str, float] = WEIGHTS
    ) -> None:
        if not pieces:
            raise UsageError("corpus: its train split has no songs; build it again")
        names = sorted({piece.source for piece in pieces})
        families = [[piece for piece in pieces if piece.source == name] for name in names]
        weights = np.array([heard.get(name, OTHER_WEIGHT) for name in names])
        self.lanes = [SongLane(families, weights / weights.sum(), seed, lane) for lane in range(batch)]

    def places(self) -> list[list[int]]:
        """Where each lane stands: (song's number, event)."""
        return [[lane.number, lane.place] for lane in self.lanes]

    def go_to(self, places: Many[Many[int]]) -> None:
        """Stand where `places` says."""
        for lane, (number, place) in zip(self.lanes, places, strict=True):
            lane.go_to(number, place)

    def batch(self, length: int) -> Batch:
        """The next `length` steps of every lane."""
        return joined([lane.take(length + 1) for lane in self.lanes], length)


def joined(rows: Many[Many[tuple[Sequence, int, int]]], length: int) -> Batch:
    """A batch of rows made of pieces of songs; a row that is too short is padded at its end."""
    events = np.zeros((len(rows), length + 1, 4), np.int64)
    held: list[Whole] = []
    sizes = np.zeros((len(rows), length + 1), np.int64)
    counts = np.zeros((len(rows), length + 1), bool)
    for r, row in enumerate(rows):
        to = 0
        for song, first, end in row:
            span = slice(to, to + end - first)
            events[r, span] = song.events[first:end]
            counts[r, span] = song.events[first:end, 0] != NO_INSTRUMENT
            sizes[r, span] = np.diff(song.at[first : end + 1])
            last = end - 1 if span.stop == length + 1 else end
            held.append(song.held[song.at[first] : song.at[last]])
            to = span.stop
    flat = sizes[:, :-1].reshape(-1)
    starts = np.concatenate([[0], np.cumsum(flat)[:-1]])
    return Batch(events, np.concatenate(held), starts, counts[:, 1:])
