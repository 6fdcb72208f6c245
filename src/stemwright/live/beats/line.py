"""A steady pulse through beats that were heard: the line of time over beats, old ones counting less."""

from __future__ import annotations

import numpy as np

KEPT = 12
"""Beats."""
FADE = 0.85
"""What a beat counts beside the next."""
APART = 0.2
"""Share of a beat by which one may be off the line."""
CLOSE = 0.12
"""By how much two lengths of the same beat may differ."""
FARTHEST = 16
"""Beats after which one that is heard still belongs to the line."""
ANEW = 4
"""Beats off the line that agree and so make another."""


class PulseLine:
    """Places of beats in frames -> period and phase, finer than frames. Beats off the line are put aside;
    where `ANEW` of them agree with each other, they are the line.
    """

    def __init__(self) -> None:
        self.places: list[float] = []
        self.numbers: list[int] = []
        self.period = 0.0
        self.latest = 0.0
        self._aside: list[float] = []

    def add(self, place: float, interval: float) -> None:
        """A beat was heard at a place, when beats were about `interval` frames apart."""
        if not self.places:
            self._begin([place], interval)
            return
        steps = round((place - self.latest) / self.period)
        off = abs(place - self.latest - steps * self.period)
        if 1 <= steps <= FARTHEST and off <= APART * self.period and _near(self.period, interval):
            self._aside = []
            self._go_on(place, steps, interval)
        else:
            self._put_aside(place, interval)

    def begin(self, places: list[float], interval: float) -> None:
        """Another line, through at least one beat: those of another metrical level."""
        self._aside = []
        self._begin(places, interval)

    def _put_aside(self, place: float, interval: float) -> None:
        """A beat off the line."""
        if self._aside and not _near(place - self._aside[-1], interval):
            self._aside = []
        self._aside.append(place)
        young = len(self.places) < ANEW
        if young or len(self._aside) >= ANEW:
            self._begin(self._aside[-2 if young else -ANEW :], interval)
            self._aside = []

    def _begin(self, places: list[float], interval: float) -> None:
        self.places, self.numbers, self.period = places[:1], [0], interval
        self.latest = places[0]
        for place in places[1:]:
            self._go_on(place, max(1, round((place - self.places[-1]) / interval)), interval)

    def _go_on(self, place: float, steps: int, interval: float) -> None:
        self.places = [*self.places, place][-KEPT:]
        self.numbers = [*self.numbers, self.numbers[-1] + steps][-KEPT:]
        self._fit(interval)

    def _fit(self, interval: float) -> None:
        if len(self.places) < 3:
            self.period, self.latest = interval, self.places[-1]
            return
        x = np.array(self.numbers, np.float64) - self.numbers[-1]
        y = np.array(self.places)
        weight = FADE ** np.arange(len(x))[::-1]
        mean_x, mean_y = (weight * x).sum() / weight.sum(), (weight * y).sum() / weight.sum()
        spread = float((weight * (x - mean_x) ** 2).sum())
        self.period = float((weight * (x - mean_x) * (y - mean_y)).sum()) / spread
        self.latest = float(mean_y - self.period * mean_x)


def _near(period: float, interval: float) -> bool:
    """Whether two lengths of a beat may be the same."""
    return abs(period / interval - 1.0) <= CLOSE
