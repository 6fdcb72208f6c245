"""Rows of a report, as `assess` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def row(report: Mapping[str, Any], measure: str, **wanted: str) -> dict[str, Any]:
    """The one row of a measure that has these values."""
    found = [r for r in report[measure] if all(r[key] == value for key, value in wanted.items())]
    assert len(found) == 1
    return dict(found[0])
