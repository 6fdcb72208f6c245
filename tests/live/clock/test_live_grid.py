"""Bars, beats and phrases: from a form, from a "one", over changes of meter."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.live.clock.grid import Grid, of_meter, of_song
from stemwright.live.launch.quantise import Quantum, boundary, parse_quantum
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState

F = Fraction
meters = st.builds(Meter, st.integers(1, 32), st.sampled_from((2, 4, 8, 16)))


def test_phrases_of_four_and_eight_bars_without_a_form() -> None:
    grid = Grid(of_meter(F(0), Meter(3, 4)))
    assert grid.next_phrase(F(1)) == 24
    grid.phrases_of(4)
    assert grid.next_phrase(F(1)) == 12
    assert grid.next_phrase(F(12)) == 12
    with pytest.raises(UsageError, match="phrase: 0 bars"):
        grid.phrases_of(0)


def test_phrases_come_from_the_form() -> None:
    """Sections of 4, 12 and 3 bars, the second in 7/8, round and round."""
    state = GlobalState.create(meter="4/4, 5: 7/8, 17: 4/4", form="intro:4 verse:12 break:3")
    grid = Grid(of_song(state))
    places, at = [], F(0)
    while at < 2 * (16 + 42 + 12):
        at = grid.next_phrase(at)
        places.append(at)
        at += F(1, 96)
    once = [F(0), F(16), F(16 + 28), F(58)]
    assert places[:8] == once + [place + 70 for place in once]
    assert [grid.bar(p).section for p in places[:4]] == ["intro", "verse", "verse", "break"]
    assert grid.bar(F(17)).meter == Meter(7, 8)
    assert grid.bar(F(71)).number == 19
    assert grid.next_bar(F(59), 2) == 66  # counted from the section: bars 0 and 2 of 3
    assert grid.next_bar(F(67), 2) == 70  # and the next section begins anew


def test_the_one_cuts_the_bar_and_begins_phrases() -> None:
    grid = Grid(of_meter(F(0), Meter(4, 4)), 4)
    assert grid.one(F(21, 2) + F(1, 3)) == 11
    assert grid.bar(F(10)).stop == 11
    assert grid.bar(F(11)).of_phrase == 0
    assert grid.bar(F(11)).number == 3
    assert grid.next_bar(F(9)) == 11
    assert grid.next_phrase(F(5)) == 11
    assert grid.next_phrase(F(12)) == 27
    assert grid.next_step(F(31, 3)) == 11
    assert grid.one(F(15) + F(1, 3)) == 15  # a bar line already: only phrases begin there
    assert grid.bar(F(15)).number == 4
    assert grid.next_phrase(F(16)) == 31


def test_a_meter_changes_at_the_next_bar_line_and_the_phrase_goes_on() -> None:
    grid = Grid(of_meter(F(0), Meter(4, 4)), 4)
    assert grid.set_meter(F(5), Meter(3, 4)) == 8
    assert grid.bar(F(8)).number == 2
    assert grid.next_bar(F(9)) == 11
    assert grid.next_phrase(F(9)) == 14
    assert grid.set_meter(F(0), Meter(5, 8)) == 0
    assert grid.next_bar(F(1, 8)) == F(5, 2)


def test_units_by_their_names() -> None:
    assert [parse_quantum(unit.value) for unit in Quantum] == list(Quantum)
    assert parse_quantum(" 2  BARS") is Quantum.BARS2
    with pytest.raises(UsageError, match="quantise: '3 bars' is not a unit"):
        parse_quantum("3 bars")


@settings(deadline=None)
@given(meters, st.fractions(0, 500, max_denominator=977), st.sampled_from(list(Quantum)))
def test_boundaries_of_one_meter(meter: Meter, place: Fraction, unit: Quantum) -> None:
    """Beside lengths of their own in quarters; the last one before a bar line is the line itself."""
    grid = Grid(of_meter(F(0), meter))
    found = boundary(grid, unit, place)
    bar = F(4 * meter.n, meter.d)
    steps = {"1/16": F(1, 4), "1/8": F(1, 2), "beat": F(4, meter.d)}
    bars = {"bar": 1, "2 bars": 2, "4 bars": 4, "8 bars": 8, "phrase": 8}
    if unit in steps:
        start, step = place // bar * bar, steps[unit]
        lines = [start + k * step for k in range(int(bar / step) + 1)]
        expected = min(line for line in (*lines, start + bar) if line >= place)
    else:
        expected = -(-place // (bars[unit] * bar)) * bars[unit] * bar if unit in bars else place
    assert found == expected
