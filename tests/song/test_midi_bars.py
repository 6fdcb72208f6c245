"""Bars of files whose meter changes: counted as printed, and filled up to bars of one meter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stemwright.song.midi_bars import Filled, bar_at, bars_text, stretches

QUARTER = 96
FOUR, TWO, SIX_EIGHTHS = (4, 2), (2, 2), (6, 3)


def test_bars_are_counted_in_their_own_meter() -> None:
    found = stretches([(0, FOUR), (16 * QUARTER, TWO), (18 * QUARTER, SIX_EIGHTHS)], 24 * QUARTER)
    assert [(s.bar, s.bars) for s in found] == [(1, 4), (5, 1), (6, 2)]
    assert [bar_at(found, q * QUARTER) for q in (0, 15, 16, 17, 18, 21, 23)] == [1, 4, 5, 5, 6, 7, 7]
    assert stretches([], 100)[0].bars == 1 and stretches([(0, (0, 2))], 5)[0].length == 1


def test_runs() -> None:
    assert bars_text([8, 3, 5, 6, 7, 3]) == "3, 5-8" and bars_text([]) == ""
    assert bars_text(range(1, 40, 2)) == "1, 3, 5, 7, 9, 11, 13, 15 and 12 more"


def test_a_short_bar_is_filled_up_and_a_pickup_from_before() -> None:
    bar = 4 * QUARTER
    short = Filled(stretches([(0, FOUR), (4 * bar, TWO), (4 * bar + bar // 2, FOUR)], 9 * bar), bar)
    middle = 4 * bar + bar // 2
    assert (short.begin(middle), short.end(middle), short.begin(4 * bar)) == (5 * bar, middle, 4 * bar)
    assert short.end(middle + 1) == 5 * bar + 1
    pickup = Filled(stretches([(0, (1, 2)), (QUARTER, FOUR)], 9 * bar), bar)
    assert (pickup.begin(0), pickup.begin(QUARTER)) == (3 * QUARTER, bar)


meter = st.tuples(st.integers(0, 12), st.integers(1, 6))
meters = st.lists(st.tuples(st.integers(0, 5000), meter), max_size=8, unique_by=lambda m: m[0]).map(sorted)


@given(meters, st.sampled_from([384, 288, 336]), st.lists(st.integers(0, 6000), min_size=2))
def test_order_and_lengths_are_kept(
    found: list[tuple[int, tuple[int, int]]], bar: int, ticks: list[int]
) -> None:
    parts = stretches(found, 6000)
    filled = Filled(parts, bar)
    for part in parts[1:]:
        assert filled.begin(part.start) % bar == 0
    for a, b in zip(sorted(ticks), sorted(ticks)[1:], strict=False):
        assert filled.begin(b) - filled.begin(a) >= b - a and (
            a == b or filled.end(b) - filled.begin(a) >= b - a
        )
