"""Rhythm within stems and between them, after SyncTrack (arXiv 2603.01101), in two tracks.

- *IRS*, inner-track rhythm stability (lower is better): standard deviation of inter-beat intervals of a stem
  in seconds, the mean of stems.
- *CBS*, cross-track beat synchrony (0 to 1, higher is better): in windows of `window` seconds, the share of
  stems that have a beat there, the mean of windows.
- *CBD*, cross-track beat dispersion (lower is better): distance of beats of two stems over half an interval,
  the mean of beats and ordered pairs of stems. 0 to 1.

**Published** (`published`): beats of each stem come from a beat tracker. CBS windows follow one another from
0 on, those without any beat do not count. For CBD each beat of one stem is matched with the nearest of the
other within half an interval (the median of the first stem's); beats without a match do not count. Read it
beside a control: real music has an IRS of .05 and a CBS of .59 here, for a tracker's half and double tempi
and its doubts are in it.

**On the grid** (`evaluate`): beats are the onsets of each stem that belong to a beat of the song's own grid.
A stem that rests at a beat, or plays only off it, has no beat there and is not blamed for it: its score says
at which grid beats it is *expected*, namely where it has an onset within half a window.
- CBS: windows are centred on the grid's beats. Of the stems expected in a window, the share that has an onset
  in it; the mean of windows with at least two stems expected. An onset that is missing, or more than half a
  window away from its beat, lowers it.
- IRS: intervals between onsets at neighbouring grid beats. A rest makes no interval. Onsets farther away than
  half a window are not in it (CBS has them): it cannot exceed about .03.
- CBD: onsets of both stems at one grid beat, over half of the grid's interval; also in milliseconds.
"""

from collections import OrderedDict
from collections.abc import Mapping
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import checks

Seconds = NDArray[np.float64]

WINDOW = 0.07
"""Seconds; SyncTrack's function takes .07, its command line .15."""


def validate(grid: ArrayLike, heard: Mapping[str, ArrayLike], expected: Mapping[str, ArrayLike]) -> None:
    """ValueError unless all times ascend from 0, the grid has two beats, and both name the same stems."""
    for times in ({"grid": grid}, heard, expected):
        checks.onsets_by_name(times)
    if len(np.asarray(grid)) < 2 or not np.all(np.diff(np.asarray(grid, dtype=np.float64)) > 0):
        raise ValueError("grid should have at least two beats, each later than the one before")
    if set(heard) != set(expected):
        raise ValueError(f"stems differ: {', '.join(sorted(set(heard) ^ set(expected)))}")


def at_beats(times: ArrayLike, grid: ArrayLike, window: float = WINDOW) -> Seconds:
    """The nearest of `times` [N] to each beat of `grid`, within half a window [B]; NaN where none is."""
    have, beats = np.asarray(times, dtype=np.float64), np.asarray(grid, dtype=np.float64)
    if not have.size:
        return np.full(len(beats), np.nan)
    after = np.clip(np.searchsorted(have, beats), 1, max(len(have) - 1, 1))
    left, right = have[after - 1], have[np.minimum(after, len(have) - 1)]
    nearest = np.where(np.abs(left - beats) <= np.abs(right - beats), left, right)
    return np.where(np.abs(nearest - beats) <= window / 2 + 1e-9, nearest, np.nan)


def irs(beats: Mapping[str, ArrayLike]) -> float | None:
    """Mean over stems of the standard deviation of inter-beat intervals, in seconds.

    Beats [N] may be NaN: there is no interval there. None where no stem has two intervals.
    """
    spreads = []
    for times in beats.values():
        intervals = np.diff(np.asarray(times, dtype=np.float64))
        intervals = intervals[~np.isnan(intervals)]
        if len(intervals) > 1:
            spreads.append(float(intervals.std()))
    return float(np.mean(spreads)) if spreads else None


def cbs(beats: Mapping[str, ArrayLike], window: float = WINDOW) -> float | None:
    """Cross-track beat synchrony as published; None without beats."""
    if not beats:
        return None
    windows = [set(np.floor(np.asarray(times) / window).astype(int).tolist()) for times in beats.values()]
    taken = sorted(set().union(*windows))
    return float(np.mean([sum(w in own for own in windows) for w in taken])) / len(beats) if taken else None


def cbd(beats: Mapping[str, ArrayLike]) -> float | None:
    """Cross-track beat dispersion as published; None where no two stems have matching beats."""
    errors: list[float] = []
    for first, second in permutations(beats.values(), 2):
        mine, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
        if len(mine) < 2 or not len(other):
            continue
        half = float(np.median(np.diff(mine))) / 2
        gaps = np.abs(mine[:, None] - other[None, :]).min(axis=1)
        errors += (gaps[gaps <= half] / half).tolist() if half > 0 else []
    return float(np.mean(errors)) if errors else None


def published(beats: Mapping[str, ArrayLike], window: float = WINDOW) -> "OrderedDict[str, Any]":
    """irs, cbs, cbd of tracked `beats` (seconds, by stem), and the window."""
    checks.onsets_by_name(beats)
    return OrderedDict(irs=irs(beats), cbs=cbs(beats, window), cbd=cbd(beats), window=window)


def evaluate(
    grid: ArrayLike,
    heard: Mapping[str, ArrayLike],
    expected: Mapping[str, ArrayLike],
    window: float = WINDOW,
) -> "OrderedDict[str, Any]":
    """On the grid: irs, cbs, cbd, cbd_ms, late_ms (mean of onset - grid), windows (counted by cbs).

    `grid`: beats in seconds [B]; `heard`, `expected`: onsets in seconds by stem, detected and of the score.
    None where there is nothing to judge.
    """
    validate(grid, heard, expected)
    beats = np.asarray(grid, dtype=np.float64)
    due = {name: ~np.isnan(at_beats(times, beats, window)) for name, times in expected.items()}
    played = {name: np.where(due[name], at_beats(heard[name], beats, window), np.nan) for name in due}
    gaps = _gaps(played)
    interval = float(np.median(np.diff(beats)))
    late = np.concatenate([times - beats for times in played.values()]) if played else np.zeros(0)
    late = late[~np.isnan(late)]
    shares = _shares(due, played)
    return OrderedDict(
        irs=irs(played),
        cbs=float(shares.mean()) if shares.size else None,
        cbd=float(gaps.mean()) / (interval / 2) if gaps.size else None,
        cbd_ms=float(gaps.mean()) * 1000.0 if gaps.size else None,
        late_ms=float(late.mean()) * 1000.0 if late.size else None,
        windows=int(shares.size),
    )


def _gaps(played: Mapping[str, Seconds]) -> Seconds:
    """Seconds between two stems at each beat that both have, of all pairs."""
    pairs = [np.abs(first - second) for first, second in permutations(played.values(), 2)]
    gaps = np.concatenate(pairs) if pairs else np.zeros(0)
    return np.asarray(gaps[~np.isnan(gaps)])


def _shares(due: Mapping[str, NDArray[np.bool_]], played: Mapping[str, Seconds]) -> Seconds:
    """Of the stems expected at a beat, the share that plays; only beats of two stems and more."""
    if not due:
        return np.zeros(0)
    wanted = np.sum([due[name] for name in due], axis=0)
    have = np.sum([~np.isnan(played[name]) for name in due], axis=0)
    return np.asarray(have[wanted >= 2] / wanted[wanted >= 2])
