"""Where bars, beats and phrases begin: a row of stretches on the axis of quarter notes.

A stretch is a song's form that goes round, or bars of one meter counted from a "one". The next stretch may
begin in the middle of a bar, which is then cut short; where it begins, everything begins.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import ceil, floor

from stemwright.errors import UsageError
from stemwright.song.bar_lines import BarLines
from stemwright.song.meter import Meter
from stemwright.song.score import PPQ
from stemwright.song.state import GlobalState

PHRASE_BARS = 8
"""Bars of a phrase where nothing else is said."""
MAX_PHRASE_BARS = 64


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: where it begins and ends in quarters, its number from 0, its meter, its place in the phrase."""

    start: Fraction
    stop: Fraction
    number: int
    meter: Meter
    of_phrase: int
    section: str = ""


@dataclass(frozen=True)
class Stretch:
    """Bars from a place on. `bar`: the number of its first one; `since`: bars since the "one" then.

    `anchors`: bars at which phrases are counted anew, with their `sections`; `bars`: after so many it goes
    round, None: never.
    """

    start: Fraction
    lines: BarLines
    bar: int = 0
    since: int = 0
    bars: int | None = None
    anchors: tuple[int, ...] = (0,)
    sections: tuple[str, ...] = ("",)

    @cached_property
    def _round(self) -> int:
        """Ticks of one time round."""
        return self.lines.tick(self.bars) if self.bars is not None else 0

    def place(self, index: int) -> Fraction:
        """Where the bar of an index (0: the stretch's first) begins, in quarters."""
        rounds, bar = divmod(index, self.bars) if self.bars is not None else (0, index)
        return self.start + Fraction(rounds * self._round + self.lines.tick(bar), PPQ)

    def index(self, quarters: Fraction) -> int:
        """The bar in which a place lies."""
        ticks = floor((quarters - self.start) * PPQ)
        rounds, tick = divmod(ticks, self._round) if self.bars is not None else (0, ticks)
        return rounds * (self.bars or 0) + self.lines.bar_of_tick(tick)

    def meter(self, index: int) -> Meter:
        """The meter of a bar."""
        return self.lines.meter_of(index % self.bars if self.bars is not None else index)

    def counted(self, index: int) -> int:
        """Bars since phrases were last counted anew."""
        bar = index % self.bars if self.bars is not None else index
        anchor = self.anchors[bisect_right(self.anchors, bar) - 1]
        return bar - anchor + (self.since if self.bars is None else 0)

    def section(self, index: int) -> str:
        """The name of the section in which a bar lies; "" where there is none."""
        bar = index % self.bars if self.bars is not None else index
        return self.sections[bisect_right(self.anchors, bar) - 1]

    def next_bar(self, quarters: Fraction, every: int) -> Fraction:
        """The first bar line at or after a place whose count is a multiple of `every`."""
        index = self.index(quarters)
        if self.place(index) < quarters:
            index += 1
        while self.counted(index) % every:
            index += 1
        return self.place(index)

    def next_step(self, quarters: Fraction, step: Fraction | None) -> Fraction:
        """The first multiple of `step` quarters (None: of the meter's beat) at or after a place, counted from
        its bar's beginning.
        """
        index = self.index(quarters)
        start, stop = self.place(index), self.place(index + 1)
        each = Fraction(4, self.meter(index).d) if step is None else step
        return min(stop, start + ceil((quarters - start) / each) * each)


def of_meter(start: Fraction, meter: Meter, bar: int = 0, since: int = 0) -> Stretch:
    """Bars of one meter for ever."""
    return Stretch(start, BarLines(meter), bar, since)


def of_song(state: GlobalState, start: Fraction = Fraction(0), bar: int = 0) -> Stretch:
    """The form of a song, round and round: its sections begin phrases, its meters change where they do."""
    anchors, names, at = [], [], 0
    for section in state.sections:
        anchors.append(at)
        names.append(section.name)
        at += section.bars
    return Stretch(start, state.lines, bar, 0, at, tuple(anchors), tuple(names))


