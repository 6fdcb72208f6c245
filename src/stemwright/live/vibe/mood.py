"""Where every parameter stands at every sample: moves that glide, last and go back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from fractions import Fraction

from stemwright.live.companion.locking import Clock
from stemwright.live.vibe.parameters import PARAMETERS, defaults, parameter
from stemwright.live.vibe.request import BY, HOLD, Change, Request, Span, Stage

_PHRASE = 8
"""Bars of a phrase."""
_STILL_BEAT = 0.5
"""Seconds of a beat while the transport stands still."""
_STEP = 0.05
"""Seconds of a move that is asked for at once, so that nothing jumps."""


class Mood:
    """Values as functions of the sample: what was asked for and when decides them, not how often they are
    read.

    Samples of calls do not go back.
    """

    def __init__(self, clock: Clock, rate: int = 48_000) -> None:
        self._clock, self._rate = clock, rate
        self._rests = defaults()
        self._points = {name: [(0, value)] for name, value in self._rests.items()}

    def value(self, name: str, sample: int) -> float:
        """A parameter's value at a sample. UsageError for an unknown one."""
        points = self._points[parameter(name).name]
        after = bisect_right(points, sample, key=lambda point: point[0])
        first, one = points[max(0, after - 1)]
        if after == 0 or after == len(points):
            return one
        second, other = points[after]
        return one + (other - one) * (sample - first) / (second - first)

    def values(self, sample: int) -> dict[str, float]:
        """All values at a sample."""
        return {name: self.value(name, sample) for name in PARAMETERS}

    def moving(self, sample: int) -> bool:
        """Whether anything moves, or is to move, after a sample."""
        return any(points[-1][0] > sample for points in self._points.values())

    def apply(self, sample: int, request: Request) -> None:
        """From a sample on it goes as asked; of what was to come, only other parameters' moves stay."""
        at = sample
        for stage in request.stages:
            at = self._stage(at, stage)

    def _stage(self, at: int, stage: Stage) -> int:
        """The sample at which the stage ends and the next one begins."""
        there = self._after(at, stage.over) if stage.over is not None else at
        there = max(there, at + round(_STEP * self._rate))
        end = there if stage.lasts is None else max(there, self._after(there, stage.lasts))
        for change in stage.changes:
            self._move(change, at, there, None if stage.lasts is None else end)
        return end

    def _move(self, change: Change, at: int, there: int, end: int | None) -> None:
        name, entry = change.parameter, parameter(change.parameter)
        now = self.value(name, at)
        target = now if change.kind == HOLD else change.amount
        target = entry.clipped(now + change.amount if change.kind == BY else target)
        kept = [point for point in self._points[name] if point[0] < at]
        points = [*kept[-1:], (at, now), (there, target)]
        if end is None:
            self._rests[name] = target
        else:
            points += [(end, target)] if end > there else []
            points.append((end + (there - at), self._rests[name]))
        self._points[name] = points

    def _after(self, sample: int, span: Span) -> int:
        if span.unit == "seconds":
            return sample + round(span.amount * self._rate)
        beats_of_bar = 4
        place = self._clock.quarters(sample)
        bars = {"bars": 1, "phrases": _PHRASE}.get(span.unit, 0)
        if place is None:
            beats = span.amount * (bars * beats_of_bar or 1)
            return sample + round(beats * _STILL_BEAT * self._rate)
        begin, end = self._clock.bar(place)
        step = (end - begin) * bars if bars else 1
        return self._clock.sample(place + step * _exact(span.amount))


def _exact(amount: float) -> Fraction:
    return Fraction(round(amount * 1000), 1000)


def described(values: Mapping[str, float]) -> str:
    """What is not at rest, in a few words for the screen."""
    out = []
    for name, entry in PARAMETERS.items():
        moved = values[name] - entry.default
        if abs(moved) > 0.02 * (entry.high - entry.low):
            out.append(entry.more if moved > 0 else entry.less)
    return ", ".join(out) or "as it is"
