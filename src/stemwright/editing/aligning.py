"""Which bar of one song is which of another: as they are counted, or, where there are more or fewer, so that
as much as possible is the same (the longest common subsequence, each pair of bars weighed by what is equal).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Content = Sequence[Sequence[Hashable]]
"""What bars hold: of each bar its parts, such as its chords and each layer's notes."""
Pairs = list[tuple[int | None, int | None]]
"""(bar of the first song, bar of the second), from 0, in order; None: the other one is new, or gone."""


def align(first: Content, second: Content) -> Pairs:
    """The bars of two songs beside each other. All bars have equally many parts."""
    if len(first) == len(second):
        return [(bar, bar) for bar in range(len(first))]
    head = _same(first, second)
    tail = _same(first[head:][::-1], second[head:][::-1])
    middle = _middle(first[head : len(first) - tail], second[head : len(second) - tail])
    moved: Pairs = [(_later(a, head), _later(b, head)) for a, b in middle]
    ends: Pairs = [(len(first) - back, len(second) - back) for back in range(tail, 0, -1)]
    return [*((bar, bar) for bar in range(head)), *moved, *ends]


def _later(bar: int | None, by: int) -> int | None:
    return None if bar is None else bar + by


def _same(first: Content, second: Content) -> int:
    """How many bars at the beginning are wholly the same."""
    count = 0
    for a, b in zip(first, second, strict=False):
        if tuple(a) != tuple(b):
            break
        count += 1
    return count


def _middle(first: Content, second: Content) -> Pairs:
    if not first or not second:
        return [*((bar, None) for bar in range(len(first))), *((None, bar) for bar in range(len(second)))]
    import numpy as np

    codes: dict[Hashable, int] = {}
    a, b = (
        np.array([[codes.setdefault((n, part), len(codes)) for n, part in enumerate(bar)] for bar in song])
        for song in (first, second)
    )
    best = np.zeros((len(a) + 1, len(b) + 1), dtype=np.int32)
    for row, bar in enumerate(a):
        # Pairing costs nothing and is worth a little even where all is different: a bar that was written
        # anew is the same bar. What is equal is worth more than any number of such pairs.
        worth = (bar == b).sum(axis=1) * (min(len(a), len(b)) + 1) + 1
        best[row + 1, 1:] = np.maximum(best[row, 1:], best[row, :-1] + worth)
        np.maximum.accumulate(best[row + 1], out=best[row + 1])
    return _back(best)


def _back(best: npt.NDArray[np.int32]) -> Pairs:
    """The pairs that make up the best sum, found from its end."""
    row, column = best.shape[0] - 1, best.shape[1] - 1
    found: Pairs = []
    while row or column:
        if column and best[row, column] == best[row, column - 1]:
            column -= 1
            found.append((None, column))
        elif row and best[row, column] == best[row - 1, column]:
            row -= 1
            found.append((row, None))
        else:
            row, column = row - 1, column - 1
            found.append((row, column))
    return found[::-1]