@dataclass(slots=True)
class Grid:
    """All stretches, and how many bars a phrase has at most. `first`: where bars are counted from."""

    first: Stretch
    phrase_bars: int = PHRASE_BARS
    _stretches: list[Stretch] = field(init=False)

    def __post_init__(self) -> None:
        self._stretches = [self.first]
        self.phrases_of(self.phrase_bars)

    def phrases_of(self, bars: int) -> None:
        """From now on a phrase has so many bars, or fewer where a section ends. UsageError outside 1..64."""
        if not 1 <= bars <= MAX_PHRASE_BARS:
            raise UsageError(
                f"phrase: {bars} bars are not a phrase; give 1 to {MAX_PHRASE_BARS}, e.g. 4 or 8"
            )
        self.phrase_bars = bars

    @property
    def last(self) -> Stretch:
        """The stretch that goes on for ever."""
        return self._stretches[-1]

    def _at(self, quarters: Fraction) -> int:
        return max(0, bisect_right(self._stretches, quarters, key=lambda s: s.start) - 1)

    def bar(self, quarters: Fraction) -> Bar:
        """The bar in which a place lies."""
        at = self._at(quarters)
        stretch = self._stretches[at]
        index = stretch.index(quarters)
        stop = stretch.place(index + 1)
        if at + 1 < len(self._stretches):
            stop = min(stop, self._stretches[at + 1].start)
        of_phrase = stretch.counted(index) % self.phrase_bars
        return Bar(
            stretch.place(index),
            stop,
            stretch.bar + index,
            stretch.meter(index),
            of_phrase,
            stretch.section(index),
        )

    def next_bar(self, quarters: Fraction, every: int = 1) -> Fraction:
        """The first bar line at or after a place; of `every` so many, counted from the last "one", or from
        the beginning of the section.
        """
        for stretch, end in self._from(quarters):
            found = stretch.next_bar(max(quarters, stretch.start), every)
            if end is None or found < end:
                return found
        raise AssertionError("the last stretch has no end")

    def next_phrase(self, quarters: Fraction) -> Fraction:
        """The first beginning of a phrase at or after a place."""
        return self.next_bar(quarters, self.phrase_bars)

    def next_step(self, quarters: Fraction, step: Fraction | None = None) -> Fraction:
        """The first multiple of `step` quarters (None: beat, a 1/d note of the meter) at or after a place,
        counted from its bar's beginning.
        """
        for stretch, end in self._from(quarters):
            found = stretch.next_step(max(quarters, stretch.start), step)
            if end is None or found < end:
                return found
        raise AssertionError("the last stretch has no end")

    def _from(self, quarters: Fraction) -> list[tuple[Stretch, Fraction | None]]:
        """The stretches from a place on, each with where it ends."""
        ahead = self._stretches[self._at(quarters) :]
        return list(zip(ahead, [*(s.start for s in ahead[1:]), None], strict=True))

    def begin(self, stretch: Stretch) -> None:
        """A stretch from its start on, in place of all that was to come from there."""
        kept = [s for s in self._stretches if s.start < stretch.start]
        self._stretches = [*kept, stretch]

    def set_meter(self, quarters: Fraction, meter: Meter) -> Fraction:
        """Another meter from the first bar line at or after a place on; gives that bar line. Phrases are
        counted on: in a form, from the section's beginning.
        """
        start = self.next_bar(quarters)
        if start <= self.first.start:
            self.begin(replace(of_meter(start, meter), bar=self.first.bar))
            return start
        before = self._stretches[self._at(start)]
        index = before.index(start)
        self.begin(of_meter(start, meter, before.bar + index, before.counted(index)))
        return start

    def one(self, quarters: Fraction) -> Fraction:
        """The beat nearest to a place becomes the first of a bar and of a phrase; gives that beat."""
        bar = self.bar(max(quarters, self.first.start))
        beat = Fraction(4, bar.meter.d)
        start = min(bar.stop, bar.start + floor((quarters - bar.start) / beat + Fraction(1, 2)) * beat)
        here = self.bar(start)
        self.begin(of_meter(start, here.meter, here.number + (here.start < start)))
        return start
