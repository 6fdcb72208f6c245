"""Tap tempo: taps of a hand or foot to a tempo and to the next beat."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from stemwright.live.clock.transport import Transport
from stemwright.live.commands import RATE
from stemwright.song.tempo import MAX_BPM, MIN_BPM

TAPS = 4
"""So many taps count in."""
_KEPT = 8
_UNEVEN = 4  # an interval may differ from the mean by one part in so many


@dataclass(frozen=True, slots=True)
class Tapped:
    """The tempo, on two decimals, and the sample of the next beat. `counted_in`: four taps are there."""

    bpm: Fraction
    beat: int
    counted_in: bool


class TapTempo:
    """Keeps the last taps; begins anew after a pause, and where a tap is uneven."""

    def __init__(self, rate: int = RATE) -> None:
        self._rate = rate
        self._taps: list[int] = []

    def tap(self, sample: int) -> Tapped | None:
        """What the taps say with this one; None while there is one alone, or where they are no tempo that a
        song may have.
        """
        if not self._fits(sample):
            self._taps = []
        self._taps = [*self._taps[1 - _KEPT :], sample]
        if len(self._taps) < 2:
            return None
        first, step = _line(self._taps)
        bpm = Fraction(floor(60 * self._rate / step * 100 + Fraction(1, 2)), 100)
        if not MIN_BPM <= bpm <= MAX_BPM:
            return None
        beat = floor(first + len(self._taps) * step + Fraction(1, 2))
        return Tapped(bpm, beat, len(self._taps) >= TAPS)

    def _fits(self, sample: int) -> bool:
        if not self._taps:
            return True
        gap = sample - self._taps[-1]
        if gap <= 0 or gap * MIN_BPM > 60 * self._rate:
            return False
        if len(self._taps) == 1:
            return True
        mean = Fraction(self._taps[-1] - self._taps[0], len(self._taps) - 1)
        return abs(gap - mean) * _UNEVEN <= mean


def _line(taps: list[int]) -> tuple[Fraction, Fraction]:
    """First sample and step of the even taps that are nearest, by least squares."""
    n = len(taps)
    middle = Fraction(n - 1, 2)
    step = sum((i - middle) * tap for i, tap in enumerate(taps)) / Fraction(n * (n * n - 1), 12)
    return Fraction(sum(taps), n) - middle * step, Fraction(step)


def follow_taps(transport: Transport, tapped: Tapped, earliest: int) -> None:
    """Take the tempo of taps over from the first sample that can still be reached; where the transport stands
    still and four taps counted in, play from the next beat on.
    """
    transport.set_tempo(earliest, tapped.bpm)
    if tapped.counted_in and not transport.playing(earliest):
        step = 60 * transport.rate / tapped.bpm
        missed = max(0, ceil((earliest - tapped.beat) / step))
        transport.play(tapped.beat + floor(missed * step + Fraction(1, 2)))
