"""Samples and quarter notes: a tempo map that grows while it is played.

The sample of a place in quarters is computed from the segment in which it lies, never by adding up lengths:
round-half-up(segment.sample + (quarters - segment.quarters) * 60 * rate / bpm).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, lcm
from operator import attrgetter

from stemwright.errors import UsageError
from stemwright.live.commands import RATE
from stemwright.song.tempo import bpm_text, check_bpm

_GRID = 2**20
"""Parts of a sample on which segments begin. Rounded down, so that no place is moved over a half; and few
enough, so that exact numbers stay short however often the tempo changes.
"""
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Segment:
    """One tempo from `sample` on, at which `quarters` have passed. `jump`: the place is a new one and does
    not follow from the segment before.
    """

    sample: Fraction
    quarters: Fraction
    bpm: Fraction
    step: Fraction
    """Samples a quarter note."""
    jump: bool = False

    def exact(self, quarters: Fraction) -> Fraction:
        """The sample of a place, not rounded."""
        return self.sample + (quarters - self.quarters) * self.step

    def place(self, sample: int | Fraction) -> Fraction:
        """The place of a sample in quarters."""
        return self.quarters + (sample - self.sample) / self.step


_sample, _quarters = attrgetter("sample"), attrgetter("quarters")


class TempoMap:
    """The tempo from sample 0 on. `bpm` holds until the first change.

    Places since the last jump have one sample each; places before it are those of a time that is over.
    """

    def __init__(self, bpm: Fraction, rate: int = RATE) -> None:
        if rate < 1:
            raise UsageError(f"rate: {rate} is not a number of samples a second; give for example {RATE}")
        self.rate = rate
        self._segments = [self._segment(Fraction(0), Fraction(0), bpm, jump=True)]
        self._run = 0  # the segment of the last jump

    def _segment(self, sample: Fraction, quarters: Fraction, bpm: Fraction, jump: bool = False) -> Segment:
        check_bpm(bpm, bpm_text(bpm))
        return Segment(sample, quarters, bpm, 60 * self.rate / bpm, jump)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments, the first at sample 0."""
        return tuple(self._segments)

    @property
    def last(self) -> Segment:
        """The segment that goes on for ever."""
        return self._segments[-1]

    def at(self, sample: int | Fraction) -> Segment:
        """The segment in which a sample lies."""
        return self._segments[max(0, bisect_right(self._segments, sample, key=_sample) - 1)]

    def bpm(self, sample: int) -> Fraction:
        """The tempo at a sample."""
        return self.at(sample).bpm

    def quarters(self, sample: int) -> Fraction:
        """The exact place of a sample."""
        return self.at(sample).place(sample)

    def exact(self, quarters: Fraction) -> Fraction:
        """The sample of a place since the last jump, not rounded."""
        return self._holding(quarters).exact(quarters)

    def sample(self, quarters: Fraction) -> int:
        """The sample of a place since the last jump, halves rounded up."""
        return floor(self.exact(quarters) + HALF)

    def _holding(self, quarters: Fraction) -> Segment:
        first = self._run
        found = bisect_right(self._segments, quarters, lo=first, key=_quarters)
        return self._segments[max(first, found - 1)]

    def change(self, sample: int, bpm: Fraction) -> None:
        """A tempo from a sample on, in place of all that was to come from there. UsageError where it is none,
        or before sample 0.
        """
        held = self._before(sample)
        self._put(
            self._segment(Fraction(sample), held.place(sample), bpm, held.sample == sample and held.jump)
        )

    def change_at(self, quarters: Fraction, bpm: Fraction) -> None:
        """A tempo from a musical place on, in place of all that was to come from there: that place's sample
        stays the same. UsageError where it is none.
        """
        held = self._holding(quarters)
        sample = Fraction(floor(held.exact(quarters) * _GRID), _GRID)
        self._before(sample)
        self._put(self._segment(sample, quarters, bpm, held.sample == sample and held.jump))

    def jump(self, sample: int, quarters: Fraction) -> None:
        """From a sample on, another place; the tempo stays. What was to come from there is dropped."""
        self._put(self._segment(Fraction(sample), quarters, self._before(sample).bpm, jump=True))

    def cut(self, sample: int) -> None:
        """Drop what was to come after a sample."""
        kept = max(1, bisect_right(self._segments, sample, key=_sample))
        del self._segments[kept:]
        self._run = self._last_jump()

    def _before(self, sample: int | Fraction) -> Segment:
        if sample < 0:
            raise UsageError(f"sample {floor(sample)}: lies before the graph's first; give 0 or more")
        return self.at(sample)

    def _put(self, segment: Segment) -> None:
        kept = bisect_right(self._segments, segment.sample, key=_sample)
        if kept and self._segments[kept - 1].sample == segment.sample:
            kept -= 1
        self._segments[kept:] = [segment]
        self._run = self._last_jump()

    def _last_jump(self) -> int:
        return next(i for i in range(len(self._segments) - 1, -1, -1) if self._segments[i].jump)

    def places(self, step: Fraction, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """(sample, k) of all places k * step whose sample is in start..stop - 1, also before jumps."""
        first = bisect_right(self._segments, start - 1, key=_sample) - 1
        ahead = [*self._segments[max(0, first) :], None]
        for segment, after in pairwise(ahead):
            assert segment is not None
            if segment.sample >= stop:
                return
            yield from _inside(segment, after, step, start, stop)


def _inside(
    segment: Segment, after: Segment | None, step: Fraction, start: int, stop: int
) -> Iterator[tuple[int, int]]:
    """(sample, k) of one segment's places in start..stop - 1."""
    # A place just before `start` may be rounded up to it.
    k = ceil(segment.place(max(segment.sample, Fraction(start - 1))) / step)
    first, each = segment.exact(k * step), step * segment.step
    den = lcm(first.denominator, each.denominator, after.sample.denominator if after else 1)
    at, add = int(first * den), int(each * den)  # whole numbers: there are very many places
    end, jump = (int(after.sample * den), after.jump) if after else (None, False)
    while True:
        sample = (2 * at + den) // (2 * den)
        if sample >= stop or (end is not None and (at >= end or (jump and sample * den >= end))):
            return
        if sample >= start:
            yield sample, k
        k, at = k + 1, at + add
