"""The gain curve of a layer: steps at bar lines, ramps before them, the same bits in parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.mix.automation import GainCurve, gain_curve
from stemwright.mix.mixer import placed
from stemwright.mix.placement import Placement, placement
from stemwright.song.document import LayerEntry, Song
from stemwright.song.state import GlobalState

STATE = GlobalState.create(bpm="120", form="verse:2 chorus:2", meter="4/4")


def song(*gains: tuple[int, float]) -> Song:
    return Song("A Tune", STATE, 1, {"bass": LayerEntry(gains=gains)})


def test_no_gains_no_curve() -> None:
    assert gain_curve(song(), "bass") is None


@pytest.mark.parametrize("rate", [24_000, 48_000])
def test_levels_hold_in_their_bars_and_ramps_end_at_bar_lines(rate: int) -> None:
    curve = gain_curve(song((0, -6.0), (2, 0.0)), "bass")
    assert curve is not None
    factors = curve.factors(0, 8 * rate, rate)
    line, ramp = 4 * rate, rate // 50  # a bar lasts 2 s
    soft = 10 ** (-6 / 20)
    np.testing.assert_allclose(factors[: line - ramp + 1], soft, rtol=1e-6)
    np.testing.assert_allclose(factors[line - ramp // 2], (1 + soft) / 2, rtol=1e-6)
    assert (factors[line:] == 1).all() and factors[line - 1] < 1


steps = st.lists(
    st.tuples(st.integers(0, 900), st.floats(-60, 24)), min_size=1, max_size=6, unique_by=lambda s: s[0]
)


@given(steps, st.integers(0, 280_000), st.integers(0, 5000))
def test_a_part_has_the_bits_of_the_whole(found: list[tuple[int, float]], start: int, length: int) -> None:
    curve = GainCurve(tuple(sorted(found)))
    whole = curve.factors(0, 288_000, 24_000)
    np.testing.assert_array_equal(curve.factors(start, start + length, 24_000), whole[start : start + length])
    assert np.isfinite(whole).all() and (whole > 0).all() and whole.max() <= 10 ** (24 / 20) + 1e-6
    audio = np.ones((length, 2), np.float32)
    assert (curve.applied(audio, 24_000, start)[:, 1] == whole[start : start + length]).all()


def test_a_stem_is_levelled_before_its_curve_is_applied() -> None:
    tone = (0.2 * np.sin(np.arange(8 * 24_000) / 20)).astype(np.float32)
    curve = gain_curve(song((0, -6.0)), "bass")
    usual = placement("bass")
    places: dict[str, Placement] = {"bass": replace(usual, curve=curve)}
    ((_, plain),) = placed({"bass": tone}, 24_000, {"bass": usual})
    ((_, softer),) = placed({"bass": tone}, 24_000, places)
    np.testing.assert_allclose(softer, plain * 10 ** (-6 / 20), atol=1e-6)
