"""Control attributes of bars: known figures, and what must not change them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.meter import Meter
from stemwright.song.score import Score
from stemwright.symbolic.attributes import ATTRIBUTES, attributes, straight_steps, swing, syncopation
from support.symbolic import melody, score

COMMON = Meter(4, 4)
BAR = 384


def ticks(*onsets: int) -> np.ndarray:
    return np.array(onsets, dtype=np.int64)


def test_a_plain_bar() -> None:
    made = attributes(score((0, 96, 60, 80), (0, 192, 64, 100), (192, 96, 62, 90)), "lead", COMMON, bars=2)
    assert tuple(made) == ATTRIBUTES
    assert made["density"].tolist() == [0.75, 0.0]
    assert made["register"][0] == 62 and made["velocity"][0] == 90
    assert made["polyphony"][0] == pytest.approx(384 / 288)
    assert made["length"][0] == pytest.approx(4 / 3)
    assert all(np.isnan(made[name][1]) for name in ATTRIBUTES if name != "density")


def test_drums_have_no_pitch_and_count_hits_that_fall_together() -> None:
    made = attributes(
        score((0, 24, 36, 90), (3, 24, 42, 70), (96, 24, 42, 80), (380, 24, 38, 90), (386, 24, 36, 90)),
        "drums",
        COMMON,
        bars=2,
    )
    assert np.isnan(made["register"]).all() and np.isnan(made["length"]).all()
    assert made["polyphony"].tolist() == [4 / 3, 1.0]
    assert made["density"].tolist() == [1.0, 0.25]


def test_a_note_held_over_counts_where_it_sounds() -> None:
    made = attributes(score((288, 192, 48, 80), (384, 96, 60, 80)), "harmony", COMMON, bars=3)
    assert made["polyphony"][:2].tolist() == [1.0, 2.0] and np.isnan(made["polyphony"][2])
    assert made["density"].tolist() == [0.25, 0.25, 0.0]


@pytest.mark.parametrize(
    ("onsets", "expected"),
    [
        ((0, 96, 192, 288), 0),  # on every beat
        ((0, 48, 96, 144, 192, 240, 288, 336), 0),  # on every eighth
        ((0, 48, 144, 192, 288), 1),  # one eighth before beat 2 is held over it
        ((0, 96), 1),  # beat 2 is held over beat 3; the next bar begins with a note
        ((336,), 3),  # the last eighth is held over the bar line
        ((0, 72, 144, 216, 288), 5),  # 2 over beat 2, 2 over beat 3, 1 over an eighth
    ],
)
def test_syncopation_by_longuet_higgins_and_lee(onsets: tuple[int, ...], expected: int) -> None:
    following = () if onsets == (336,) else (BAR,)
    found = syncopation(ticks(*onsets, *following), COMMON, 2)
    assert found[0] * 4 == pytest.approx(expected)


def test_swung_and_triplet_eighths_are_no_syncopation_of_their_own() -> None:
    straight = [b * 96 + t for b in range(4) for t in (0, 48)]
    swung = [b * 96 + t for b in range(4) for t in (0, 64)]
    assert straight_steps(ticks(*straight), COMMON).tolist() == straight_steps(ticks(*swung), COMMON).tolist()
    assert straight_steps(ticks(0, 32, 64, 94), COMMON).tolist() == [0, 1, 2, 4]
    assert straight_steps(ticks(0, 47, 95), Meter(6, 8)).tolist() == [0, 2, 4]


@pytest.mark.parametrize(("place", "expected"), [(48, 0.5), (64, 2 / 3), (56, 56 / 96)])
def test_swing(place: int, expected: float) -> None:
    onsets = ticks(*(b * 96 + t for b in range(8) for t in (0, place)))
    assert swing(onsets, COMMON, 2).tolist() == pytest.approx([expected] * 2)


def test_what_says_nothing_of_swing() -> None:
    sixteenths = ticks(*range(0, BAR, 24))
    assert np.isnan(swing(sixteenths, COMMON, 1)).all()
    assert np.isnan(swing(ticks(0, 48), Meter(6, 8), 1)).all()
    assert np.isnan(swing(ticks(), COMMON, 1)).all()


notes = st.lists(
    st.tuples(st.integers(0, 4 * BAR - 1), st.integers(1, 500), st.integers(0, 127), st.integers(1, 127)),
    max_size=40,
)


@settings(deadline=None, max_examples=60)
@given(
    notes, st.sampled_from(["4/4", "3/4", "6/8", "7/8", "5/16", "2/2"]), st.sampled_from(["drums", "lead"])
)
def test_figures_stay_in_their_range_and_bars_do_not_depend_on_later_ones(
    rows: list[tuple[int, int, int, int]], meter: str, layer: str
) -> None:
    own, have = Meter.parse(meter), score(*rows)
    made = attributes(have, layer, own, 4)
    assert all(value.shape == (4,) for value in made.values())
    limits = {"register": (0, 127), "velocity": (1, 127), "swing": (0.43, 0.74), "polyphony": (1, 128)}
    for name, value in made.items():
        low, high = limits.get(name, (0, np.inf))
        known = value[~np.isnan(value)]
        assert np.all((known >= low) & (known <= high)), name
    first = attributes(have.slice(0, 2 * own.ticks_per_bar), layer, own, 1)
    for name in ("density", "register", "velocity"):
        assert np.array_equal(first[name], made[name][:1], equal_nan=True)


@settings(deadline=None)
@given(st.integers(-20, 20))
def test_transposition_moves_the_register_alone(by: int) -> None:
    low, high = (melody(range(0, BAR, 48), [60 + k + shift for k in range(8)]) for shift in (0, by))
    before, after = (attributes(have, "bass", COMMON, 1) for have in (low, high))
    assert after["register"][0] - before["register"][0] == by
    assert all(np.array_equal(before[n], after[n], equal_nan=True) for n in ATTRIBUTES if n != "register")


def test_nothing_and_bad_input() -> None:
    empty = attributes(Score(), "lead", COMMON, 3)
    assert empty["density"].tolist() == [0, 0, 0] and np.isnan(empty["syncopation"]).all()
    later = attributes(melody([5 * BAR]), "lead", COMMON, 3)
    assert later["density"].tolist() == [0, 0, 0]
    with pytest.raises(UsageError, match="bars: 0"):
        attributes(Score(), "lead", COMMON, 0)
