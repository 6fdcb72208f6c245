"""A request: stages one after the other, each moving some parameters within a time, for a time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stemwright.errors import UsageError, shown
from stemwright.live.numbers import finite
from stemwright.live.vibe.parameters import parameter

UNITS: Mapping[str, float] = {"seconds": 3600.0, "beats": 4096.0, "bars": 1024.0, "phrases": 256.0}
"""Units of spans, and how many of each a span has at most."""
MAX_STAGES, MAX_CHANGES = 16, 32
BY, TO, HOLD = "by", "to", "hold"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time. UsageError for an unknown unit, and for what is not 0 to its most."""

    amount: float
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise UsageError(f"span: {shown(self.unit)} is not a unit; there are {', '.join(UNITS)}")
        if not 0 <= self.amount <= UNITS[self.unit]:
            raise UsageError(
                f"span: {shown(self.amount)} {self.unit} are not 0 to {UNITS[self.unit]:g} {self.unit}"
            )


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter moves `by` an amount or `to` a value, both in its own units, or is to `hold` where it
    is.
    """

    parameter: str
    kind: str
    amount: float = 0.0

    def __post_init__(self) -> None:
        entry = parameter(self.parameter)
        if self.kind not in (BY, TO, HOLD) or not math.isfinite(self.amount):
            raise UsageError(f"{self.parameter}: {self.kind} {shown(self.amount)} is no change")
        span = entry.high - entry.low
        low, high = (entry.low, entry.high) if self.kind == TO else (-span, span)
        if self.kind != HOLD and not low <= self.amount <= high:
            raise UsageError(f"{self.parameter}: {self.kind} {self.amount:g} is outside {low:g} to {high:g}")


@dataclass(frozen=True, slots=True)
class Stage:
    """Changes that glide `over` a time (None: at once), stay for what it `lasts`, then go back (None:
    stay).
    """

    changes: tuple[Change, ...]
    over: Span | None = None
    lasts: Span | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Stages, each from where the one before it ends. `unknown`: words that were not understood."""

    stages: tuple[Stage, ...]
    unknown: tuple[str, ...] = ()


def to_json(request: Request) -> dict[str, Any]:
    """Plain values, for the session log and for programs."""
    return {"stages": [_stage_json(stage) for stage in request.stages]}


def from_json(data: object) -> Request:
    """The request that plain values say; they may be a single stage. UsageError names what is wrong: every
    name, number and length is checked.
    """
    if not isinstance(data, Mapping):
        raise UsageError("request: should be an object")
    stages = data.get("stages", [data] if "changes" in data else None)
    if not isinstance(stages, list) or not len(stages) <= MAX_STAGES:
        raise UsageError(f"request.stages: should be a list of at most {MAX_STAGES}")
    return Request(tuple(_stage(each) for each in stages))


def _stage(data: object) -> Stage:
    changes = data.get("changes") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(changes, list) or len(changes) > MAX_CHANGES:
        raise UsageError(f"request.changes: should be a list of at most {MAX_CHANGES}")
    return Stage(
        tuple(_change(each) for each in changes),
        _span(data.get("over"), "over"),
        _span(data.get("lasts"), "lasts"),
    )


def _change(data: object) -> Change:
    kinds = [kind for kind in (BY, TO, HOLD) if isinstance(data, Mapping) and kind in data]
    if not isinstance(data, Mapping) or len(kinds) != 1:
        raise UsageError("request.changes: each should have parameter, and one of by, to and hold")
    name, amount = data.get("parameter"), data[kinds[0]]
    if kinds[0] == HOLD:
        return Change(parameter(name).name, HOLD)
    number = finite(amount)
    if number is None:
        raise UsageError(f"{parameter(name).name}: {kinds[0]}: {shown(amount)} is not a number")
    return Change(parameter(name).name, kinds[0], number)


def _span(data: object, field: str) -> Span | None:
    if data is None:
        return None
    if not isinstance(data, Mapping) or len(data) != 1:
        raise UsageError(f"request.{field}: should be an object of one unit, {', '.join(UNITS)}")
    unit, amount = next(iter(data.items()))
    number = finite(amount)
    if number is None:
        raise UsageError(f"request.{field}: {shown(amount)} is not a number")
    return Span(number, str(unit))


def _stage_json(stage: Stage) -> dict[str, Any]:
    changes = [
        {"parameter": each.parameter, each.kind: True if each.kind == HOLD else each.amount}
        for each in stage.changes
    ]
    spans = {"over": stage.over, "lasts": stage.lasts}
    return {"changes": changes} | {
        name: {span.unit: span.amount} for name, span in spans.items() if span is not None
    }
