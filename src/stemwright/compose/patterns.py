"""Patterns written as text, one character a sixteenth, and their fitting to any meter.

`.` is a rest and `-` holds what sounds; any other character starts a note. A pattern is one or more bars
of 16 characters; for other meters each pulse borrows the quarter its role names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from stemwright.compose.grid import Grid

LEVELS = {"X": 3, "x": 2, "s": 1, "r": 1, "g": 0}  # accent, normal, soft, roll, ghost
_ORDER = {"A": 0, "B": 1, "C": 2, "D": 3}
_PLACES = {6: (0, 2, 4, 5), 4: (0, 1, 2, 3), 3: (0, 1, 2, 2), 2: (0, 0, 1, 1), 1: (0, 0, 0, 0)}


@dataclass(frozen=True, slots=True)
class Hit:
    """A note of a pattern inside its bar: first step, length in steps, and the character that made it."""

    step: int
    length: int
    mark: str

    @property
    def level(self) -> int:
        """How loud: 3 accent, 2 normal, 1 soft, 0 ghost."""
        return LEVELS.get(self.mark, 2)


def bars_in(pattern: str) -> int:
    """How many bars of 16 sixteenths `pattern` has."""
    return len(pattern) // 16


def _cells(pattern: str, grid: Grid, bar: int, triple: str) -> list[str]:
    """The quarter of the pattern that each pulse of a bar plays; bars of one or two pulses take turns."""
    pulses = grid.pulses
    if len(pulses) <= 2:
        places = [(bar * len(pulses) + index) % (len(pattern) // 4) for index in range(len(pulses))]
    else:
        first = 4 * (bar % bars_in(pattern))
        places = [first + _ORDER[triple if pulse.role == "T" else pulse.role] for pulse in pulses]
    cells = [pattern[4 * place : 4 * place + 4] for place in places]
    if cells[0][0] == "-":  # what a bar line cuts off begins again
        before = pattern[: 4 * places[0]].rstrip("-")
        cells[0] = before[-1:] + cells[0][1:] if before else cells[0]
    return cells


def _stretch(cell: str, length: int, flow: bool) -> str:
    """`cell` (4 characters) told in `length` steps; `flow` keeps a timekeeper's subdivision going."""
    if length == 4:
        return cell
    out = ["."] * length
    for place, mark in zip(_PLACES[length], cell, strict=True):
        if out[place] in ".-" and mark != ".":
            out[place] = mark
    for place in range(1, length):  # holds reach over the places that four steps cannot name
        if out[place] == "." and out[place - 1] != "." and place not in _PLACES[length]:
            out[place] = "-"
    if flow and length == 6:
        out[2] = cell[2] if out[2] in ".-" and cell[2] != "." else out[2]
        if "." not in cell and "-" not in cell:
            out = [cell[0], cell[1], cell[2], cell[3], cell[2], cell[3]]
    return "".join(out)


@lru_cache(maxsize=4096)
def fit(pattern: str, grid: Grid, bar: int, triple: str, flow: bool = False) -> tuple[Hit, ...]:
    """The notes of bar number `bar` of `pattern` on `grid`, in order and not overlapping."""
    cells = _cells(pattern, grid, bar, triple)
    line = "".join(_stretch(cell, pulse.length, flow) for cell, pulse in zip(cells, grid.pulses, strict=True))
    hits: list[Hit] = []
    for step, mark in enumerate(line):
        if mark in ".-":
            continue
        length = 1
        while step + length < len(line) and line[step + length] == "-":
            length += 1
        hits.append(Hit(step, length, mark))
    return tuple(hits)
