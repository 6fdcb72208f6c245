"""The critic: which style a groove in 4/4 is likeliest to be, by counts of what drummers of each strike. It
knows no writer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from stemwright.compose.learned.counts import BIT, Counts
from stemwright.compose.learned.tables import Table
from stemwright.song.drums import DRUM_PIECES, piece_of
from stemwright.song.score import PPQ, Note

NAME = "critic"
STYLE, ANY = "style", "any"
"""The table's one subject, and the context that has the styles that it knows."""
STEP = PPQ // 4
STEPS = 16

Strokes = frozenset[tuple[int, int]]
"""Of a bar: the piece (of `DRUM_PIECES`) and the step of each."""


def foreign(table: Table, bars: Sequence[Strokes], style: str) -> int:
    """How much likelier bars are in the style that suits them best than in their own, in bits a bar; 0 for a
    style that the critic does not know.
    """
    grooves = table[STYLE]
    if style not in grooves.row(ANY):
        return 0
    costs = {known: _cost(grooves, known, bars) for known in grooves.row(ANY)}
    return (costs[style] - min(costs.values())) // (BIT * max(1, len(bars)))


def strokes(notes: Sequence[Note]) -> list[Strokes]:
    """What is struck in each bar of a groove that has some."""
    bars: dict[int, set[tuple[int, int]]] = {}
    for note in notes:
        step = (note.onset + STEP // 2) // STEP
        bars.setdefault(step // STEPS, set()).add((piece_of(note.pitch), step % STEPS))
    return [frozenset(bars[bar]) for bar in sorted(bars)]


def events(bar: Strokes) -> Iterator[tuple[str, str]]:
    """Place and whether it is struck, of every piece and step of a bar."""
    for piece in range(len(DRUM_PIECES)):
        for step in range(STEPS):
            yield f"{piece} {step}", "1" if (piece, step) in bar else "0"


def contexts(style: str, place: str) -> tuple[str, str]:
    """Where a stroke is asked, the particular first."""
    return f"{style} {place}", place


def _cost(grooves: Counts, style: str, bars: Sequence[Strokes]) -> int:
    return sum(_stroke(grooves, style, *seen) for bar in bars for seen in events(bar))


@lru_cache(maxsize=1 << 15)
def _stroke(grooves: Counts, style: str, place: str, struck: str) -> int:
    return grooves.cost(contexts(style, place), struck)
