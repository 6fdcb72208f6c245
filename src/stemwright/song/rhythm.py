"""The rhythm map: swing, and the accents of every bar that all layers share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from stemwright.errors import UsageError
from stemwright.song.score import PPQ

STEP_TICKS = 24
"""Ticks of one step, a 16th note."""
STRAIGHT = Fraction(1, 2)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_SWING = re.compile(r"([0-9]{1,4})/([1-9][0-9]{0,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class RhythmMap:
    """Swing and accents.

    `swing`: where in a pair of eighths the second falls, 1/2 (straight) .. 3/4.
    `bars`: one string a bar, in it one digit 0..9 (accent) a 16th step.
    """

    swing: Fraction
    bars: tuple[str, ...]

    def __post_init__(self) -> None:
        if not STRAIGHT <= self.swing <= Fraction(3, 4) or self.swing.denominator > 9999:
            raise UsageError(
                f'rhythm.swing: {self.swing} is outside 1/2 (straight) .. 3/4; write for example "2/3"'
            )
        for number, bar in enumerate(self.bars, 1):
            if not _DIGITS.fullmatch(bar):
                raise UsageError(f"rhythm.bars: bar {number} is {bar[:40]!r}; write a digit 0-9 a 16th step")

    @classmethod
    def straight(cls, bars: tuple[str, ...]) -> RhythmMap:
        """A rhythm map without swing."""
        return cls(STRAIGHT, bars)

    def accent(self, bar0: int, step: int) -> int:
        """Accent 0..9 of a step of a bar (both from 0)."""
        return ord(self.bars[bar0][step]) - 48


def parse_swing(text: str) -> Fraction:
    """A swing ratio from "2/3". UsageError otherwise."""
    found = _SWING.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f'rhythm.swing: {text[:40]!r} is not a ratio; write 1/2 (straight) .. 3/4, e.g. "2/3"'
        )
    return Fraction(int(found[1]), int(found[2]))


def swing_text(swing: Fraction) -> str:
    """The text that `parse_swing` reads."""
    return f"{swing.numerator}/{swing.denominator}"


def swung(tick: int, swing: Fraction) -> int:
    """Where a straight tick falls under swing: a quarter's two eighths are stretched to swing : 1 - swing."""
    quarter, rest = divmod(tick, PPQ)
    half = PPQ // 2
    moved = rest * 2 * swing if rest < half else PPQ * swing + (rest - half) * 2 * (1 - swing)
    return quarter * PPQ + round(moved)
