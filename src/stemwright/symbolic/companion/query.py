"""What is asked of the companion: which parts of the next event are fixed or bounded, and how the rest is
drawn."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from stemwright.errors import UsageError, shown
from stemwright.symbolic.companion.events import check_seconds, check_whole

Quantile = tuple[float, float]
T = TypeVar("T")

DEFAULT_ORDER = "tvip"
"""When, on or off and how loud, who, what."""
MAX_TEMPERATURE = 10.0
_QUANTILES = ("pitch_quantile", "time_quantile", "velocity_quantile")
_TEMPERATURES = (
    "instrument_temperature", "pitch_temperature", "rhythm_temperature", "timing_temperature",
    "velocity_temperature",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A request for the next event. Everything is open where nothing is said.

    `instrument`, `pitch`, `time`, `velocity` fix a part; `instruments`, `pitches` (of all, or a mapping by
    instrument: those not named are free), `min_time` and `max_time` (seconds since the last event, both
    included) and `min_velocity`, `max_velocity` bound it. Velocity 0 ends a held note; so `min_velocity=1`
    asks for a beginning. A note that is held cannot begin again, and only a held note can end.

    Quantiles (low, high) steer: the value is drawn between these quantiles of what the bounds leave,
    exactly at one where both are equal; that of the velocity leaves on or off as it is. Temperatures, 0 to
    10: 0 takes the best; `rhythm_temperature` is that of which component of the time, `timing_temperature`
    how far from its middle. `order`: in which the parts are decided, each knowing those before it; by
    default those fixed, then those bounded, then the others, in the order "tvip". UsageError names the
    wrong field.
    """

    instrument: str | None = None
    pitch: int | None = None
    time: float | None = None
    velocity: int | None = None
    instruments: Collection[str] | None = None
    pitches: Collection[int] | Mapping[str, Collection[int]] | None = None
    min_time: float = 0.0
    max_time: float = math.inf
    min_velocity: int = 0
    max_velocity: int = 127
    pitch_quantile: Quantile = (0.0, 1.0)
    time_quantile: Quantile = (0.0, 1.0)
    velocity_quantile: Quantile = (0.0, 1.0)
    instrument_temperature: float = 1.0
    pitch_temperature: float = 1.0
    rhythm_temperature: float = 1.0
    timing_temperature: float = 1.0
    velocity_temperature: float = 1.0
    order: str | None = None

    def __post_init__(self) -> None:
        self._check_times()
        self._check_velocities()
        for pitch in self._all_pitches():
            check_whole("pitches", pitch, 0, 127)
        if self.pitch is not None:
            check_whole("pitch", self.pitch, 0, 127)
        if self.instruments is not None:
            _check_many("instruments", self.instruments)
        for name in _QUANTILES:
            _check_quantile(name, getattr(self, name))
        for name in _TEMPERATURES:
            _check_temperature(name, getattr(self, name))
        if self.order is not None and (not isinstance(self.order, str) or sorted(self.order) != list("iptv")):
            raise UsageError(
                f"order: {shown(self.order)} is not one of i, p, t and v each once, as {DEFAULT_ORDER!r}",
                field="order",
            )

    def _check_times(self) -> None:
        check_seconds("min_time", self.min_time)
        check_seconds("max_time", self.max_time, infinite=True)
        if self.min_time > self.max_time:
            raise UsageError(
                f"min_time: {self.min_time} is after max_time, {self.max_time}", field="min_time"
            )
        if self.time is None:
            return
        check_seconds("time", self.time)
        if not self.min_time <= self.time <= self.max_time:
            raise UsageError(
                f"time: {self.time} is outside min_time to max_time, {self.min_time} to {self.max_time}",
                field="time",
            )

    def _check_velocities(self) -> None:
        check_whole("min_velocity", self.min_velocity, 0, 127)
        check_whole("max_velocity", self.max_velocity, 0, 127)
        if self.min_velocity > self.max_velocity:
            raise UsageError(
                f"min_velocity: {self.min_velocity} is above max_velocity, {self.max_velocity}",
                field="min_velocity",
            )
        if self.velocity is None:
            return
        check_whole("velocity", self.velocity, 0, 127)
        if not self.min_velocity <= self.velocity <= self.max_velocity:
            raise UsageError(
                f"velocity: {self.velocity} is outside min_velocity to max_velocity, "
                f"{self.min_velocity} to {self.max_velocity}",
                field="velocity",
            )

    def _all_pitches(self) -> list[int]:
        if self.pitches is None:
            return []
        many = self.pitches.values() if isinstance(self.pitches, Mapping) else (self.pitches,)
        return [pitch for some in many for pitch in _check_many("pitches", some)]

    @property
    def times(self) -> tuple[float, float]:
        """The earliest and the latest time that is allowed."""
        return (self.min_time, self.max_time) if self.time is None else (self.time, self.time)

    @property
    def velocities(self) -> tuple[int, int]:
        """The lowest and the highest velocity that is allowed."""
        return (self.min_velocity, self.max_velocity) if self.velocity is None else (self.velocity,) * 2

    def parts_in_order(self) -> str:
        """The order in which the parts are decided."""
        if self.order is not None:
            return self.order
        low, high = self.times
        soft, loud = self.velocities
        rank = {
            "i": _rank(self.instrument is not None, self.instruments is not None),
            "p": _rank(self.pitch is not None, self.pitches is not None),
            "t": _rank(low == high, low > 0 or high < math.inf),
            "v": _rank(soft == loud, soft > 0 or loud < 127),
        }
        return "".join(sorted(DEFAULT_ORDER, key=lambda part: (rank[part], DEFAULT_ORDER.index(part))))


def _rank(fixed: bool, bounded: bool) -> int:
    return 0 if fixed else 1 if bounded else 2


def _check_many(field: str, value: Collection[T]) -> Collection[T]:
    if isinstance(value, Collection) and not isinstance(value, (str, bytes)):
        return value
    raise UsageError(f"{field}: {shown(value)} is not a list; one alone has a field of its own", field=field)


def _check_quantile(field: str, value: object) -> None:
    pair = isinstance(value, tuple) and len(value) == 2 and all(_real(x) for x in value)
    if pair and 0 <= value[0] <= value[1] <= 1:  # type: ignore[index]
        return
    raise UsageError(f"{field}: {shown(value)} is not a pair of numbers, 0 <= low <= high <= 1", field=field)


def _check_temperature(field: str, value: object) -> None:
    if not _real(value) or not 0 <= value <= MAX_TEMPERATURE:  # type: ignore[operator]
        raise UsageError(
            f"{field}: {shown(value)} is not a number from 0 to {MAX_TEMPERATURE:.0f}", field=field
        )


def _real(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
