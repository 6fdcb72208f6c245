"""How far what is being written agrees with the bars that it may repeat.

A bar that has repeated its model up to now mostly goes on to do so, and one that has left it does not come
back. What lies in the tokens behind it a small network would have to compare note by note; told as numbers
it learns to repeat a section throughout, or to vary it.

Columns of each reference, in order (`COLUMNS`), from -1 (nothing agrees) to 1 (all does), 0 where nothing
can be said: whether the bar has the same notes, to a 16th, as the reference up to this 16th; the share of
equal notes and of equal onsets up to it; and these shares of the four bars before this one with those
before the reference, in the mean. Shares are F1: twice the common notes, by all notes of both.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from stemwright.symbolic.composer.references import (
    PITCHES,
    REFERENCES,
    SIXTEENTH,
    Bar,
    Floats,
    References,
    View,
    pairs,
    views,
)
from stemwright.symbolic.composer.sequence import Rows
from stemwright.symbolic.events.grammar import Cursor

COLUMNS = ("same so far", "notes so far", "onsets so far", "notes before", "onsets before")
SIZE = len(COLUMNS)
BARS = 4
"""Bars before that are compared."""


def agreement(
    references: References,
    rows: Rows,
    there: NDArray[np.bool_],
    like: Mapping[int, int],
    begun: Cursor | None = None,
) -> Floats:
    """float32 [S, REFERENCES * SIZE]; `there`, `like`: see `References.rows`. `begun`: what was written so
    far of the bar that the rows belong to, where the draft does not have it yet.
    """
    out = np.zeros((len(rows), REFERENCES, SIZE), np.float32)
    for here, view in views(references, rows, there):
        place = (view.part, view.bar)
        own = references.begun(place, begun) if begun else references.bar(place)
        steps = ((rows.tick[here] + SIXTEENTH // 2) // SIXTEENTH).tolist()
        for i, (bar, _) in enumerate(pairs(view.bar, like)):
            found = view.at(bar)
            if found is None or own is None:
                continue
            out[here, i, :3] = _so_far(own, found, steps)
            out[here, i, 3:] = _before(view, bar)
    return out.reshape(len(rows), -1)


def _so_far(own: Bar, other: Bar, steps: Sequence[int]) -> Floats:
    """[S, 3] of two bars before every one of some 16ths."""
    notes, onsets = _upto(own.notes, other.notes, PITCHES), _upto(own.steps, other.steps, 1)
    told = {}
    for step in set(steps):
        share = notes(step)
        told[step] = (
            0.0 if share is None else 1.0 if share == 1 else -1.0,
            _centred(share),
            _centred(onsets(step)),
        )
    return np.array([told[step] for step in steps], np.float32)


def _before(view: View, bar: int) -> tuple[float, float]:
    """Of the bars before, with those before a reference."""
    shares = []
    for back in range(1, BARS + 1):
        one, other = view.at(view.bar - back), view.at(bar - back)
        if one is not None and other is not None and (one.notes or other.notes):
            shares.append((_share(one.notes, other.notes), _share(one.steps, other.steps)))
    if not shares:
        return 0.0, 0.0
    notes, onsets = zip(*shares, strict=True)
    return 2 * sum(notes) / len(shares) - 1, 2 * sum(onsets) / len(shares) - 1


def _share(one: frozenset[int], other: frozenset[int]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def _upto(one: frozenset[int], other: frozenset[int], unit: int) -> Callable[[int], float | None]:
    """F1 of the numbers that are below so many units; None where both have none."""
    both, first, second = sorted(one & other), sorted(one), sorted(other)

    def share(units: int) -> float | None:
        common, all_first, all_second = (bisect_left(found, units * unit) for found in (both, first, second))
        return 2 * common / (all_first + all_second) if all_first + all_second else None

    return share


def _centred(share: float | None) -> float:
    return 0.0 if share is None else 2 * share - 1
