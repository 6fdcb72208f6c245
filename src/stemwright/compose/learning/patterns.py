"""Which patterns of one or two bars are the commonest: those that most other bars are near to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

NEAR = 0.75
"""Bars that have so large a share of their strokes in common are the same pattern, varied."""
_LEAST = 0.12
"""A pattern that fewer of the bars play is none of the style's."""
_COMPARED = 240

Bar = frozenset[T]


def near(one: Bar[T], other: Bar[T]) -> float:
    """The share of strokes that two bars have in common, 1 for two empty ones."""
    both = len(one | other)
    return len(one & other) / both if both else 1.0


def is_of_two(rows: Sequence[Sequence[Bar[T]]]) -> bool:
    """Whether bars are more like those two bars on than like the next, over runs of bars of one section."""
    next_, second = [], []
    for row in rows:
        next_ += [near(a, b) for a, b in pairwise(row)]
        second += [near(a, b) for a, b in zip(row, row[2:], strict=False)]
    if len(second) < 4:
        return False
    return sum(second) / len(second) > sum(next_) / len(next_) + 0.15


def units(rows: Sequence[Sequence[Bar[T]]], two: bool) -> list[tuple[Bar[T], ...]]:
    """Runs of bars cut into pieces of one or two."""
    size = 2 if two else 1
    return [tuple(row[at : at + size]) for row in rows for at in range(0, len(row) - size + 1, size)]


def commonest(found: Sequence[tuple[Bar[T], ...]], most: int) -> list[tuple[tuple[Bar[T], ...], list[int]]]:
    """The patterns that stand for most pieces of one or two bars, with the places of those pieces, the
    commonest first.
    """
    counts = Counter(unit for unit in found if any(unit))
    names = [unit for unit, _ in counts.most_common(_COMPARED)]
    left = set(names)
    total = sum(counts.values())
    out: list[tuple[tuple[Bar[T], ...], list[int]]] = []
    while left and len(out) < most:
        worth = {unit: sum(counts[other] * (_near(unit, other) >= NEAR) for other in left) for unit in left}
        exact = {unit: (worth[unit], counts[unit]) for unit in left}
        best = max(names, key=lambda unit: exact.get(unit, (-1, -1)))
        if out and worth[best] < _LEAST * total:
            break
        like = {unit for unit in left if _near(best, unit) >= NEAR}
        out.append((best, [place for place, unit in enumerate(found) if unit in like]))
        left -= like
    return out


def _near(one: tuple[Bar[T], ...], other: tuple[Bar[T], ...]) -> float:
    return sum(near(a, b) for a, b in zip(one, other, strict=True)) / len(one)


def spaced(marks: str) -> str:
    """A pattern as it is easy to read: quarters apart, bar lines between bars."""
    bars = [marks[at : at + 16] for at in range(0, len(marks), 16)]
    return " | ".join(" ".join(bar[at : at + 4] for at in range(0, len(bar), 4)) for bar in bars)
