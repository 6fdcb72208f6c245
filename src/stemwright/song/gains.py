"""How loud a layer is from bar to bar, beside its own level: changes in dB at bars, 0 dB before the first."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Any

from stemwright.errors import UsageError, shown
from stemwright.song.bar_map import Changes, at_bar
from stemwright.song.fields import expect_fields, expect_int, expect_list

GAIN_DB = (-60.0, 24.0)
"""The lowest and the highest gain of a layer, and of its bars."""
USUAL = 0.0
Gains = Changes[float]
"""(bar from 0, dB from it on), the bars ascending; the first may be bar 0."""


def checked(gains: Gains) -> Gains:
    """The changes, each a float within `GAIN_DB`. UsageError for others, for bars that do not ascend, and for
    a change to what holds already.
    """
    last, now = -1, USUAL
    for bar, level in gains:
        low, high = GAIN_DB
        if not low <= level <= high:
            raise UsageError(f"gains: {level:g} is outside {low:g} to {high:g}")
        if bar <= last or level == now:
            raise UsageError(f"gains: the change at bar {bar + 1} is out of order, or changes nothing")
        last, now = bar, level
    return tuple((bar, float(level) + 0.0) for bar, level in gains)


def of_bar(gains: Gains, bar: int) -> float:
    """dB in a bar, from 0."""
    return at_bar(USUAL, gains, bar)


def with_bars(gains: Gains, wanted: dict[int, float], bars: int) -> Gains:
    """The changes once some bars (from 0) of a song of `bars` bars have other levels, in dB."""
    levels = [wanted.get(bar, of_bar(gains, bar)) for bar in range(bars)]
    runs = [(next(iter(run))[0], level) for level, run in groupby(enumerate(levels), lambda item: item[1])]
    return tuple(run for run in runs if run != (0, USUAL))


def to_json(gains: Gains) -> list[dict[str, Any]]:
    """As `song.json` has them."""
    return [{"bar": bar + 1, "gain_db": level} for bar, level in gains]


def from_json(value: object, where: str) -> Gains:
    """From a part of a `song.json`. UsageError naming the field for anything else."""
    out = []
    for item in expect_list(value, where):
        fields = expect_fields(item, where, ("bar", "gain_db"))
        level = fields["gain_db"]
        if isinstance(level, bool) or not isinstance(level, (int, float, Decimal)) or not -999 < level < 999:
            raise UsageError(f"{where}.gain_db: {shown(level)} should be a number")
        out.append((expect_int(fields["bar"], f"{where}.bar", 1, 10**6) - 1, float(level)))
    return tuple(out)
