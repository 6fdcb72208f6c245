"""Counting fills: step by step, from any quarter on to the bar's end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stemwright.compose.learned.drums import FILL_PIECES, REST, fill_contexts
from stemwright.training.patterns.drum_grooves import Seen
from stemwright.training.patterns.drum_hearing import STEPS, Heard, Stroke

STARTS = (0, 4, 8, 12)
LEAST = 4
"""Strokes of a bar that tells of fills."""


def letters(strokes: Sequence[Stroke]) -> str:
    """What is struck together as a fill's letters, `.` for nothing that they name."""
    found = set()
    for stroke in strokes:
        if stroke.piece == "snare":
            found.add("g" if stroke.soft else "s")
        found |= {letter for letter, piece in FILL_PIECES.items() if piece == stroke.piece != "snare"}
    return "".join(letter for letter in FILL_PIECES if letter in found) or REST[0]


def fills(played: Heard) -> Iterator[tuple[tuple[Stroke, ...], list[Seen]]]:
    """Each bar that a fill fills, and what it tells; what stands after a recording's whole bars is its
    landing and no fill.
    """
    for bar in played.bars:
        if len(bar) < LEAST:
            continue
        line = [letters([stroke for stroke in bar if stroke.step == step]) for step in range(STEPS)]
        yield bar, [*steps(line)]


def steps(line: Sequence[str]) -> Iterator[Seen]:
    """The steps of a fill of a whole bar, begun at any quarter."""
    for start in STARTS:
        for step in range(start, STEPS if start == 0 else start + 4):
            yield "fill", fill_contexts(step, line[start:step]), line[step]
