"""Tempo and phase of a row of pulses that come at jittery times: a line through the last ones.

Lost pulses, bursts after a stall and changes of tempo are told apart by where the pulses fall beside it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import sqrt
from statistics import median

from stemwright.live.commands import RATE

WINDOW = 384
"""Pulses that the line goes through at most: 16 quarter notes."""
FEW = 6
"""With fewer pulses nothing is said."""
_RECENT = 8
_KEPT = 16  # pulses kept where the tempo changed
_SURE = 4.5  # so many standard errors tell a change of tempo from jitter
_NEAR, _NEAR_FIRST = 0.5, 3.0  # steps beside the line from which on a pulse is odd; of a line that is new
_LEAST = 0.0003  # seconds of jitter that are always supposed


@dataclass(frozen=True, slots=True)
class Line:
    """Pulse number `index` is at sample `first + index * step`; `spread`: standard deviation, in samples."""

    first: float
    step: float
    spread: float

    def number(self, sample: float) -> float:
        """Which pulse is at a sample."""
        return (sample - self.first) / self.step


class Pulses:
    """Counts pulses from 0 and keeps the line through them. Sums are whole numbers: no errors add up."""

    def __init__(self, rate: int = RATE) -> None:
        self._least = _LEAST * rate
        self.index = -1
        """The number of the last pulse."""
        self.line: Line | None = None
        """None while there are fewer than 6 pulses."""
        self._window: deque[tuple[int, int]] = deque()
        self._odd: list[int] = []  # samples of pulses in a row that are too far off the line
        self._sums = [0, 0, 0, 0]  # of index, sample, index squared, index times sample

    def add(self, sample: int) -> None:
        """A pulse came."""
        self.index += 1
        line = self.line
        near = _NEAR if len(self._window) >= _KEPT + _RECENT else _NEAR_FIRST
        if line is not None and abs(line.number(sample) - self.index) >= near:
            self._odd.append(sample)
            if len(self._odd) == _RECENT:
                self._judge(line)
            return
        self._odd = []
        self._keep(self.index, sample)
        self._fit()

    def _judge(self, line: Line) -> None:
        """So many odd pulses in a row: pulses were lost, or the tempo is another."""
        odd, self._odd = self._odd, []
        off = [line.number(sample) - (self.index - _RECENT + 1 + i) for i, sample in enumerate(odd)]
        if max(off) - min(off) < 1:
            self.index += round(median(off))
        else:
            self._forget(0)
        for i, sample in enumerate(odd):
            self._keep(self.index - _RECENT + 1 + i, sample)
        self._fit()

    def _keep(self, index: int, sample: int) -> None:
        self._window.append((index, sample))
        self._count(index, sample, 1)
        if len(self._window) > WINDOW:
            self._forget(WINDOW)

    def _forget(self, kept: int) -> None:
        while len(self._window) > kept:
            self._count(*self._window.popleft(), -1)

    def _count(self, index: int, sample: int, sign: int) -> None:
        for at, value in enumerate((index, sample, index * index, index * sample)):
            self._sums[at] += sign * value

    def _fit(self) -> None:
        self.line = self._through()
        if self.line is None or len(self._window) < _KEPT + _RECENT:
            return
        line, recent = self.line, list(self._window)[-_RECENT:]
        off = sum(sample - line.first - index * line.step for index, sample in recent) / _RECENT
        if abs(off) > _SURE * max(line.spread, self._least) / sqrt(_RECENT):
            self._forget(_KEPT)
            self.line = self._through()

    def _through(self) -> Line | None:
        """The line that is nearest by least squares."""
        n = len(self._window)
        if n < FEW:
            return None
        i, s, ii, si = self._sums
        step = (n * si - i * s) / (n * ii - i * i)
        if step <= 0:
            return None
        # From the window's first pulse, so that large samples lose no precision.
        index, sample = self._window[0]
        first = sample + (s - n * sample) / n - (i - n * index) / n * step - index * step
        square = sum((at - first - k * step) ** 2 for k, at in self._window) / n
        return Line(first, step, sqrt(square))
