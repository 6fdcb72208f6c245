"""Where notes may begin: places of a grid that counts from every bar's first beat, with swing; and the clock
that a companion needs for it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

DIVISIONS: dict[str, Fraction | None] = {
    "free": None,
    "1/1": Fraction(4),
    "1/2": Fraction(2),
    "1/4": Fraction(1),
    "1/8": Fraction(1, 2),
    "1/8t": Fraction(1, 3),
    "1/16": Fraction(1, 4),
    "1/16t": Fraction(1, 6),
    "1/32": Fraction(1, 8),
}
"""Quarter notes of each division; "t" are triplets, which have no swing."""


class Clock(Protocol):
    """Musical time. Quarters are exact and count from the song's beginning."""

    def quarters(self, sample: int) -> Fraction | None:
        """The place of a sample; None while the transport stands still."""

    def sample(self, quarters: Fraction) -> int:
        """The first sample of a place."""

    def bar(self, quarters: Fraction) -> tuple[Fraction, Fraction]:
        """Where the bar of a place begins and ends, in quarters."""


class Steady:
    """A clock of one tempo (quarter notes a minute) that has run since sample 0, in bars of one length.

    For offline use and for playing without a transport.
    """

    def __init__(self, bpm: Fraction | int, rate: int = 48_000, bar: Fraction | int = 4) -> None:
        self._samples = Fraction(60 * rate) / bpm
        self._bar = Fraction(bar)

    def quarters(self, sample: int) -> Fraction | None:
        """The place of a sample."""
        return sample / self._samples

    def sample(self, quarters: Fraction) -> int:
        """The sample nearest to a place, of two the later one."""
        return int((quarters * self._samples + Fraction(1, 2)) // 1)

    def bar(self, quarters: Fraction) -> tuple[Fraction, Fraction]:
        """Where the bar of a place begins and ends."""
        begin = quarters // self._bar * self._bar
        return begin, begin + self._bar


class _Tempo(Protocol):
    def sample(self, quarters: Fraction) -> int: ...


class _Bar(Protocol):
    @property
    def start(self) -> Fraction: ...
    @property
    def stop(self) -> Fraction: ...


class _Grid(Protocol):
    def bar(self, quarters: Fraction) -> _Bar: ...


class _Transport(Protocol):
    @property
    def tempo(self) -> _Tempo: ...
    @property
    def grid(self) -> _Grid: ...
    def playing(self, sample: int) -> bool: ...
    def position(self, sample: int) -> Fraction: ...


class TransportClock:
    """The clock of a transport (`live.clock`)."""

    def __init__(self, transport: _Transport) -> None:
        self._transport = transport

    def quarters(self, sample: int) -> Fraction | None:
        """The place of a sample; None while the transport stands still."""
        return self._transport.position(sample) if self._transport.playing(sample) else None

    def sample(self, quarters: Fraction) -> int:
        """The sample of a place."""
        return self._transport.tempo.sample(quarters)

    def bar(self, quarters: Fraction) -> tuple[Fraction, Fraction]:
        """Where the bar of a place begins and ends."""
        bar = self._transport.grid.bar(quarters)
        return bar.start, bar.stop


def locked(clock: Clock, sample: int, division: str, swing: float, grace: int = 0) -> int:
    """The sample at which an answer begins that is wanted at `sample`: that of the next place of the grid, or
    itself, where a place lies at most `grace` samples before it, where the division is free, and while the
    transport stands still.
    """
    around = _around(clock, sample, division, swing)
    if around is None:
        return sample
    before, after = around
    return sample if after != sample and before is not None and sample - before <= grace else after


def nearest(clock: Clock, sample: int, division: str, swing: float, earliest: int) -> int:
    """The sample of the place of the grid that is nearest to `sample`, among those from `earliest` on;
    `sample` where the division is free, and while the transport stands still.
    """
    around = _around(clock, max(sample, earliest), division, swing)
    if around is None:
        return max(sample, earliest)
    before, after = around
    near = before is not None and earliest <= before and sample - before < after - sample
    return before if near and before is not None else after


def _around(clock: Clock, sample: int, division: str, swing: float) -> tuple[int | None, int] | None:
    """The last place of the grid before a sample, None where its bar has none, and the next one, which may be
    the sample itself. None where there is no grid.
    """
    step = DIVISIONS[division]
    place = None if step is None else clock.quarters(sample)
    if step is None or place is None:
        return None
    begin, end = clock.bar(place)
    late = Fraction(1, 2) if division.endswith("t") else Fraction(round(swing * 1000), 1000)
    pair = begin + (place - begin) // (2 * step) * (2 * step)
    places = [pair + 2 * step * (late - 1), pair, pair + 2 * step * late, pair + 2 * step]
    before = None
    for at in (*(at for at in places if begin <= at < end), end):
        found = clock.sample(at)
        if found >= sample:
            return before, found
        before = found
    return before, sample


def place_of(clock: Clock, sample: int) -> Fraction:
    """The musical place of a sample; while the transport stands still, the beginning."""
    place = clock.quarters(sample)
    return Fraction(0) if place is None else place
