"""The rows as sections of text, for a terminal or a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from stemwright.bench.targets import Row

BUSY = 0.5
"""Load from which on the figures are not to be trusted."""
STEP_COLUMNS = (
    "batch", "threads", "cache", "contestant", "ms", "lowest", "RTF", "ratio", "of read", "of FMA", "GB/s",
    "peak MB", "differs",
)  # fmt: skip


@dataclass
class ReportSection:
    """A titled table of texts; a gap belongs before each row whose number is in `gaps`."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    gaps: set[int] = field(default_factory=set)


def sections(machine: Mapping[str, Any], rows: Sequence[Row]) -> list[ReportSection]:
    """Everything measured."""
    steps = [row for row in rows if row["kind"] == "step"]
    made = [
        _steps(f"{preset}: {', '.join(layers)}", list(group), machine["fma_peak"])
        for (preset, *layers), group in groupby(steps, lambda row: (row["preset"], *row["layers"]))
    ]
    made += [
        _specials([row for row in rows if row["kind"] == "special"]),
        _targets([row for row in rows if row["kind"] == "target"]),
    ]
    return [section for section in made if section.rows]


def notes(machine: Mapping[str, Any], rows: Sequence[Row]) -> list[str]:
    """What a reader of the tables should know."""
    peak, one, many = machine["fma_peak"], machine["kernel_1_row"], machine["kernel_16_rows"]
    lines = [
        "ms: one step of the whole batch, the median of the rounds' medians; lowest: the quickest round's. "
        "RTF: ms x 0.075. ratio: time over that of the engine with int8 cache, the median of the rounds. "
        "of read: the part of ms that reading weights and cache takes at the bandwidth (GB/s) measured in "
        "the same rounds. of FMA: multiply-adds a second over the cores' peak. peak MB: of the process. "
        "differs: the largest difference of a first logit from those of the engine with fp32 cache, over "
        "their root mean square.",
        f"10^9 multiply-adds a second and core ({machine['isa']}): "
        + (f"{peak:.0f} in registers, " if peak else "")
        + f"{one:.0f} to {many:.0f} in the engine's kernel (1 to 16 rows, first-level cache).",
    ]
    lines += [f"{title}: {about}." for title, about in machine["settings"].items()]
    lines += _choices(rows)
    if (machine["load"] or 0) > BUSY:
        lines.append(f"Other programs ran (load {machine['load']}): a quiet machine gives other figures.")
    return lines + list(machine["left_out"])


def _choices(rows: Iterable[Row]) -> list[str]:
    """The variants with which each was fastest, the most frequent first."""
    found: dict[str, Counter[str]] = {}
    for row in rows:
        if row["kind"] == "step":
            found.setdefault(row["title"], Counter())[row["settings"]] += 1
    return [f"{title}: {'; '.join(s for s, _ in counts.most_common())}." for title, counts in found.items()]


def _steps(title: str, rows: Sequence[Row], peak: float | None) -> ReportSection:
    section = ReportSection(title, STEP_COLUMNS)
    last = None
    for row in rows:
        case = (row["batch"], row["threads"], row["cache"])
        if case != last:
            section.gaps.add(len(section.rows))
        shown = [str(n) for n in case] if case != last else ["", "", ""]
        last = case
        section.rows.append(
            [
                *shown,
                row["title"],
                f"{row['ms']:.2f}",
                f"{row['ms_low']:.2f}",
                f"{row['rtf']:.3f}",
                f"{row['ratio']:.2f}",
                f"{row['share']:.0%}",
                f"{row['multiply_adds_g'] / peak / row['threads']:.0%}" if peak else "-",
                f"{row['bandwidth_gbs']:.0f}",
                "-" if row["peak_mb"] is None else f"{row['peak_mb']:.0f}",
                f"{row['difference']:.0e}",
            ]
        )
    return section


def _specials(rows: Iterable[Row]) -> ReportSection:
    section = ReportSection("beyond single steps: engine, int8 cache", ("measured", "value", "details"))
    for row in rows:
        details = ", ".join(f"{name} {_number(value)}" for name, value in row["details"].items())
        section.rows.append((row["title"], f"{row['value']:.2f} {row['unit']}", details))
    return section


def _targets(rows: Iterable[Row]) -> ReportSection:
    section = ReportSection("to reach", ("target", "wanted", "measured", "reached"))
    for row in rows:
        wanted = f"{row['sense']} {row['limit']:g} {row['unit']}"
        section.rows.append(
            (row["title"], wanted, f"{row['value']:.2f} {row['unit']}", "yes" if row["reached"] else "no")
        )
    return section


def _number(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
