"""Distributions are distributions, equal the formula, and drawing keeps its bounds."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.symbolic.companion import features
from stemwright.symbolic.companion.distribution import (
    TIME_FLOOR,
    TIME_WIDTHS,
    Mixture,
    draw,
    softmax,
    tempered,
)
from stemwright.symbolic.companion.events import RESOLUTION, TIME_BINS

TIME = Mixture(features.time_edges(), 3, TIME_WIDTHS, features.time_floor(), TIME_FLOOR)
NUMBERS = st.floats(-8, 8, width=32)


@settings(deadline=None, max_examples=40)
@given(st.lists(NUMBERS, min_size=9, max_size=9), st.floats(0, 4), st.floats(0, 4))
def test_probabilities_sum_to_one(raw: list[float], choice: float, spread: float) -> None:
    made = TIME.probabilities(np.array(raw, np.float32), choice, spread)
    assert made.shape == (TIME_BINS,) and (made > 0).all()
    assert math.isclose(made.sum(), 1.0, abs_tol=1e-5)


def test_a_bins_mass_is_that_between_its_edges() -> None:
    raw = np.array([0.3, -0.2, 1.0, 0.1, 2.0, 3.9, -1.0, -2.0, -3.0], np.float32)
    made = TIME.probabilities(raw)
    weights = np.exp(raw[:3]) / np.exp(raw[:3]).sum()
    warp = [math.log1p((k + 0.5) * RESOLUTION / 0.01) for k in (99, 100)]

    def below(edge: float) -> float:
        parts = [
            w / (1 + math.exp(-(edge - m) / math.exp(s)))
            for w, m, s in zip(weights, raw[3:6], raw[6:], strict=True)
        ]
        return float(sum(parts))

    expected = (1 - TIME_FLOOR) * (below(warp[1]) - below(warp[0])) + TIME_FLOOR * features.time_floor()[100]
    assert math.isclose(made[100], expected, rel_tol=1e-3)


def test_temperature_zero_takes_the_best() -> None:
    logits = np.array([0.0, 2.0, 1.0], np.float32)
    assert softmax(logits, 0.0).tolist() == [0, 1, 0]
    assert tempered(np.array([0.2, 0.3, 0.5]), 0.0).tolist() == [0, 0, 1]
    assert softmax(logits, 0.5)[1] > softmax(logits)[1] > softmax(logits, 2.0)[1]


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30).filter(
        lambda x: any(a for _, a in x)
    ),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_what_is_drawn_is_allowed_and_inside_its_quantiles(
    items: list[tuple[float, bool]], uniform: float, a: float, b: float
) -> None:
    chances, allowed = np.array([p for p, _ in items]), np.array([ok for _, ok in items])
    low, high = min(a, b), max(a, b)
    value = draw(chances, allowed, uniform, (low, high))
    assert allowed[value]
    masses = np.where(allowed, chances, 0) if chances[allowed].sum() > 0 else allowed.astype(float)
    below = np.cumsum(masses) / masses.sum()
    assert below[value] >= low - 1e-9 and (below[value - 1] if value else 0.0) <= high + 1e-9


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=20), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_quantile_gives_no_lower_value(chances: list[float], a: float, b: float) -> None:
    everything = np.ones(len(chances), bool)
    at = [draw(np.array(chances), everything, 0.7, (q, q)) for q in sorted((a, b))]
    assert at[0] <= at[1]
