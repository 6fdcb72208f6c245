"""What the composer has in view: which bars it writes together, and which it hears beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from stemwright.symbolic.composer.draft import Draft, Place

MOST_BARS, VIEW, PLACE = 16, 960, 24
"""Bars that are written before the view moves on: so many at most, and no more than fit into VIEW tokens with
what else is in view, what stands in them and about PLACE for each place that is written."""
BEFORE, AFTER, LIKE = 240, 120, 120
"""Tokens of bars before those to be written, after them, and to be like, that are in view."""


def next_run(draft: Draft, places: Collection[Place]) -> range:
    """The neighbouring bars, from the first of the places on, that are written with one view."""
    counts = Counter(bar for _, bar in places)
    first = min(counts)
    left = VIEW - AFTER - LIKE - _tokens(draft, _fitting(draft, range(first - 1, -1, -1), BEFORE))
    run = range(first, first)
    while run.stop in counts and len(run) < MOST_BARS:
        left -= _size(draft, run.stop) + PLACE * counts[run.stop]
        if left < 0 and run:
            break
        run = range(first, run.stop + 1)
    return run


def view(draft: Draft, run: Sequence[int], like: Sequence[int]) -> tuple[list[int], list[int]]:
    """The bars around a run that are in view, in order, and those to be like."""
    before = _fitting(draft, range(run[0] - 1, -1, -1), BEFORE)
    after = _fitting(draft, range(run[-1] + 1, draft.state.bars), AFTER)
    window = [*reversed(before), *run, *after]
    return window, [bar for bar in _fitting(draft, like, LIKE) if bar not in window]


def _fitting(draft: Draft, bars: Sequence[int] | range, most: int) -> list[int]:
    """Bars in this order until their tokens are too many."""
    out, left = [], most
    for bar in bars:
        left -= _size(draft, bar)
        if left < 0:
            break
        out.append(bar)
    return out


def _tokens(draft: Draft, bars: Iterable[int]) -> int:
    return sum(_size(draft, bar) for bar in bars)


def _size(draft: Draft, bar: int) -> int:
    """Tokens of what stands in a bar."""
    return 2 + sum(len(draft.tokens((p, bar))[0]) for p in draft.parts if draft.stands((p, bar)))
