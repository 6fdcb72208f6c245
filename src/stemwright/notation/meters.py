"""Printed time signatures as meters that a song can have."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree.ElementTree import Element

from stemwright.errors import UsageError
from stemwright.song.meter import MAX_BEATS, Meter

UNKNOWN = Meter(32, 2)
"""Stands for what cannot be read: its bars are never whole, and so each is as long as what is in it."""
_SUM = re.compile(r"[0-9]{1,3}(\s*\+\s*[0-9]{1,3}){0,7}", re.ASCII)


def meter_of(time: Element) -> Meter:
    """The meter of a <time>: "3+2" over 8 is 5/8, 2/4 and 3/8 together are 7/8."""
    pairs = [
        ((beats.text or "").strip(), (unit.text or "").strip())
        for beats, unit in zip(time.findall("beats"), time.findall("beat-type"), strict=False)
    ]
    return summed(pairs)


def summed(pairs: list[tuple[str, str]]) -> Meter:
    """The meter of beats and units together; `UNKNOWN` where no song can have it."""
    if not pairs or not all(_SUM.fullmatch(beats) and unit in _UNITS for beats, unit in pairs):
        return UNKNOWN
    units = [int(unit) for _, unit in pairs]
    total = sum((Fraction(sum(map(int, b.split("+"))), int(u)) for b, u in pairs), Fraction(0))
    for d in sorted({max(units), 2, 4, 8, 16}, key=lambda d: (d != max(units), d)):
        beats = total * d
        if d in (2, 4, 8, 16) and beats.denominator == 1 and 1 <= beats <= MAX_BEATS:
            try:
                return Meter(int(beats), d)
            except UsageError:
                return UNKNOWN
    return UNKNOWN


_UNITS = ("1", "2", "4", "8", "16", "32", "64")


def of_length(ticks: int, usual: Meter) -> Meter | None:
    """The meter of a bar of so many ticks, in the beats of the usual one if it can be; None where no song can
    have such a bar.
    """
    for d in (usual.d, 4, 8, 16, 2):
        beat = Meter(1, d).ticks_per_beat
        if ticks % beat == 0 and 1 <= ticks // beat <= MAX_BEATS:
            return Meter(ticks // beat, d)
    return None
