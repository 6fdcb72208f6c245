"""Checks of a manifest's `architecture` that every kind of bundle needs."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from stemwright.errors import UsageError, shown

_SHA = re.compile(r"[0-9a-f]{64}")


def known_only(config: Mapping[str, Any], names: Collection[str], where: str) -> None:
    """UsageError where the architecture has a field of another name: a newer version made it."""
    unknown = sorted(set(config) - set(names))
    if unknown:
        raise UsageError(
            f"{where}: field 'architecture' has {shown(unknown[0])}, which this version does not know: "
            "update stemwright"
        )


def is_sha256(value: object) -> bool:
    """Whether a field is 64 hexadecimal digits, lower case."""
    return isinstance(value, str) and _SHA.fullmatch(value) is not None


def wrong_whole(config: Mapping[str, Any], bounds: Mapping[str, tuple[int, int]]) -> tuple[str, str] | None:
    """The first field that is no whole number within its (lowest, highest), and what it must be."""
    for name, (low, high) in bounds.items():
        value = config.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            return name, f"must be a whole number, {low} to {high}"
    return None
