"""The report on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from stemwright.bench.report import ReportSection, notes, sections
from stemwright.bench.targets import Row

TEXT = ("contestant", "measured", "details", "target", "wanted")


def tables(machine: Mapping[str, Any], rows: Sequence[Row]) -> Group:
    """Everything measured, ready to print."""
    return Group(*map(_table, sections(machine, rows)), *map(Text, notes(machine, rows)))


def _table(section: ReportSection) -> Table:
    table = Table(title=section.title, title_justify="left", title_style="bold")
    for name in section.columns:
        table.add_column(name, justify="left" if name in TEXT else "right", overflow="fold")
    for i, row in enumerate(section.rows):
        if i in section.gaps:
            table.add_section()
        table.add_row(*map(Text, row))
    return table
