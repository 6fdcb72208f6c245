"""Parameters as entries of a table: range, default and meaning of everything that a file, a controller, OSC
or words may set. A table is the fields of a frozen dataclass, so that each parameter is said once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from stemwright.errors import UsageError, shown
from stemwright.live.numbers import finite

Value = bool | int | float | str
T = TypeVar("T")
_META = "parameter"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `kind`: "switch", "whole", "number", "choice" or "name"; `low`, `high`: of whole and
    other numbers; `choices`: of a choice. `name` is set by its table.
    """

    name: str
    kind: str
    text: str
    low: float = 0.0
    high: float = 1.0
    choices: tuple[str, ...] = ()

    def checked(self, value: object) -> Value:
        """`value` where it is one of this parameter's; UsageError, which says which ones are, otherwise."""
        if self.kind == "switch" and isinstance(value, bool):
            return value
        if self.kind == "choice" and isinstance(value, str) and value in self.choices:
            return value
        if self.kind == "name" and isinstance(value, str) and len(value) <= 32 and value.isprintable():
            return value
        found = finite(value)
        if found is not None and self.kind in ("whole", "number") and self.low <= found <= self.high:
            if self.kind == "number":
                return found
            if found.is_integer():
                return int(found)
        raise UsageError(f"{self.name}: {shown(value)} is not {self._wanted()}", field=self.name)

    def turned(self, place: float) -> Value:
        """The value at a controller's place 0..1 (beyond these, the nearest). A name cannot be turned:
        UsageError.
        """
        at = min(max(place, 0.0), 1.0) if math.isfinite(place) else 0.0
        if self.kind == "switch":
            return at >= 0.5
        if self.kind == "choice":
            return self.choices[min(int(at * len(self.choices)), len(self.choices) - 1)]
        if self.kind == "name":
            raise UsageError(f"{self.name}: is a name, which no controller can turn", field=self.name)
        value = self.low + at * (self.high - self.low)
        return round(value) if self.kind == "whole" else value

    def _wanted(self) -> str:
        if self.kind == "switch":
            return "true or false"
        if self.kind == "choice":
            return f"one of {', '.join(self.choices)}"
        if self.kind == "name":
            return "a text of at most 32 signs"
        return f"a {'whole ' if self.kind == 'whole' else ''}number from {self.low:g} to {self.high:g}"


def switch(default: bool, text: str) -> Any:
    """A field that is true or false."""
    return _entry(default, "switch", text)


def whole(default: int, low: int, high: int, text: str) -> Any:
    """A field that is a whole number."""
    return _entry(default, "whole", text, low, high)


def number(default: float, low: float, high: float, text: str) -> Any:
    """A field that is a number."""
    return _entry(default, "number", text, low, high)


def choice(default: str, choices: tuple[str, ...], text: str) -> Any:
    """A field that is one of some words."""
    return _entry(default, "choice", text, choices=choices)


def name(default: str, text: str) -> Any:
    """A field that is a name."""
    return _entry(default, "name", text)


def table(settings: type | object) -> dict[str, Parameter]:
    """The parameters of a dataclass, or of an instance of one, by name, in its order."""
    found = ((each.name, each.metadata.get(_META)) for each in fields(settings))  # type: ignore[arg-type]
    return {name: replace(entry, name=name) for name, entry in found if entry is not None}


def changed(settings: T, name: str, value: object) -> T:
    """`settings` with one parameter of its table set. UsageError for an unknown name or a wrong value."""
    known = table(settings)
    if name not in known:
        raise UsageError(f"{shown(name)} is no parameter; there are {', '.join(known)}")
    return replace(settings, **{name: known[name].checked(value)})  # type: ignore[type-var]


def _entry(
    default: Value, kind: str, text: str, low: float = 0.0, high: float = 1.0, choices: tuple[str, ...] = ()
) -> Any:
    entry = Parameter("", kind, text, low, high, choices)
    return field(default=default, metadata={_META: entry})
