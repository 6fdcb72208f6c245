"""Means of figures of which some are unknown."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.assess.means import mean, ratio, rounded

figures = st.floats(-1e6, 1e6) | st.none()


@given(st.lists(st.tuples(figures, st.floats(0.1, 100)), min_size=1, max_size=8))
def test_a_mean_lies_between_what_is_known(rows: list[tuple[float | None, float]]) -> None:
    known = [value for value, _ in rows if value is not None]
    got = mean([{"x": value} for value, _ in rows], [weight for _, weight in rows])["x"]
    if not known:
        assert got is None
    else:
        assert got is not None and min(known) - 1e-6 <= got <= max(known) + 1e-6


def test_weights_count_and_keys_keep_their_order() -> None:
    got = mean([{"b": 1.0, "a": None}, {"b": 4.0, "c": 2.0}], [3, 1])
    assert list(got.items()) == [("b", 1.75), ("a", None), ("c", 2.0)]


def test_ratios() -> None:
    assert ratio(1.0, 4.0) == 0.25
    assert ratio(None, 1.0) is ratio(1.0, None) is ratio(1.0, 0.0) is None


def test_rounded_is_plain_json() -> None:
    made = rounded({"a": [np.float64(1.23456), np.int64(3)], "b": (float("nan"), "x", True, None)})
    assert made == {"a": [1.2346, 3], "b": [None, "x", True, None]}
    assert json.loads(json.dumps(made, allow_nan=False)) == made


@pytest.mark.parametrize("value", [float("inf"), -float("inf")])
def test_infinite_is_unknown(value: float) -> None:
    assert rounded(value) is None
