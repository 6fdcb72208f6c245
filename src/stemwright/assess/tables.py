"""Reports as tables of text: what `stemwright evaluate` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """`title` stands above, `notes` below."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A figure by its key: how it is headed, how it is written, by what it is multiplied."""

    key: str
    head: str
    form: str = "{:.2f}"
    times: float = 1.0

    def text(self, row: Mapping[str, Any]) -> str:
        """The figure of a row, "-" where it is unknown."""
        value = row.get(self.key)
        if value is None:
            return "-"
        return self.form.format(value * self.times if self.times != 1.0 else value)


def rows_of(reports: Sequence[Report], part: str) -> list[Report]:
    """The rows of a part of several reports, one below the other."""
    return [row for report in reports for row in report[part]]


def number(value: float | None, form: str = "{:.2f}") -> str:
    """A figure as text, "-" where it is unknown."""
    return "-" if value is None else form.format(value)


def table(
    title: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], notes: Sequence[str] = ()
) -> Table:
    """A table of rows of figures; columns of which no row knows anything are left out."""
    used = [c for c in columns if any(row.get(c.key) is not None for row in rows)]
    return Table(title, [c.head for c in used], [[c.text(row) for c in used] for row in rows], notes)
