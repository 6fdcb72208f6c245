"""A steady pulse through beats that were heard: the line of time over beats, old ones counting less."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

KEPT = 12
"""Beats."""
FADE = 0.85
"""What a beat counts beside the next."""
APART = 0.2
"""Share of a beat by which one may be off the line before the line begins anew."""


class PulseLine:
    """Places of beats in frames -> period and phase, finer than frames."""

    def __init__(self) -> None:
        self.places: list[float] = []
        self.numbers: list[int] = []
        self.period = 0.0
        self.latest = 0.0

    def add(self, place: float, interval: float) -> None:
        """A beat was heard at a place, when beats were about `interval` frames apart."""
        if self.places:
            gap = place - self.latest
            steps = round(gap / (self.period or interval))
            off = abs(gap - steps * (self.period or interval))
            if steps < 1 or steps > KEPT or off > APART * interval or abs(self.period / interval - 1) > 0.1:
                self.places, self.numbers = self.places[-1:], [0]
                steps = max(1, round((place - self.places[0]) / interval))
                self.period = interval
            self.numbers.append(self.numbers[-1] + steps)
        else:
            self.numbers.append(0)
        self.places.append(place)
        self.places, self.numbers = self.places[-KEPT:], self.numbers[-KEPT:]
        self._fit(interval)

    def _fit(self, interval: float) -> None:
        if len(self.places) < 3:
            self.period = self.period or interval
            self.latest = self.places[-1]
            return
        x = np.array(self.numbers, np.float64) - self.numbers[-1]
        y = np.array(self.places)
        weight = FADE ** np.arange(len(x))[::-1]
        mean_x, mean_y = (weight * x).sum() / weight.sum(), (weight * y).sum() / weight.sum()
        spread = float((weight * (x - mean_x) ** 2).sum())
        self.period = float((weight * (x - mean_x) * (y - mean_y)).sum()) / spread
        self.latest = float(mean_y - self.period * mean_x)

    def loose(self) -> float:
        """How far beats lie off the line, in frames (mean)."""
        gaps = [
            b - a - (n - m) * self.period
            for (a, b), (m, n) in zip(pairwise(self.places), pairwise(self.numbers), strict=True)
        ]
        return float(np.mean(np.abs(gaps))) if gaps else 0.0
