"""The baseline to beat: a trigram model of the tokens, with Witten and Bell's interpolation (1991).

p(c | a b) = (n(a b c) + t(a b) p(c | b)) / (n(a b) + t(a b)), where n counts and t is how many different
tokens followed; the bigram likewise, onto a unigram with one half added to every count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Counts = tuple[Ints, Ints]


class Trigram:
    """Counts of training sequences [S] of tokens below `size`."""

    def __init__(self, sequences: Iterable[Ints], size: int) -> None:
        self.size = size
        tokens = [np.asarray(sequence, np.int64) for sequence in sequences]
        single = np.bincount(np.concatenate(tokens), minlength=size) + 0.5
        self.single = single / single.sum()
        self.pairs = _counted([self._pairs(s[:-1], s[1:]) for s in tokens])
        self.triples = _counted([self._pairs(self._pairs(s[:-2], s[1:-1]), s[2:]) for s in tokens])
        self.after_one = _contexts(self.pairs, size)
        self.after_two = _contexts(self.triples, size)

    def _pairs(self, first: Ints, second: Ints) -> Ints:
        return first * self.size + second

    def losses(self, sequence: Ints) -> NDArray[np.float64]:
        """-log p of the tokens from the third on, [S - 2], in nats."""
        s = np.asarray(sequence, np.int64)
        a, b, c = s[:-2], s[1:-1], s[2:]
        low = self._backed(self.pairs, self.after_one, self._pairs(b, c), b, self.single[c])
        before = self._pairs(a, b)
        return -np.log(self._backed(self.triples, self.after_two, self._pairs(before, c), before, low))

    @staticmethod
    def _backed(
        counts: Counts, contexts: tuple[Ints, Ints, Ints], keys: Ints, before: Ints, low: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Counts interpolated with what a shorter context says."""
        names, totals, kinds = contexts
        n, total, kind = _look(counts, keys), _look((names, totals), before), _look((names, kinds), before)
        seen = np.maximum(total + kind, 1)
        return np.where(total > 0, (n + kind * low) / seen, low)


def trigram_loss(
    train: Iterable[Ints], held_out: Sequence[tuple[Ints, NDArray[np.bool_]]], size: int
) -> float:
    """Mean loss in nats of the held-out tokens that count (sequence [S], which count [S]); the first two of a
    sequence never do.
    """
    model = Trigram(train, size)
    total, count = 0.0, 0
    for sequence, counts in held_out:
        losses = model.losses(sequence)[counts[2:]]
        total, count = total + float(losses.sum()), count + len(losses)
    return total / max(count, 1)


def _counted(keys: list[Ints]) -> Counts:
    names, counts = np.unique(np.concatenate(keys), return_counts=True)
    return names, counts


def _contexts(counts: Counts, size: int) -> tuple[Ints, Ints, Ints]:
    """Context, how often it was, and how many kinds followed."""
    names, starts = np.unique(counts[0] // size, return_index=True)
    ends = np.append(starts[1:], len(counts[0]))
    return names, np.add.reduceat(counts[1], starts), ends - starts


def _look(table: Counts, keys: Ints) -> Ints:
    """The table's values, 0 for keys that it does not have."""
    names, values = table
    at = np.searchsorted(names, keys).clip(max=len(names) - 1)
    found: Ints = np.where(names[at] == keys, values[at], 0)
    return found
