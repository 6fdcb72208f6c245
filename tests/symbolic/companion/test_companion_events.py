"""Events and their bins: bad fields are refused, and the clock never runs away."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.drums import PIECE_PITCH
from stemwright.symbolic.companion.events import (
    FIRST_PIECE,
    RESOLUTION,
    TIME_BINS,
    Event,
    next_bin,
    pitch_of,
    token_of,
)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"instrument": 3}, "instrument"),
        ({"pitch": 128}, "pitch"),
        ({"pitch": True}, "pitch"),
        ({"time": -0.1}, "time"),
        ({"time": float("nan")}, "time"),
        ({"time": float("inf")}, "time"),
        ({"velocity": -1}, "velocity"),
        ({"velocity": 64.0}, "velocity"),
    ],
)
def test_bad_fields_are_named(change: dict[str, Any], field: str) -> None:
    good: dict[str, Any] = {"instrument": "lead", "pitch": 60, "time": 0.5, "velocity": 90}
    Event(**good)
    with pytest.raises(UsageError, match=f"^{field}: "):
        Event(**{**good, **change})


def test_drums_play_pieces_and_others_pitches() -> None:
    assert pitch_of(token_of("drums", PIECE_PITCH["snare"])) == 38
    assert token_of("drums", 35) == token_of("drums", 36) == FIRST_PIECE
    assert [token_of("lead", p) for p in (0, 60, 127)] == [0, 60, 127]
    assert {pitch_of(FIRST_PIECE + k) for k in range(14)} == set(PIECE_PITCH.values())


@given(st.lists(st.floats(0, 9), max_size=200))
def test_rounding_never_adds_up(times: list[float]) -> None:
    late, bins = 0.0, 0
    for seconds in times:
        number, late = next_bin(late, seconds)
        bins += number
        assert 0 <= number < TIME_BINS and abs(late) <= RESOLUTION / 2 + 1e-9
    assert abs(sum(times) - bins * RESOLUTION) <= RESOLUTION / 2 + 1e-6


def test_the_last_bin_holds_all_that_is_longer() -> None:
    assert next_bin(0.001, 10.0) == next_bin(0.0, 5000.0) == (TIME_BINS - 1, 0.0)
    assert next_bin(0.0, 9.99)[0] == TIME_BINS - 3
