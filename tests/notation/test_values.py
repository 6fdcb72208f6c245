"""Printed values: they fill the bar, each can be printed, beats stay visible."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings

from stemwright.notation.grid import gridded
from stemwright.notation.staves import laid
from stemwright.notation.values import Span, Value, spans_of, values_of
from stemwright.song.meter import Meter
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from support.pieces import pieces

FOUR, THREE, SIX = Meter(4, 4), Meter(3, 4), Meter(6, 8)


def lengths(meter: Meter, *notes: tuple[int, int], triplets: tuple[int, ...] = ()) -> str:
    """The values of a bar: "q" a quarter, "e." a dotted eighth, "rq" a rest, "~" a tie, "3" a triplet."""
    found = values_of(
        spans_of([Note(a, b - a, 60, 80) for a, b in notes], 0, meter.ticks_per_bar),
        0,
        meter,
        frozenset(triplets),
    )
    return " ".join(map(shown, found))


def shown(value: Value) -> str:
    letter = {"whole": "w", "half": "h", "quarter": "q", "eighth": "e", "16th": "s", "32nd": "t"}[value.type]
    tied = "~" if value.notes and value.notes[0].end > value.end else ""
    dot, third = "." if value.dotted else "", "3" if value.triplet else ""
    return ("" if value.notes else "r") + letter + dot + third + tied


@pytest.mark.parametrize(
    ("meter", "notes", "expected"),
    [
        (FOUR, [(0, 384)], "w"),
        (FOUR, [], "rw"),
        (FOUR, [(0, 288), (288, 384)], "h. q"),
        (FOUR, [(96, 288)], "rq q~ q rq"),  # the middle of the bar stays visible
        (FOUR, [(0, 48), (48, 144), (144, 192)], "e q e rh"),
        (FOUR, [(0, 144), (144, 192)], "q. e rh"),
        (FOUR, [(0, 72), (72, 96)], "e. s rq rh"),
        (FOUR, [(24, 72)], "rs e rs rq rh"),
        (FOUR, [(336, 384)], "rh rq re e"),
        (THREE, [(96, 288)], "rq h"),
        (THREE, [(0, 288)], "h."),
        (THREE, [(0, 96)], "q rq rq"),
        (SIX, [(0, 144), (144, 288)], "q. q."),
        (SIX, [(0, 96), (96, 144), (144, 288)], "q e q."),
        (SIX, [(96, 192)], "rq e~ e re re"),
        (Meter(5, 4), [(0, 480)], "h.~ h"),
        (Meter(7, 8), [(0, 336)], "q~ q~ q."),
    ],
)
def test_values_show_the_beats(meter: Meter, notes: list[tuple[int, int]], expected: str) -> None:
    assert lengths(meter, *notes) == expected


def test_triplets_are_three_in_the_time_of_two() -> None:
    assert lengths(FOUR, (0, 32), (32, 64), (64, 96), triplets=(0,)) == "e3 e3 e3 rq rh"
    assert lengths(FOUR, (0, 64), (64, 96), triplets=(0,)) == "q3 e3 rq rh"
    assert lengths(FOUR, (0, 128), triplets=(96,)) == "q~ e3 re3 re3 rh"
    assert lengths(FOUR, (0, 96), triplets=(0,)) == "q rq rh"  # nothing is divided
    marked = values_of([Span(0, 64, ()), Span(64, 96, ()), Span(96, 384, ())], 0, FOUR, frozenset({0}))
    assert not any(value.triplet for value in marked)  # rests on end are one rest


@given(pieces())
@settings(max_examples=60, deadline=None)
def test_the_values_of_each_voice_fill_its_bars(piece: tuple[GlobalState, dict[str, Score]]) -> None:
    state, scores = piece
    for layer, score in scores.items():
        printed = laid(gridded(score, state, layer == "drums"), layer == "drums", layer == "harmony")
        heard: set[tuple[int, int, int]] = set()
        for bar, voices in enumerate(printed.bars(state)):
            for _, values in voices:
                edges = [value.start for value in values] + [values[-1].end]
                assert edges[0] == state.bar_tick(bar) and edges[-1] == state.bar_tick(bar + 1)
                assert all(a.end == b.start for a, b in pairwise(values))
                assert all(value.type for value in values)
                assert sum(value.first for value in values) == sum(value.last for value in values)
                for value in values:
                    for note in value.notes:
                        assert note.onset <= value.start and value.end <= note.end
                        heard.add((note.onset, note.end, note.pitch))
        written = gridded(score, state, layer == "drums").score.notes
        assert heard == {(note.onset, note.end, note.pitch) for note in written}
