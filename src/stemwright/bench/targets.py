"""What the engine is to reach, and what was measured of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from stemwright.bench.cases import CACHES
from stemwright.bench.entrants import ENGINE

Row = dict[str, Any]
LEAST, MOST = "at least", "at most"


@dataclass(frozen=True)
class Measured:
    """The rows, and how to find a figure in them; None where it was not measured."""

    rows: Sequence[Row]

    def row(self, who: str, preset: str, layer: str) -> Row | None:
        """One take's steps on one thread with the short cache."""
        wanted: dict[str, object] = {"kind": "step", "contestant": who, "preset": preset}
        wanted |= {"batch": 1, "threads": 1, "cache": CACHES[0]}
        matching = (row for row in self.rows if wanted.items() <= row.items() and layer in row["layers"])
        return next(matching, None)

    def step(self, who: str, field: str, preset: str = "base", layer: str = "bass") -> float | None:
        """A field of such a row."""
        row = self.row(who, preset, layer)
        return None if row is None else float(row[field])

    def special(self, name: str, preset: str = "base") -> float | None:
        """What was measured beside steps."""
        wanted = {"kind": "special", "name": name, "preset": preset}
        return next((float(row["value"]) for row in self.rows if wanted.items() <= row.items()), None)

    def over_reading(self) -> float | None:
        """A step's time over that of reading weights and cache."""
        share = self.step(ENGINE, "share")
        return None if share is None else 1 / share

    def memory(self) -> float | None:
        """What the process took beside weights and cache: Python, NumPy, scratch."""
        row = self.row(ENGINE, "base", "bass")
        if row is None or row["peak_mb"] is None:
            return None
        return float(row["peak_mb"] - row["weights_mb"] - row["cache_mb"])


class Target(NamedTuple):
    """A figure and where it should be."""

    title: str
    sense: str
    limit: float
    unit: str
    value: Callable[[Measured], float | None]


TARGETS = (
    Target("base: faster than ONNX Runtime int8", LEAST, 2.0, "x", lambda m: m.step("ort-int8", "ratio")),
    Target("base: faster than PyTorch eager", LEAST, 8.0, "x", lambda m: m.step("pytorch", "ratio")),
    Target("base: time over that of reading weights and cache", MOST, 1.6, "x", Measured.over_reading),
    Target("base: two threads faster than one", LEAST, 1.7, "x", lambda m: m.special("threads")),
    Target("base harmony: one thread", MOST, 0.35, "RTF", lambda m: m.step(ENGINE, "rtf", layer="harmony")),
    Target("small: one thread", MOST, 0.07, "RTF", lambda m: m.step(ENGINE, "rtf", "small")),
    Target("four base layers on two cores", MOST, 0.45, "RTF", lambda m: m.special("layers")),
    Target("four small layers on two cores", MOST, 0.16, "RTF", lambda m: m.special("layers", "small")),
    Target("base: four takes in time of one", MOST, 2.2, "x", lambda m: m.special("takes")),
    Target("base: prefill in rates of decoding", LEAST, 12.0, "x", lambda m: m.special("prefill")),
    Target("base: faster than a KV head per head", LEAST, 1.2, "x", lambda m: m.special("gqa")),
    Target("base: peak memory beside weights and cache", MOST, 40.0, "MB", Measured.memory),
    Target("base: two threads beside a busy program", MOST, 1.05, "x", lambda m: m.special("neighbour")),
)


def targets(rows: Sequence[Row]) -> list[Row]:
    """One row for each target whose measurements are there."""
    found: list[Row] = []
    for title, sense, limit, unit, measure in TARGETS:
        value = measure(Measured(rows))
        if value is not None:
            reached = value >= limit if sense == LEAST else value <= limit
            head = {"kind": "target", "title": title, "sense": sense, "limit": limit, "unit": unit}
            found.append({**head, "value": value, "reached": reached})
    return found
