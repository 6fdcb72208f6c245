"""The kernels of every instruction set against each other, bit by bit, and against float64 NumPy."""

from __future__ import annotations

import math

import made_up
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stemwright.native import options

_engine = pytest.importorskip("stemwright.native._engine")
ISAS = options.available_isas()


def spread(name: str, *shape: int, size: float = 1.0) -> np.ndarray:
    return np.float32(size) * made_up.small(name, shape)


def int8(name: str, *shape: int) -> np.ndarray:
    return np.round(spread(name, *shape, size=127.0)).astype(np.int8)


def same_bits(made: list[np.ndarray]) -> None:
    assert len({m.tobytes() for m in made}) == 1


def attention(query: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    scores = query.astype(np.float64) @ keys.astype(np.float64).T
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights @ values.astype(np.float64) / weights.sum(axis=1, keepdims=True)


SLOTS = pytest.mark.parametrize("slots", [1, 15, 16, 17, 63, 64, 65, 200])
HEADS = pytest.mark.parametrize("heads", [1, 2, 3, 4, 5])
HEAD_DIM = pytest.mark.parametrize("head_dim", [16, 48, 64])


@SLOTS
@HEADS
@HEAD_DIM
def test_attention_over_floats(slots: int, heads: int, head_dim: int) -> None:
    query, keys = spread("q", heads, head_dim), spread("k", slots, head_dim)
    values = spread("v", slots, head_dim)
    made = [_engine.attend_float(query, keys, values, isa) for isa in ISAS]
    np.testing.assert_allclose(made[0], attention(query, keys, values), atol=2e-6, rtol=0)
    same_bits(made)


@SLOTS
@HEADS
@HEAD_DIM
def test_attention_over_int8(slots: int, heads: int, head_dim: int) -> None:
    query, keys, values = spread("q", heads, head_dim), int8("k", slots, head_dim), int8("v", slots, head_dim)
    scales = np.abs(spread("s", 2, slots, size=0.02))
    made = [_engine.attend_int8(query, keys, scales[0], values, scales[1], isa) for isa in ISAS]
    wanted = attention(query, keys * scales[0, :, None], values * scales[1, :, None])
    np.testing.assert_allclose(made[0], wanted, atol=4e-6, rtol=0)
    same_bits(made)


@pytest.mark.parametrize("isa", ISAS)
def test_a_head_is_computed_as_if_alone(isa: str) -> None:
    query, keys, values = spread("q", 5, 48), spread("k", 77, 48), spread("v", 77, 48)
    together = _engine.attend_float(query, keys, values, isa)
    alone = [_engine.attend_float(query[h : h + 1], keys, values, isa)[0] for h in range(5)]
    assert together.tobytes() == np.stack(alone).tobytes()


def test_int8_attention_scales_a_finished_sum() -> None:
    """Small whole numbers and powers of two are exact in floats: int8 and float must agree to the bit."""
    query = np.round(spread("q", 4, 64, size=4.0))
    keys, values = np.round(spread("k", 2, 100, 64, size=3.0)).astype(np.int8)
    scales = np.float32(2.0) ** np.round(spread("s", 2, 100, size=3.0) - 6)
    wanted = _engine.attend_float(query, keys * scales[0, :, None], values.astype(np.float32), "generic")
    made = _engine.attend_int8(query, keys, scales[0], values, np.ones(100, np.float32), "generic")
    assert made.tobytes() == wanted.tobytes()
    halved = _engine.attend_int8(query, keys, scales[0], values, np.full(100, 0.5, np.float32), "generic")
    assert (2 * halved).tobytes() == wanted.tobytes()


def quantised(values: np.ndarray) -> tuple[np.ndarray, float]:
    made = [_engine.quantise(values, isa) for isa in ISAS]
    same_bits([q for q, _ in made])
    assert len({scale for _, scale in made}) == 1
    return made[0]


FINITE = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=16)


@settings(max_examples=200, deadline=None)
@given(FINITE)
@example([0.0])
@example([-0.0])
@example([1e-45])
@example([190e-45, -63e-45])  # a maximum that 127 steps of any denormal float cannot reach
@example([1.4e-43, 0.7e-43])
@example([3.4028235e38, -3.4028235e38, 1.0])
@example([127.0, 0.5, 1.5, -2.5, 126.5])
def test_quantised_values_are_within_half_a_step(numbers: list[float]) -> None:
    values = np.zeros(32, dtype=np.float32)
    values[7 : 7 + len(numbers)] = numbers
    q, scale = quantised(values)
    assert math.isfinite(scale) and q.min() >= -127
    error = np.abs(q * np.float64(scale) - values)
    assert np.all(error <= scale * (0.5 + 127 * 2**-23))
    if not values.any():
        assert scale == 0.0
    elif np.abs(values).max() > 1e-35:
        assert np.abs(q).max() == 127


def test_quantising_rounds_half_to_even() -> None:
    values = np.zeros(16, dtype=np.float32)
    values[:8] = [127.0, 0.5, 1.5, -2.5, 2.4, -126.5, 125.5, -0.5]
    q, scale = quantised(values)
    assert scale == 1.0
    assert q[:8].tolist() == [127, 0, 2, -2, 2, -126, 126, 0]


@pytest.mark.parametrize("bad", [math.nan, -math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [0, 15, 16, 47])
def test_a_value_that_is_not_finite_shows_in_the_scale(bad: float, place: int) -> None:
    values = spread("x", 48)
    values[place] = bad
    for isa in ISAS:
        assert _engine.quantise(values, isa)[1] == math.inf


INPUTS, OUTPUTS = 144, 160  # neither a whole number of stretches nor of panels


@pytest.fixture(scope="module")
def product() -> tuple[np.ndarray, np.ndarray]:
    return int8("w", OUTPUTS, INPUTS), np.abs(spread("scale", OUTPUTS, size=0.01))


@pytest.mark.parametrize("rows", range(1, 21))
def test_a_row_of_a_product_is_a_product_of_one(rows: int, product: tuple[np.ndarray, np.ndarray]) -> None:
    x, onto = spread("x", rows, INPUTS), spread("onto", rows, OUTPUTS)
    for before in (None, onto):
        made = [_engine.matmul_int8(*product, x, before, isa) for isa in ISAS]
        same_bits(made)
        alone = [
            _engine.matmul_int8(
                *product, x[b : b + 1], None if before is None else before[b : b + 1], ISAS[0]
            )[0]
            for b in range(rows)
        ]
        assert made[0].tobytes() == np.stack(alone).tobytes()


def test_products_are_those_of_numpy(product: tuple[np.ndarray, np.ndarray]) -> None:
    x, onto = spread("x", 7, INPUTS), spread("onto", 7, OUTPUTS)
    weights = product[0].astype(np.float64) * product[1][:, None]
    for isa in ISAS:
        np.testing.assert_allclose(
            _engine.matmul_int8(*product, x, None, isa), x @ weights.T, atol=2e-5, rtol=0
        )
        made = _engine.matmul_int8(*product, x, onto, isa)
        np.testing.assert_allclose(made, onto + x @ weights.T, atol=2e-5, rtol=0)
