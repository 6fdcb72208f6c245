"""When something that is asked for now takes place: the next boundary of a unit."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

from stemwright.errors import UsageError
from stemwright.live.clock.grid import Grid


class Quantum(StrEnum):
    """Units at whose beginnings things enter."""

    NONE = "none"
    """At once: the first sample that can still be reached."""
    SIXTEENTH = "1/16"
    EIGHTH = "1/8"
    BEAT = "beat"
    BAR = "bar"
    BARS2 = "2 bars"
    BARS4 = "4 bars"
    BARS8 = "8 bars"
    PHRASE = "phrase"


_STEPS = {Quantum.SIXTEENTH: Fraction(1, 4), Quantum.EIGHTH: Fraction(1, 2), Quantum.BEAT: None}
_BARS = {Quantum.BAR: 1, Quantum.BARS2: 2, Quantum.BARS4: 4, Quantum.BARS8: 8}


def parse_quantum(text: str) -> Quantum:
    """A unit from its name. UsageError otherwise."""
    try:
        return Quantum(" ".join(text.split()).lower())
    except ValueError:
        raise UsageError(
            f"quantise: {text[:40]!r} is not a unit; give one of {', '.join(Quantum)}", field="quantise"
        ) from None


def boundary(grid: Grid, quantum: Quantum, quarters: Fraction) -> Fraction:
    """The first boundary of a unit at or after a place in quarters."""
    if quantum is Quantum.NONE:
        return quarters
    if quantum in _STEPS:
        return grid.next_step(quarters, _STEPS[quantum])
    if quantum is Quantum.PHRASE:
        return grid.next_phrase(quarters)
    return grid.next_bar(quarters, _BARS[quantum])
