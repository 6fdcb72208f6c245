"""Key: does a song stay in its key?

Conventions. A key is a tonic (pitch class, C is 0) and whether its third is minor; other modes count by their
third (D dorian as D minor). The key heard is that of 24 whose probe-tone profile correlates best with the
mean amplitude by pitch class (Krumhansl and Kessler 1982; Krumhansl, "Cognitive foundations of musical
pitch", 1990).

- *Weighted score* of a heard key against the song's: 1 the same, .5 a fifth above, .3 the relative, .2 the
  parallel key, 0 any other (MIREX; mir_eval.key.weighted_score).
- *Key stability* (0 to 1, higher is better): the mean weighted score of windows of WINDOW_BARS bars.

Give the pitched stems together, without drums. Few bars say little about a key: even the written notes of
our arranger's songs reach .66 over windows of about 15 s, rendered stems .55; read the figure beside its
control.
"""

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import chroma

Curve = NDArray[np.float64]

WINDOW_BARS = 8
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""Probe-tone ratings of the twelve classes from the tonic up."""

Profiles = tuple[tuple[float, ...], tuple[float, ...]]

FIFTH, RELATIVE, PARALLEL = 0.5, 0.3, 0.2


def validate(bars: ArrayLike, tonic: int) -> None:
    """ValueError unless `bars` are ascending, finite bar lines [B + 1] and `tonic` is 0..11."""
    lines = np.asarray(bars, dtype=np.float64)
    if lines.ndim != 1 or len(lines) < 2 or not np.isfinite(lines).all() or np.any(np.diff(lines) <= 0):
        raise ValueError("bars should be the ascending times of at least two bar lines")
    if not 0 <= tonic <= 11:
        raise ValueError(f"tonic should be a pitch class 0 (C) to 11 (B), is {tonic}")


def heard_key(weights: ArrayLike) -> tuple[int, bool] | None:
    """(tonic, minor) of weights by pitch class [12]; None where they do not differ."""
    best = best_key(weights)
    return None if best is None else best[1:]


def best_key(weights: ArrayLike, profiles: Profiles = (MAJOR, MINOR)) -> tuple[float, int, bool] | None:
    """The correlation of the key heard with its profile, its tonic, whether it is minor; as `heard_key`.
    `profiles`: of major and minor, twelve weights each from the tonic up.
    """
    have = np.asarray(weights, dtype=np.float64)
    if float(have.std()) < 1e-12:
        return None
    best: tuple[float, int, bool] | None = None
    for minor, profile in enumerate(profiles):
        for tonic in range(12):
            fit = float(np.corrcoef(have, np.roll(profile, tonic))[0, 1])
            if best is None or fit > best[0]:
                best = (fit, tonic, bool(minor))
    return best


def weighted_score(tonic: int, minor: bool, heard: tuple[int, bool] | None) -> float:
    """How near a heard key is to the song's: 1, .5, .3, .2 or 0."""
    if heard is None:
        return 0.0
    up = (heard[0] - tonic) % 12
    if heard[1] == minor:
        return {0: 1.0, 7: FIFTH}.get(up, 0.0)
    return {0: PARALLEL, 3 if minor else 9: RELATIVE}.get(up, 0.0)


def evaluate(
    audio: ArrayLike, bars: ArrayLike, tonic: int, minor: bool, sample_rate: int = 24000
) -> "OrderedDict[str, Any]":
    """stability (mean weighted score), exact (share of windows in the very key), windows (count).

    `bars`: times of all bar lines in seconds [B + 1]. Windows follow one another; what is left at the end
    and is shorter than half a window belongs to the one before. Windows in silence do not count.
    """
    validate(bars, tonic)
    times, energy = chroma.chroma(audio, sample_rate)
    lines = np.asarray(bars, dtype=np.float64)
    scores = []
    for begin, end in windows(len(lines) - 1):
        inside = energy[(times >= lines[begin]) & (times < lines[end])]
        if inside.any():
            scores.append(weighted_score(tonic, minor, heard_key(np.sqrt(inside).sum(axis=0))))
    return OrderedDict(
        stability=float(np.mean(scores)) if scores else None,
        exact=float(np.mean([score == 1.0 for score in scores])) if scores else None,
        windows=len(scores),
    )


def windows(bars: int, size: int = WINDOW_BARS) -> list[tuple[int, int]]:
    """(first bar, bar after the last) of windows of `size` bars; a short rest joins the last."""
    count = max((bars + size // 2) // size, 1)
    return [(i * size, bars if i == count - 1 else (i + 1) * size) for i in range(count)]
