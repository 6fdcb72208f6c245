"""The report of prompts as tables."""

from __future__ import annotations

from stemwright.assess.tables import Column, Report, Table, table

NOTES = (
    "R@1, R@3: the right style of the stylebook comes first, or among the first three. The sentence model "
    "takes the style whose names and description are nearest.",
)


def text_tables(report: Report) -> list[Table]:
    """Styles by method, fields, cost."""
    styles = [
        Column("method", "method", "{}"),
        Column("captions", "captions", "{}"),
        Column("count", "how many", "{}"),
        Column("r1", "R@1", "{:.3f}"),
        Column("r3", "R@3", "{:.3f}"),
    ]
    fields = [
        Column("field", "field", "{}"),
        Column("said", "captions that say it", "{}"),
        Column("right", "exact", "{}"),
        Column("share", "%", "{:.1f}", 100.0),
    ]
    cost = [
        Column("median_ms", "ms a prompt, median", "{:.2f}"),
        Column("slowest_ms", "slowest", "{:.2f}"),
        Column("megabytes", "bundle, MB", "{:.2f}"),
    ]
    return [
        table("styles", styles, report["styles"], (*NOTES, *report["remarks"])),
        table("what is said exactly", fields, [row for row in report["fields"] if row["said"]]),
        table("cost, on one thread", cost, [report["cost"]]),
    ]
