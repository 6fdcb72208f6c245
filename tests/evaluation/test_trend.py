"""What is left of a curve without its smooth part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation.trend import less_trend


@settings(max_examples=30, deadline=None)
@given(st.integers(5, 200), st.integers(3, 61), st.tuples(*[st.floats(-5, 5)] * 3))
def test_a_parabola_is_all_trend(length: int, count: int, curve: tuple[float, float, float]) -> None:
    values = np.polyval(curve, np.linspace(-1, 1, length))
    assert np.abs(less_trend(values, count)).max() < 1e-9


def test_it_is_scipy_s_filter() -> None:
    signal = pytest.importorskip("scipy.signal")
    values = np.random.default_rng(0).standard_normal(120)
    assert less_trend(values, 51) == pytest.approx(values - signal.savgol_filter(values, 51, 2))


@pytest.mark.parametrize("length", range(6))
def test_short_curves(length: int) -> None:
    made = less_trend(np.arange(length) ** 3.0, 51)
    assert made.shape == (length,) and np.isfinite(made).all()
