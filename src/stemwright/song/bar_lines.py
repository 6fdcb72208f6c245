"""Where bars begin, in ticks and in beats: the one place that knows which bar a tick lies in."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

from stemwright.song.bar_map import Changes
from stemwright.song.meter import Meter


@dataclass(frozen=True, slots=True)
class BarLines:
    """The bars of a song: `meter` from the beginning, `meters` its changes. Bars, beats (1/d notes of their
    bar's meter) and ticks count from 0; the last meter goes on for ever.
    """

    meter: Meter
    meters: Changes[Meter] = ()
    _bars: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _ticks: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _beats: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _each: tuple[Meter, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        bars, each = (0, *(bar for bar, _ in self.meters)), (self.meter, *(m for _, m in self.meters))
        ticks, beats = [0], [0]
        for (first, stop), meter in zip(pairwise(bars), each, strict=False):
            ticks.append(ticks[-1] + (stop - first) * meter.ticks_per_bar)
            beats.append(beats[-1] + (stop - first) * meter.beats_per_bar)
        for name, found in (("_bars", bars), ("_ticks", ticks), ("_beats", beats), ("_each", each)):
            object.__setattr__(self, name, tuple(found))

    def meter_of(self, bar: int) -> Meter:
        """The meter of a bar."""
        return self._each[_index(self._bars, bar)]

    def tick(self, bar: int) -> int:
        """The tick at which a bar begins."""
        at = _index(self._bars, bar)
        return self._ticks[at] + (bar - self._bars[at]) * self._each[at].ticks_per_bar

    def bar_of_tick(self, tick: int) -> int:
        """The bar in which a tick lies."""
        at = _index(self._ticks, tick)
        return self._bars[at] + (tick - self._ticks[at]) // self._each[at].ticks_per_bar

    def beat(self, bar: int) -> int:
        """Beats before a bar."""
        at = _index(self._bars, bar)
        return self._beats[at] + (bar - self._bars[at]) * self._each[at].beats_per_bar

    def beat_tick(self, beat: int) -> int:
        """The tick at which a beat begins."""
        at = _index(self._beats, beat)
        return self._ticks[at] + (beat - self._beats[at]) * self._each[at].ticks_per_beat

    def beat_of_tick(self, tick: int) -> int:
        """The beat in which a tick lies."""
        at = _index(self._ticks, tick)
        return self._beats[at] + (tick - self._ticks[at]) // self._each[at].ticks_per_beat

    def nearest_bar(self, tick: int) -> int:
        """The bar whose beginning is nearest to a tick, of two the later one."""
        bar = self.bar_of_tick(tick)
        return bar + (2 * (tick - self.tick(bar)) >= self.meter_of(bar).ticks_per_bar)

    def bars_to(self, tick: int) -> int:
        """Bars that hold everything before a tick."""
        return self.bar_of_tick(tick - 1) + 1 if tick > 0 else 0

    def stretches(self, bars: int) -> list[range]:
        """The first `bars` bars in runs of one meter each."""
        return [range(first, stop) for first, stop in pairwise([*(b for b in self._bars if b < bars), bars])]


def _index(starts: tuple[int, ...], place: int) -> int:
    return max(0, bisect_right(starts, place) - 1)
