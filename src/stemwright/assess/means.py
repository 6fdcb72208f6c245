"""Means of figures: dictionaries of numbers, of which some may be unknown (None)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

DIGITS = 4

Figures = dict[str, float | None]


def mean(rows: Sequence[Mapping[str, float | None]], weights: Iterable[float] | None = None) -> Figures:
    """The weighted mean of every figure over the rows in which it is known; None where in none.

    Keys come in the order in which they are first met.
    """
    of_row = np.ones(len(rows)) if weights is None else np.array(list(weights), dtype=np.float64)
    made: Figures = {}
    for key in dict.fromkeys(key for row in rows for key in row):
        known = [
            (value, w) for row, w in zip(rows, of_row, strict=True) if (value := row.get(key)) is not None
        ]
        total = sum(w for _, w in known)
        made[key] = float(sum(value * w for value, w in known) / total) if total > 0 else None
    return made


def mean_of_numbers(rows: Sequence[Mapping[str, Any]]) -> Figures:
    """`mean` of what is a number, or unknown, in rows that say other things too."""
    return mean([{k: v for k, v in row.items() if v is None or isinstance(v, int | float)} for row in rows])


def means_by(rows: Sequence[Mapping[str, Any]], keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """A row for each kind that `keys` tell apart, in the order in which they are met: what they say, and the
    means of the numbers of its rows.
    """
    kinds: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        kinds.setdefault(tuple(row[key] for key in keys), []).append(row)
    return [{**dict(zip(keys, kind, strict=True)), **mean_of_numbers(own)} for kind, own in kinds.items()]


def ratio(value: float | None, other: float | None) -> float | None:
    """`value` over `other`; None where one is unknown or `other` is 0."""
    return None if value is None or not other else value / other


def rounded(value: Any) -> Any:
    """Plain JSON values with floats to DIGITS decimals; numbers that are not finite become None."""
    if isinstance(value, Mapping):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    if isinstance(value, float | np.floating):
        return round(float(value), DIGITS) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
