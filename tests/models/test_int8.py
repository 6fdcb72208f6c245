"""Matrices as int8 rows with scales."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stemwright.models.int8 import Floats, dense, quantise

NUMBERS = st.floats(-1e6, 1e6, width=32).filter(lambda x: x == 0 or abs(x) > 1e-6)


def test_rows_of_known_numbers() -> None:
    codes, scale = quantise(np.array([[0, 0], [1, -2]], np.float32))
    assert codes.tolist() == [[0, 0], [64, -127]] and codes.dtype == np.int8
    assert scale.tolist() == [1, np.float32(2) / np.float32(127)] and scale.dtype == np.float32


@given(arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(1, 9)), elements=NUMBERS))
def test_no_weight_moves_by_more_than_half_a_step(weight: Floats) -> None:
    codes, scale = quantise(weight)
    assert codes.min() >= -127 and dense(codes, scale).dtype == np.float32
    assert (np.abs(dense(codes, scale) - weight) <= scale[:, None] * 0.5001).all()
    again, same = quantise(dense(codes, scale))
    assert np.array_equal(again, codes) and np.allclose(same, scale)
