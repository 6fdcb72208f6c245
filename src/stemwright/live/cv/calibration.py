"""What a channel makes of voltages, as a straight line: gain and offset, fitted by least squares.

Output: the jack has `gain x asked + offset` volts. Input: a level of `(gain x volts + offset) / 10` is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.cv.scale import FULL, cents

Numbers = TypeVar("Numbers", float, np.ndarray)

GAINS = (0.5, 2.0)
MAX_OFFSET = 1.0
"""Volts."""
MIN_POINTS, MIN_SPAN = 3, 1.0
"""Points that a line is fitted to, and the volts that they span, at least."""
MAX_ERROR = 10.0
"""Cents by which a point may lie beside the line; beyond, what was measured is no straight line."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`gain` 0.5..2 (negative: the channel turns voltages over), `offset` in volts. UsageError beyond
    these.
    """

    gain: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        if not GAINS[0] <= abs(self.gain) <= GAINS[1]:
            raise UsageError(
                f"gain: {self.gain:g} is not between {GAINS[0]:g} and {GAINS[1]:g}", field="gain"
            )
        if not abs(self.offset) <= MAX_OFFSET:
            raise UsageError(f"offset: {self.offset:g} V is not within {MAX_OFFSET:g} V of 0", field="offset")

    def level(self, volts: float) -> float:
        """The level at which an output gives these volts; the nearest one it can give, -1..1."""
        return min(max((volts - self.offset) / (self.gain * FULL), -1.0), 1.0)

    def volts(self, level: Numbers) -> Numbers:
        """The volts at an input that reads these levels."""
        return (level * FULL - self.offset) / self.gain


EXACT = Calibration()
"""A channel that is what it says."""


def fit(asked: Sequence[float], measured: Sequence[float]) -> Calibration:
    """The line through points: `measured` volts where `asked` volts were. StemwrightError, which says what to
    look at, where they are too few, too close, no line, or beyond what a channel may have.
    """
    x, y = np.asarray(asked, float), np.asarray(measured, float)
    if len(x) != len(y) or len(x) < MIN_POINTS or not np.isfinite([x, y]).all():
        raise StemwrightError(f"calibration: {len(x)} good points; measure at least {MIN_POINTS}")
    if np.ptp(x) < MIN_SPAN:
        raise StemwrightError(
            f"calibration: points span {np.ptp(x):.2f} V; measure over at least {MIN_SPAN:g} V"
        )
    middle = x.mean()
    gain = float(((x - middle) * (y - y.mean())).sum() / ((x - middle) ** 2).sum())
    offset = float(y.mean() - gain * middle)
    try:
        made = Calibration(gain, offset)
    except UsageError as error:
        raise StemwrightError(
            f"calibration: {error.marked}; is the cable in the right jack, and the channel DC-coupled?"
        ) from None
    worst = cents(float(np.abs(made.gain * x + made.offset - y).max()))
    if worst > MAX_ERROR:
        raise StemwrightError(
            f"calibration: a point lies {worst:.0f} cents beside the line; is the level limited, or the "
            "oscillator not warm or not tracking?"
        )
    return made
