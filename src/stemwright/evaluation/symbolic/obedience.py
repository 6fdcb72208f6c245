"""Obedience: who is asked for little, some and much of something, what does he give?

Conventions. Songs are asked for the same rising amounts [songs, amounts]; what came out has that shape, NaN
where nothing can be told (a bar without notes has no register).

- *correlation*: Spearman's, of all that was asked and what came of it. Songs differ, so one who obeys within
  every song is below 1.
- *in_order*: share of songs in which more came out for every larger amount; of those that tell.
- *miss*: how far from what was asked the outcome is, over how far what comes unasked is, by mean absolute
  difference: 0 for who gives what he is asked for, 1 where asking changes nothing.
"""

from collections import OrderedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def validate(asked: Floats, got: Floats, unasked: Floats) -> None:
    """ValueError unless the amounts [songs, amounts] are known and rise, and the outcomes fit to them."""
    if asked.ndim != 2 or asked.shape[1] < 2 or got.shape != asked.shape or unasked.shape != asked.shape[:1]:
        shapes = f"{asked.shape}, {got.shape} and {unasked.shape}"
        raise ValueError(f"should be [songs, amounts] twice and [songs], have shapes {shapes}")
    if not np.all(np.diff(asked) > 0):
        raise ValueError("amounts should be known and rise")


def spearman(first: ArrayLike, second: ArrayLike) -> float | None:
    """Spearman's rank correlation of two rows [N]; None where one of them is all equal, or empty."""
    a, b = (_ranks(np.asarray(values, dtype=np.float64)) for values in (first, second))
    if a.shape != b.shape:
        raise ValueError(f"rows should have one length, have {len(a)} and {len(b)}")
    if not a.size or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def evaluate(asked: ArrayLike, got: ArrayLike, unasked: ArrayLike) -> "OrderedDict[str, float | None]":
    """correlation, in_order, miss; None where nothing tells. `unasked` [songs]: what came without asking."""
    wanted, have, free = (np.asarray(values, dtype=np.float64) for values in (asked, got, unasked))
    validate(wanted, have, free)
    known = ~np.isnan(have)
    whole = known.all(axis=1)
    rises = np.all(np.diff(have[whole]) > 0, axis=1)
    both = known & ~np.isnan(free)[:, None]
    off, before = np.abs(have - wanted)[both], np.abs(free[:, None] - wanted)[both]
    return OrderedDict(
        correlation=spearman(wanted[known], have[known]),
        in_order=float(rises.mean()) if rises.size else None,
        miss=float(off.sum() / before.sum()) if before.sum() > 0 else None,
    )


def _ranks(values: Floats) -> Floats:
    """Ranks from 0, equal values sharing the mean of theirs [N]."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts + 1) / 2)[where.reshape(-1)])
