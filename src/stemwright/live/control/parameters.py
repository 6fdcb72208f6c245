"""What an action is told: names, types, ranges, and how a knob's travel is laid over them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from stemwright.errors import UsageError, shown

Value = int | float | str
MAX_TEXT = 500
"""Characters that a text argument may have."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """`kind`: "int", "float", "str", or "any" where whoever does the action knows what it may be. `low`,
    `high`: what a number may be, both included; `choices`: what a text may be, any where there are none;
    `default`: what holds if nothing is said, None where something must be. `is_log`: a knob's travel is laid
    out in octaves. `unit` is for the reader.
    """

    name: str
    kind: str = "int"
    low: float = 0
    high: float = 127
    default: Value | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    is_log: bool = False

    def checked(self, value: object, action: str) -> Value:
        """The value as its type. UsageError where it is not one."""
        found = None if self.kind == "str" else self._number(value)
        found = self._text(value) if found is None and self.kind in ("str", "any") else found
        if found is None:
            raise UsageError(f"{action}: {self.name}: must be {self.wanted}, not {shown(value)}")
        return found

    @property
    def wanted(self) -> str:
        """What it may be, in words."""
        if self.kind == "any":
            return "a number or a text"
        if self.kind == "str":
            return (
                f"one of {', '.join(self.choices)}"
                if self.choices
                else f"a text of at most {MAX_TEXT} letters"
            )
        low, high = (f"{end:.0f}" if self.kind == "int" else f"{end:g}" for end in (self.low, self.high))
        return f"{low} to {high}{' ' + self.unit if self.unit else ''}"

    def _text(self, value: object) -> str | None:
        if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or not value.isprintable():
            return None
        return value if not self.choices or value in self.choices else None

    def _number(self, value: object) -> Value | None:
        if isinstance(value, bool):
            value = int(value)
        if not isinstance(value, int | float):
            return None
        if self.kind == "any":
            return value if math.isfinite(value) else None
        if not self.low <= value <= self.high:  # also not a number
            return None
        if self.kind == "float":
            return float(value)
        return int(value) if value == int(value) else None

    @property
    def can_turn(self) -> bool:
        """Whether a knob can move it."""
        return self.kind in ("int", "float") or bool(self.choices)

    def at(self, travel: float, low: float | None = None, high: float | None = None) -> Value:
        """The value at a knob's place (0 to 1) between `low` and `high` of this parameter's range."""
        first, last = self.low if low is None else low, self.high if high is None else high
        if self.kind == "str":
            return self.choices[min(int(travel * len(self.choices)), len(self.choices) - 1)]
        value: float = (
            first * math.exp(math.log(last / first) * travel)
            if self.is_log
            else first + (last - first) * travel
        )
        value = min(max(value, min(first, last)), max(first, last))
        return round(value) if self.kind == "int" else value

    def travel(self, value: Value, low: float | None = None, high: float | None = None) -> float:
        """The knob's place for a value; outside of 0 to 1 where the value is outside of the range."""
        first, last = self.low if low is None else low, self.high if high is None else high
        if isinstance(value, str):
            return (self.choices.index(value) + 0.5) / len(self.choices) if value in self.choices else 0.0
        if first == last:
            return 0.0
        if self.is_log:
            return math.log(max(value, 1e-9) / first) / math.log(last / first)
        return (value - first) / (last - first)
