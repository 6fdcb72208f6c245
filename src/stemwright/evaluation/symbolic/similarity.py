"""Similarity: does a song come back to what it played, as real music does?

Conventions. A bar is the set of its notes, each by layer, place in the bar (on the grid), pitch (or drum
piece) and, for pitched layers, duration (`histograms.DURATIONS`). Velocity does not count. Two bars are as
similar as their sets overlap: notes in both over notes in either, 0 to 1. Bars without notes are left out.

- *Curve*: mean similarity of all pairs of bars that lie t bars apart, for t = 1..LAGS; that of a set is the
  mean of its songs'.
- *Similarity error* of two sets: mean over t of the absolute difference of their curves: the measure of that
  name of Museformer (Yu et al., NeurIPS 2022, arXiv 2210.10349), with bars and lags as they are told here, so
  figures of other papers are not comparable. Lower is better; 0 for sets that repeat themselves alike. Lags
  that either set does not reach are left out.
- *Returns*: sections of one name (numbers at its end aside) against each other, bar by bar: their mean
  similarity, the share of bars that come back exactly, and for contrast the similarity of sections of
  different names. Real music's depend on who named the sections: read them beside the control.

Floor: shuffled notes, near 0 everywhere.
"""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation.symbolic.histograms import DURATIONS, duration_bins
from stemwright.evaluation.symbolic.onset_grid import UNIT, Ints, note_array, on_grid
from stemwright.evaluation.symbolic.sections import section_pairs
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.layers import is_drums

Floats = NDArray[np.float64]

LAGS = 32


def validate(reference: Sequence[ArrayLike], estimate: Sequence[ArrayLike]) -> None:
    """ValueError unless both sets have curves of one length, between 0 and 1 or NaN."""
    curves = [np.asarray(curve, dtype=np.float64) for curve in [*reference, *estimate]]
    if not reference or not estimate or len({curve.shape for curve in curves}) > 1 or curves[0].ndim != 1:
        raise ValueError("both sets need curves [LAGS] of one length")
    for curve in curves:
        if np.any((curve < 0) | (curve > 1)):
            raise ValueError("similarities should lie between 0 and 1")


def bar_matrix(song: SymbolicSong, layers: Collection[str] | None = None) -> Floats:
    """Similarity of every two bars [bars, bars], NaN where one of them is empty; of some layers or all."""
    names = [name for name in song.scores if layers is None or name in layers]
    found = [_bar_notes(song, name, index) for index, name in enumerate(names)]
    pairs = np.unique(np.concatenate([np.zeros((0, 2), dtype=np.int64), *found]), axis=0)
    kinds, which = np.unique(pairs[:, 1], return_inverse=True)
    has = np.zeros((song.state.bars, len(kinds)), dtype=np.float32)
    has[pairs[:, 0], which] = 1.0
    shared = (has @ has.T).astype(np.float64)
    sizes = has.sum(axis=1, dtype=np.float64)
    either = sizes[:, None] + sizes[None, :] - shared
    empty = (sizes[:, None] == 0) | (sizes[None, :] == 0)
    return np.where(empty, np.nan, shared / np.maximum(either, 1.0))


def curve(matrix: ArrayLike, lags: int = LAGS) -> Floats:
    """Mean similarity by distance of bars, 1..lags [lags]; NaN where no pair is that far apart."""
    have = np.asarray(matrix, dtype=np.float64)
    out = np.full(lags, np.nan)
    for lag in range(1, min(lags + 1, len(have))):
        along = np.diagonal(have, lag)
        if not np.isnan(along).all():
            out[lag - 1] = np.nanmean(along)
    return out


def mean_curve(curves: Sequence[ArrayLike]) -> Floats:
    """The mean of songs' curves over the songs that reach each lag [lags]; NaN where none does."""
    have = np.array([np.asarray(curve, dtype=np.float64) for curve in curves])
    known = ~np.isnan(have)
    total = np.where(known, have, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


def similarity_error(reference: Sequence[ArrayLike], estimate: Sequence[ArrayLike]) -> float | None:
    """Mean absolute difference of two sets' mean curves; None where they share no lag."""
    validate(reference, estimate)
    gaps = np.abs(mean_curve(reference) - mean_curve(estimate))
    return float(np.nanmean(gaps)) if not np.isnan(gaps).all() else None


def evaluate(song: SymbolicSong, layers: Collection[str] | None = None) -> "OrderedDict[str, Any]":
    """curve [LAGS]; repeated, exact, unlike: what sections do when they return (None without any)."""
    matrix = bar_matrix(song, layers)
    same: list[float] = []
    other: list[float] = []
    for first, second, bars, material in section_pairs(song.state):
        along = [matrix[first + i, second + i] for i in range(bars)]
        (same if material else other).extend(along)
    back = np.array([value for value in same if not np.isnan(value)])
    unlike = np.array([value for value in other if not np.isnan(value)])
    return OrderedDict(
        curve=curve(matrix),
        repeated=float(back.mean()) if back.size else None,
        exact=float((back == 1.0).mean()) if back.size else None,
        unlike=float(unlike.mean()) if unlike.size else None,
    )


def _bar_notes(song: SymbolicSong, layer: str, index: int) -> Ints:
    """(bar, number that names the note inside it) of every note of a layer [N, 2]."""
    notes = note_array(song.scores[layer])
    per_bar = song.state.meter.ticks_per_bar
    onsets = on_grid(notes[:, 0], song.state.meter)
    inside = onsets < song.state.total_ticks
    onsets, notes = onsets[inside], notes[inside]
    lengths = np.zeros(len(notes), dtype=np.int64) if is_drums(layer) else duration_bins(notes[:, 1])
    places = onsets % per_bar // UNIT
    kinds = ((index * per_bar + places) * 128 + notes[:, 2]) * len(DURATIONS) + lengths
    return np.stack([onsets // per_bar, kinds], axis=1)
