"""Checks of plain JSON values: each gives the value back, or a UsageError that names its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stemwright.errors import UsageError


def expect_fields(
    value: object, field: str, names: tuple[str, ...], may: tuple[str, ...] = ()
) -> Mapping[str, Any]:
    """`value` where it is an object with exactly these fields, and no others than those that it `may` have;
    UsageError otherwise.
    """
    if not isinstance(value, Mapping):
        raise UsageError(f"{field}: should be an object with the fields {', '.join(names)}")
    for name in names:
        if name not in value:
            raise UsageError(f"{field}.{name}: is missing")
    for name in value:
        if name not in names + may:
            raise UsageError(f"{field}.{str(name)[:40]}: is not a known field; take it out")
    return value


def expect_text(value: object, field: str) -> str:
    """`value` where it is a text; UsageError otherwise."""
    if not isinstance(value, str):
        raise UsageError(f"{field}: should be a text, not {str(value)[:40]}")
    return value


def expect_list(value: object, field: str) -> list[Any]:
    """`value` where it is a list; UsageError otherwise."""
    if not isinstance(value, list):
        raise UsageError(f"{field}: should be a list, not {str(value)[:40]}")
    return value


def expect_int(value: object, field: str, low: int = 0, high: int = 2**64 - 1) -> int:
    """`value` where it is a whole number in low..high; UsageError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UsageError(f"{field}: {str(value)[:40]} should be a whole number from {low} to {high}")
    return value
