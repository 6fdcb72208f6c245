"""An n-gram model of sequences of whole numbers: the baseline of a held-out loss.

Witten and Bell's interpolation (IEEE Transactions on Information Theory 37(4), 1991): after a context that
was followed n times, by t different values, p(c) = (n(c) + t p'(c)) / (n + t), where p' is that of the
context without its first; below the unigram all values are equally likely.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class NGram:
    """Counts of sequences of values below `size`: what came after the `order` - 1 values before it."""

    def __init__(self, sequences: Iterable[Sequence[int]], size: int, order: int) -> None:
        if size < 1 or order < 1:
            raise ValueError(f"size and order should be 1 or more, are {size} and {order}")
        self.size, self.order = size, order
        self._after: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        for sequence in sequences:
            for at, value in enumerate(sequence):
                for context in self._contexts(sequence, at):
                    self._after[context][value] += 1

    def losses(self, sequence: Sequence[int]) -> Floats:
        """-log p of every value, by those before it, in nats [S]."""
        return -np.log([self._chance(sequence, at) for at in range(len(sequence))])

    def _contexts(self, sequence: Sequence[int], at: int) -> list[tuple[int, ...]]:
        """The contexts of a place, the shortest first."""
        return [tuple(sequence[at - n : at]) for n in range(min(self.order - 1, at) + 1)]

    def _chance(self, sequence: Sequence[int], at: int) -> float:
        chance = 1.0 / self.size
        for context in self._contexts(sequence, at):
            after = self._after.get(context)
            if after is None:
                break
            total, kinds = after.total(), len(after)
            chance = (after[sequence[at]] + kinds * chance) / (total + kinds)
        return chance
