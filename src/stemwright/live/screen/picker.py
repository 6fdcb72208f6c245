"""The picker: a column a layer, a row a scene, with each layer's level underneath."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.text import Text

from stemwright.live.screen.texts import decibels, filled, meter_text, plain, slot_text
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


def picker(state: ShownState, cursor: Cursor, width: int, height: int) -> list[Text]:
    """Lines of at most `width` cells, at most `height` (and four at least) of them, around the cursor."""
    cell = min(max((width - _SCENE) // max(len(state.columns), 1) - 1, NARROW), WIDE)
    columns = _around(cursor.column, len(state.columns), max((width - _SCENE) // (cell + 1), 1))
    rows = _around(cursor.row, state.rows, max(height - 3, 1))
    shown = [state.columns[i] for i in columns]

    def line(head: Text, cells: Iterable[Text]) -> Text:
        whole = Text(no_wrap=True).append_text(filled(head, _SCENE))
        for text in cells:
            whole.append_text(filled(text, cell)).append(" ")
        whole.truncate(width)
        return whole

    heads = (_head(state.columns[i], cell, i == cursor.column) for i in columns)
    return [
        line(Text(), heads),
        *(
            line(
                _scene(state, row),
                (
                    slot_text(state.slot(i, row), state, cell, (i, row) == (cursor.column, cursor.row))
                    for i in columns
                ),
            )
            for row in rows
        ),
        line(Text("level", "dim"), (meter_text(c.peak, c.rms, cell) for c in shown)),
        line(Text("dB", "dim"), (Text(_levels(c), "dim") for c in shown)),
    ]


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
