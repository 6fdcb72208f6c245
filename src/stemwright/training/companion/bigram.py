"""The baseline: each part of an event from what stood in its place in the event before, by counting.

A part is given the same part of the event before and the part of its own event that the order has just
decided; seldom seen contexts lean on shorter ones: the part before alone, then nothing, then all values
alike (Witten and Bell 1991, method C). In the same order it is asked what the model's heads are asked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stemwright.models.companion_tensors import PARTS
from stemwright.symbolic.companion.events import INSTRUMENTS, START, TIME_BINS
from stemwright.training.companion.event_sequence import NO_INSTRUMENT
from stemwright.training.companion.note_arrays import Whole

_VALUES = (len(INSTRUMENTS), START, TIME_BINS, 128)
_LETTERS = [part[0] for part in PARTS]
_BASE = 4096
"""More than any part's values: contexts and values are digits of one whole number."""
Reals = npt.NDArray[np.float64]


class Counts:
    """How often each value followed each context."""

    def __init__(self, contexts: Whole, values: Whole) -> None:
        self.pairs, self.times = np.unique(contexts * _BASE + values, return_counts=True)
        where = self.pairs // _BASE
        self.contexts, first = np.unique(where, return_index=True)
        self.totals = np.add.reduceat(self.times, first)
        self.kinds = np.diff([*first, len(where)])

    def chances(self, contexts: Whole, values: Whole, shorter: Reals) -> Reals:
        """Probabilities of values in contexts, leaning on those by a shorter context."""
        total, kinds = (_looked_up(self.contexts, table, contexts) for table in (self.totals, self.kinds))
        times = _looked_up(self.pairs, self.times, contexts * _BASE + values)
        return np.where(total > 0, (times + kinds * shorter) / np.maximum(total + kinds, 1), shorter)


class Bigram:
    """Counts of one order, such as "tvip", over songs: events [n, 4], each song with its start."""

    def __init__(self, order: str, songs: Sequence[Whole]) -> None:
        self.order = [_LETTERS.index(letter) for letter in order]
        before, now = _pairs(songs)
        self.counts = {
            part: [Counts(context, now[:, part]) for context in contexts]
            for part, contexts in self._contexts(before, now)
        }

    def nats(self, songs: Sequence[Whole]) -> list[float]:
        """Mean nats an event of each part."""
        before, now = _pairs(songs)
        out = [0.0] * len(PARTS)
        for part, contexts in self._contexts(before, now):
            chances = np.full(len(now), 1.0 / _VALUES[part])
            for counts, context in zip(self.counts[part], contexts, strict=True):
                chances = counts.chances(context, now[:, part], chances)
            out[part] = float(-np.log(chances).mean())
        return out

    def _contexts(self, before: Whole, now: Whole) -> list[tuple[int, list[Whole]]]:
        """Of each part, from the shortest context to the longest."""
        out: list[tuple[int, list[Whole]]] = []
        for place, part in enumerate(self.order):
            contexts = [np.zeros(len(now), np.int64), before[:, part]]
            if place:
                contexts.append(before[:, part] * _BASE + now[:, self.order[place - 1]])
            out.append((part, contexts))
        return out


def _pairs(songs: Sequence[Whole]) -> tuple[Whole, Whole]:
    """(the events before, the events) of all songs."""
    before = np.concatenate([song[:-1] for song in songs])
    now = np.concatenate([song[1:] for song in songs])
    good = now[:, 0] != NO_INSTRUMENT
    return before[good], now[good]


def _looked_up(keys: Whole, table: Whole, wanted: Whole) -> Whole:
    """The table's entry of each wanted key, 0 where there is none."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, table[at], 0)
