"""The picker: a column a layer, a row a scene, with each layer's level underneath."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from stemwright.live.screen.texts import decibels, meter_text, plain, slot_text
from stemwright.live.shown_state import ShownColumn, ShownState

NARROW, WIDE = 12, 24
"""Letters of a column."""
_SCENE = 10


@dataclass(frozen=True, slots=True)
class Cursor:
    """The slot that keys act on."""

    column: int = 0
    row: int = 0

    def moved(self, columns: int, rows: int, state: ShownState) -> Cursor:
        """Moved by columns and rows, as far as there are any."""
        column = min(self.column + columns, len(state.columns) - 1)
        return Cursor(max(column, 0), max(min(self.row + rows, state.rows - 1), 0))


def picker(state: ShownState, cursor: Cursor, width: int, height: int) -> Table:
    """At most `width` letters and `height` lines of it, those around the cursor."""
    cell = min(max((width - _SCENE) // max(len(state.columns), 1) - 1, NARROW), WIDE)
    columns = _around(cursor.column, len(state.columns), max((width - _SCENE) // (cell + 1), 1))
    rows = _around(cursor.row, state.rows, max(height - 4, 1))
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=_SCENE - 1, no_wrap=True)
    for _ in columns:
        table.add_column(width=cell, no_wrap=True)
    shown = [state.columns[i] for i in columns]
    table.add_row(
        Text(""), *(_head(column, cell, i == cursor.column) for i, column in zip(columns, shown, strict=True))
    )
    for row in rows:
        cells = (
            slot_text(state.slot(i, row), state, cell, (i, row) == (cursor.column, cursor.row))
            for i in columns
        )
        table.add_row(_scene(state, row), *cells)
    table.add_row(Text("level", "dim"), *(meter_text(c.peak, c.rms, cell) for c in shown))
    table.add_row(Text("dB", "dim"), *(Text(_levels(c), "dim") for c in shown))
    return table


def _around(place: int, count: int, most: int) -> range:
    """At most `most` of `count`, with `place` among them."""
    start = min(max(place - most // 2, 0), max(count - most, 0))
    return range(start, min(start + most, count))


def _scene(state: ShownState, row: int) -> Text:
    name = state.scenes[row] if row < len(state.scenes) else ""
    return Text(plain(f"{row + 1} {name}", _SCENE - 1), "cyan")


def _head(column: ShownColumn, width: int, is_chosen: bool) -> Text:
    flags = ("M" if column.is_muted else "") + ("S" if column.is_soloed else "")
    style = "dim" if column.is_muted else "bold"
    text = Text(plain(column.name, width - 3), style + (" underline" if is_chosen else ""))
    return text.append(f" {flags}", "red") if flags else text


def _levels(column: ShownColumn) -> str:
    return f"{decibels(column.level)}  peak {decibels(column.peak)}"
