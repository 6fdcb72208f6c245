"""What is likely where several tables have a say: shares of one whole, multiplied, in whole numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from stemwright.compose.learned.counts import Counts
from stemwright.compose.streams import Stream

T = TypeVar("T")
WHOLE = 1 << 16


@lru_cache(maxsize=8192)
def shares(counts: Counts, contexts: tuple[str, ...]) -> Mapping[str, int]:
    """The share of `WHOLE` that each symbol has in the mixture of contexts that `Counts.draw` draws from."""
    found: dict[str, int] = {}
    for context in reversed(contexts):
        row = counts.row(context)
        if not row:
            continue
        total, kinds = sum(row.values()), len(row)
        if not found:
            found = {symbol: WHOLE * count // total for symbol, count in row.items()}
            continue
        found = {
            symbol: (WHOLE * row.get(symbol, 0) + kinds * found.get(symbol, 0)) // (total + kinds)
            for symbol in found.keys() | row.keys()
        }
    return found


def picked(stream: Stream, choices: Sequence[T], weights: Sequence[int]) -> T:
    """One of some choices, as likely as it weighs; where none weighs anything, each as likely."""
    most = max(weights)
    if most <= 0:
        return stream.pick(choices)
    scaled = [weight * WHOLE // most for weight in weights]
    drawn = stream.below(sum(scaled))
    for choice, weight in zip(choices, scaled, strict=True):
        if drawn < weight:
            return choice
        drawn -= weight
    raise AssertionError("a draw lies below the sum")
