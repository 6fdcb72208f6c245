"""Spans of one chord in a song's plan, and something of each of them told step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TypeVar

from stemwright.compose.patterns import Hit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.song.harmony import Chord

Value = TypeVar("Value")
ByStep = list[list[Value | None]]
"""A value for each step of each bar, None where no chord is."""


def by_step(plan: SongPlan, solve: Callable[[BarPlan, Sequence[Chord]], Sequence[Value]]) -> ByStep[Value]:
    """What `solve` says of the chords of each section (its first bar, its spans' chords), by bar and step."""
    out: ByStep[Value] = []
    for _, group in groupby(plan.bars, key=lambda bar: bar.section):
        bars = list(group)
        steps = [chord for bar in bars for chord in bar.chords]
        starts = [
            i for i, chord in enumerate(steps) if chord is not None and (not i or steps[i - 1] != chord)
        ]
        values = iter(solve(bars[0], [chord for i in starts if (chord := steps[i]) is not None]))
        fresh = set(starts)
        flat: list[Value | None] = []
        for place, chord in enumerate(steps):
            flat.append(None if chord is None else next(values) if place in fresh else flat[-1])
        place = 0
        for bar in bars:
            out.append(flat[place : place + bar.grid.steps])
            place += bar.grid.steps
    return out


def ahead(plan: SongPlan, values: ByStep[Value], bar: BarPlan, step: int) -> Value | None:
    """The value where the chord next changes after a step, in this bar or the next one's; else the same."""
    now = bar.chords[step]
    for later in range(step, bar.grid.steps):
        if bar.chords[later] != now:
            return values[bar.index][later]
    return values[bar.index + 1][0] if bar.index + 1 < len(plan.bars) else values[bar.index][step]


def changes(bar: BarPlan) -> list[int]:
    """The steps inside a bar on which another chord begins."""
    return [step for step in range(1, bar.grid.steps) if bar.chords[step] != bar.chords[step - 1]]


def restruck(bar: BarPlan, hits: Iterable[Hit]) -> list[Hit]:
    """Hits cut and struck again where another chord begins under them."""
    places = changes(bar)
    out: list[Hit] = []
    for hit in hits:
        start, end = hit.step, hit.step + hit.length
        for step in (place for place in places if start < place < end):
            out.append(Hit(start, step - start, hit.mark))
            start = step
        out.append(Hit(start, end - start, hit.mark))
    return out
