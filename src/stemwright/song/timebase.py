"""From ticks and bars to codec frames and samples, in exact rational arithmetic.

Bar b starts at frame round-half-even(exact seconds before it * 75): always from the song's beginning, so
nothing adds up, however often tempo and meter change. Inside a bar, ticks fall linearly between its first
frame and the next bar's. Rendering and conditioning both ask here.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import NamedTuple

from stemwright.song.bar_lines import BarLines
from stemwright.song.bar_map import Changes, at_bar
from stemwright.song.meter import Meter
from stemwright.song.score import PPQ

SAMPLE_RATE = 24000
HOP = 320
"""Samples of a frame."""
FRAME_RATE = 75
"""Frames a second."""


class _Steady(NamedTuple):
    """Bars from `bar` on, all of one length: bar b begins (start + (b - bar) * step) / den frames in."""

    bar: int
    start: int
    step: int
    den: int

    def frame(self, bar: int) -> int:
        return _half_even(self.start + (bar - self.bar) * self.step, self.den)


@dataclass(frozen=True, slots=True)
class Timebase:
    """`bpm`: quarter notes a minute; `tempos`, `meters`: changes of it and of the meter, at bars. Bars,
    frames, samples and ticks all count from 0.
    """

    bpm: Fraction
    meter: Meter
    tempos: Changes[Fraction] = ()
    meters: Changes[Meter] = ()
    lines: BarLines = field(init=False, repr=False, compare=False)
    _frames: tuple[int, ...] = field(init=False, repr=False, compare=False)  # of bars before the last change
    _rest: _Steady = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", BarLines(self.meter, self.meters))
        changes = sorted({0, *(bar for bar, _ in self.tempos), *(bar for bar, _ in self.meters)})
        lengths = [self._bar_seconds(bar) * FRAME_RATE for bar in changes]
        # One denominator for all bars, so that a long map needs no fractions reduced.
        den = lcm(*(length.denominator for length in lengths))
        steps = [length.numerator * (den // length.denominator) for length in lengths]
        frames, start = [], 0
        for (first, stop), step in zip(pairwise(changes), steps, strict=False):
            frames += [_half_even(start + step * bar, den) for bar in range(stop - first)]
            start += step * (stop - first)
        object.__setattr__(self, "_frames", tuple(frames))
        object.__setattr__(self, "_rest", _Steady(changes[-1], start, steps[-1], den))

    def _bar_seconds(self, bar: int) -> Fraction:
        return Fraction(self.lines.meter_of(bar).ticks_per_bar, PPQ) * 60 / self.bpm_of(bar)

    @property
    def bar_seconds(self) -> Fraction:
        """Exact seconds of the first bar, and of every one where nothing changes."""
        return self._bar_seconds(0)

    def bpm_of(self, bar: int) -> Fraction:
        """The tempo of a bar."""
        return at_bar(self.bpm, self.tempos, bar)

    def bar_frame(self, bar0: int) -> int:
        """The frame at which bar `bar0` (from 0) starts."""
        return self._frames[bar0] if 0 <= bar0 < len(self._frames) else self._rest.frame(bar0)

    def frames(self, bars: int) -> int:
        """Frames of the first `bars` bars."""
        return self.bar_frame(bars)

    def bar_sample(self, bar0: int) -> int:
        """The sample at which bar `bar0` starts."""
        return self.bar_frame(bar0) * HOP

    def bar_of_frame(self, frame: int) -> int:
        """The bar (from 0) in which a frame lies."""
        first, start, step, den = self._rest
        if frame < self._rest.frame(first):
            return bisect_right(self._frames, frame) - 1
        bar = first + (frame * den - start) // step
        while self.bar_frame(bar) > frame:
            bar -= 1
        while self.bar_frame(bar + 1) <= frame:
            bar += 1
        return bar

    def tick_seconds(self, tick: int, since: int = 0) -> Fraction:
        """Ideal seconds from tick `since` to a tick not before it, before bars are put on frames."""
        first, bar = self.lines.bar_of_tick(since), self.lines.bar_of_tick(tick)
        if not self.tempos or first == bar:
            return Fraction(tick - since, PPQ) * 60 / self.bpm_of(bar)
        between = sum(map(self._bar_seconds, range(first, bar)), Fraction(0))
        return between + self._inside(bar, tick) - self._inside(first, since)

    def _inside(self, bar: int, tick: int) -> Fraction:
        """Ideal seconds from a bar's beginning to a tick of it."""
        return Fraction(tick - self.lines.tick(bar), PPQ) * 60 / self.bpm_of(bar)

    def tick_frame(self, tick: int) -> Fraction:
        """Place of a tick in frames: whole at bar starts, linear inside a bar."""
        first, length, rest, per_bar = self._place(tick)
        return first + Fraction(length * rest, per_bar)

    def tick_sample(self, tick: int) -> int:
        """The sample nearest to a tick (half to even)."""
        first, length, rest, per_bar = self._place(tick)
        return first * HOP + _half_even(length * rest * HOP, per_bar)

    def frame_tick(self, frame: int | Fraction) -> Fraction:
        """Place of a frame in ticks: the inverse of `tick_frame`."""
        bar = self.bar_of_frame(int(frame // 1))
        first, start = self.bar_frame(bar), self.lines.tick(bar)
        per_bar = self.lines.meter_of(bar).ticks_per_bar
        return start + (frame - first) * Fraction(per_bar, self.bar_frame(bar + 1) - first)

    def _place(self, tick: int) -> tuple[int, int, int, int]:
        """First frame and frames of the tick's bar, the tick inside that bar, and the bar's ticks."""
        bar = self.lines.bar_of_tick(tick)
        first, start = self.bar_frame(bar), self.lines.tick(bar)
        return first, self.bar_frame(bar + 1) - first, tick - start, self.lines.meter_of(bar).ticks_per_bar


def _half_even(numerator: int, denominator: int) -> int:
    """The whole number nearest to a ratio, of two the even one."""
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return whole + (twice > denominator or (twice == denominator and whole % 2 == 1))
