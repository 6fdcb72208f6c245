"""The timing of a band that plays without a click: its tempo wanders, drifts, or changes at a bar.

A `Warp` maps the seconds of an exact grid to those at which it is played; notes and beats go through the same
map, so beats stay where the music has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

import numpy as np
from numpy.typing import ArrayLike, NDArray

STEP = 0.25
"""Seconds of the grid between two knots."""
STEADY_SHARE = 0.35
"""Of songs that are played to a click."""
WANDER = (0.003, 0.02)
"""Standard deviation by which the tempo's logarithm wanders."""
MEMORY = 6.0
"""Seconds in which the wandering forgets."""
DRIFT_SHARE, DRIFT = 0.3, 0.12
"""Songs that become faster or slower, and by how much at most from end to end (logarithm)."""
CHANGE_SHARE, CHANGE = 0.08, (0.1, 0.35)
"""Songs whose tempo changes at once, and by how much."""


@dataclass(frozen=True, slots=True)
class Warp:
    """Seconds of the grid [K], ascending from 0, and the seconds [K] at which they are played."""

    grid: NDArray[np.float64]
    played: NDArray[np.float64]

    def __call__(self, seconds: ArrayLike) -> NDArray[np.float64]:
        """When these seconds of the grid are played; within the grid's ends."""
        return np.asarray(np.interp(np.asarray(seconds, np.float64), self.grid, self.played))


def draw_warp(rng: Random, seconds: float, bars: Sequence[float]) -> Warp:
    """A random timing of so many seconds of grid; `bars`: where bars begin, one of which a sudden change of
    tempo may choose.
    """
    knots = np.arange(0.0, seconds + STEP, STEP)
    faster = np.zeros(len(knots) - 1)
    if rng.random() >= STEADY_SHARE:
        faster += _wander(rng, len(faster), rng.uniform(*WANDER))
    if rng.random() < DRIFT_SHARE:
        faster += np.linspace(-0.5, 0.5, len(faster)) * rng.uniform(-DRIFT, DRIFT)
    inner = [bar for bar in bars if 0.25 * seconds < bar < 0.75 * seconds]
    if inner and rng.random() < CHANGE_SHARE:
        faster[knots[:-1] >= rng.choice(inner)] += rng.choice((-1, 1)) * rng.uniform(*CHANGE)
    return Warp(knots, np.concatenate([[0.0], np.cumsum(STEP / np.exp(faster))]))


def _wander(rng: Random, count: int, size: float) -> NDArray[np.float64]:
    """A walk of standard deviation `size` that is drawn back to 0."""
    keep = float(np.exp(-STEP / MEMORY))
    places = [rng.gauss(0.0, size)]
    for _ in range(count - 1):
        places.append(keep * places[-1] + rng.gauss(0.0, size * (1 - keep * keep) ** 0.5))
    return np.array(places)


def tempo_between(beats: Sequence[float]) -> float:
    """Beats a minute, from the median interval of beats in seconds; 0 for fewer than two."""
    gaps = sorted(b - a for a, b in pairwise(beats))
    return 60.0 / gaps[len(gaps) // 2] if gaps else 0.0
