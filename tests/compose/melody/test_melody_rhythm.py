"""Lines: what a rhythm written as marks says, and what is made of it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.compose.grid import grid_of
from stemwright.compose.learned.lead import cells, sounding
from stemwright.compose.melody.rhythm import Span, breathes, closing, playable, spans
from stemwright.song.meter import Meter

COMMON = grid_of(Meter(4, 4))
LINES = st.text("x-.", min_size=16, max_size=16)


def test_notes_are_held_over_bar_lines_where_the_next_line_says_so() -> None:
    found = spans(["..x-------------", "----..x---------", "................", "x---------------"])
    assert found == [
        [Span(2, 18, "x")],
        [Span(6, 10, "x")],
        [],
        [Span(0, 16, "x")],
    ]


def test_what_holds_nothing_is_silent() -> None:
    assert sounding("--x-..--s---....") == "..x-....s---...."
    assert sounding("--x-..--s---....", sounds=True) == "--x-....s---...."


def test_a_bar_falls_into_the_cells_of_its_pulses() -> None:
    assert cells("x---x-x-..x-x---", COMMON) == ["x---", "x-x-", "..x-", "x---"]
    assert cells("x---x-x-----", grid_of(Meter(6, 8))) == ["x---x-", "x-----"]


@pytest.mark.parametrize(
    ("line", "good"),
    [
        ("x---x---x---x---", False),
        ("x---x---x---....", True),
        ("x-x-x-x-x-------", True),
        ("x-x-x-x-x-------".replace("-------", "---x---"), False),
    ],
)
def test_a_rest_or_a_held_note_is_a_breath(line: str, good: bool) -> None:
    assert breathes(line, COMMON) == good


def test_a_phrase_ends_with_a_held_note_and_a_breath() -> None:
    assert closing("x-x-x-x-x-x-x-x-", COMMON, rest=True) == "x-x-x-x-x---...."
    assert closing("x-x-x-x-x-x-x-x-", COMMON, rest=False) == "x-x-x-x-x-------"
    assert closing("................", COMMON, rest=True) == "x-----------...."


@given(
    LINES, st.sampled_from([Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(7, 8), Meter(1, 4), Meter(5, 16)])
)
def test_every_ending_breathes_and_fills_its_bar(line: str, meter: Meter) -> None:
    grid = grid_of(meter)
    own = sounding((line * 2)[: grid.steps])
    ended = closing(own, grid, rest=True)
    assert len(ended) == grid.steps
    assert spans([ended])[0]


@pytest.mark.parametrize(
    ("cell", "bpm", "swing", "played"),
    [
        ("x--x", 100, Fraction(1, 2), "x--x"),
        ("x--x", 100, Fraction(2, 3), "x-x-"),  # a dotted figure is how swung eighths are written
        ("xxxx", 100, Fraction(1, 2), "xxxx"),
        ("xxxx", 150, Fraction(1, 2), "x-x-"),  # nobody sings runs that fast
        ("-.x-", 190, Fraction(1, 2), "-.x-"),
        (".x--", 190, Fraction(1, 2), "x---"),
    ],
)
def test_cells_are_what_can_be_sung(cell: str, bpm: int, swing: Fraction, played: str) -> None:
    assert playable(cell, Fraction(bpm), swing) == played
