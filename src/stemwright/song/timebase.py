"""From ticks and bars to codec frames and samples, in exact rational arithmetic.

Bar b starts at frame round-half-even(b * seconds per bar * 75): always from the absolute bar, so nothing
adds up. Inside a bar, ticks fall linearly between its first frame and the next bar's. Rendering and
conditioning both ask here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from stemwright.song.meter import Meter
from stemwright.song.score import PPQ

SAMPLE_RATE = 24000
HOP = 320
"""Samples of a frame."""
FRAME_RATE = 75
"""Frames a second."""


@dataclass(frozen=True, slots=True)
class Timebase:
    """`bpm`: quarter notes a minute. Bars, frames, samples and ticks all count from 0."""

    bpm: Fraction
    meter: Meter
    _num: int = field(init=False, repr=False, compare=False)
    _den: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        exact = self.bar_seconds * FRAME_RATE
        object.__setattr__(self, "_num", exact.numerator)
        object.__setattr__(self, "_den", exact.denominator)

    @property
    def bar_seconds(self) -> Fraction:
        """Exact seconds of a bar."""
        return self.tick_seconds(self.meter.ticks_per_bar)

    def bar_frame(self, bar0: int) -> int:
        """The frame at which bar `bar0` (from 0) starts."""
        whole, rest = divmod(bar0 * self._num, self._den)
        twice = 2 * rest
        return whole + (1 if twice > self._den or (twice == self._den and whole % 2) else 0)

    def frames(self, bars: int) -> int:
        """Frames of the first `bars` bars."""
        return self.bar_frame(bars)

    def bar_sample(self, bar0: int) -> int:
        """The sample at which bar `bar0` starts."""
        return self.bar_frame(bar0) * HOP

    def bar_of_frame(self, frame: int) -> int:
        """The bar (from 0) in which a frame lies."""
        bar = frame * self._den // self._num
        while self.bar_frame(bar) > frame:
            bar -= 1
        while self.bar_frame(bar + 1) <= frame:
            bar += 1
        return bar

    def tick_seconds(self, tick: int) -> Fraction:
        """Ideal time of a tick in seconds, before bars are put on frames."""
        return Fraction(tick, PPQ) * 60 / self.bpm

    def tick_frame(self, tick: int) -> Fraction:
        """Place of a tick in frames: whole at bar starts, linear inside a bar."""
        first, length, rest = self._place(tick)
        return first + Fraction(length * rest, self.meter.ticks_per_bar)

    def tick_sample(self, tick: int) -> int:
        """The sample nearest to a tick (half to even)."""
        first, length, rest = self._place(tick)
        whole, over = divmod(length * rest * HOP, self.meter.ticks_per_bar)
        twice = 2 * over
        up = twice > self.meter.ticks_per_bar or (twice == self.meter.ticks_per_bar and whole % 2 == 1)
        return first * HOP + whole + up

    def frame_tick(self, frame: int | Fraction) -> Fraction:
        """Place of a frame in ticks: the inverse of `tick_frame`."""
        bar = self.bar_of_frame(int(frame // 1))
        first = self.bar_frame(bar)
        per_bar = self.meter.ticks_per_bar
        return bar * per_bar + (frame - first) * Fraction(per_bar, self.bar_frame(bar + 1) - first)

    def _place(self, tick: int) -> tuple[int, int, int]:
        """First frame and frames of the tick's bar, and the tick inside that bar."""
        bar, rest = divmod(tick, self.meter.ticks_per_bar)
        first = self.bar_frame(bar)
        return first, self.bar_frame(bar + 1) - first, rest
