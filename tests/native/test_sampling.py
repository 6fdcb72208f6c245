"""Philox, our own exp and rotary angles, and the choice of a code."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stemwright.native import options

_engine = pytest.importorskip("stemwright.native._engine")
ISAS = options.available_isas()

# Random123's kat_vectors, philox4x32 with 10 rounds: counter, key, result
KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize("counter, key, result", KNOWN)
def test_philox_known_answers(counter: str, key: str, result: str) -> None:
    assert list(_engine.philox4x32(words(counter), words(key))) == words(result)


@pytest.mark.parametrize("isa", ISAS)
def test_exp(isa: str) -> None:
    x = np.concatenate([np.linspace(-87, 88, 200_003), np.linspace(-1, 1, 10_001), [0.0]]).astype(np.float32)
    made = _engine.exp(x, isa)
    assert np.max(np.abs(made / np.exp(x.astype(np.float64)) - 1)) < 3e-7
    assert made[-1] == 1.0
    assert made.tobytes() == _engine.exp(x, "generic").tobytes()
    assert np.all(np.isfinite(_engine.exp(np.array([-1e30, 1e30, -np.inf, np.inf], np.float32), isa)))


def nearest_float(value: Fraction) -> float:
    """`value` rounded to float32 once, ties to even, below the normal range too."""
    if value == 0:
        return 0.0
    size = abs(value)
    exponent = max(size.numerator.bit_length() - size.denominator.bit_length() - 1, -126)
    while size >= Fraction(2) ** (exponent + 1):
        exponent += 1
    unit = Fraction(2) ** (exponent - 23)
    return math.copysign(float(round(size / unit) * unit), value)


def bits(sign: int, exponent: int, fraction: int) -> float:
    return float(np.uint32(sign << 31 | exponent << 23 | fraction).view(np.float32))


floats = st.builds(bits, st.integers(0, 1), st.integers(0, 190), st.integers(0, 2**23 - 1))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(floats, floats, floats), min_size=1, max_size=16))
@example([(bits(0, 127, 1), bits(0, 127, 1 << 22), bits(0, 127 - 60, 0))])
@example([(bits(0, 127, 1), bits(0, 127, 1 << 22), bits(1, 127 - 60, 0))])
@example(
    [
        (bits(0, 127, 1), bits(0, 127, 1), bits(0, 127 + 24, 5)),
        (bits(0, 60, 1), bits(0, 60, 3), bits(0, 0, 9)),
    ]
)
def test_fused_rounds_once(triples: list[tuple[float, float, float]]) -> None:
    rows = np.zeros((3, 16), dtype=np.float32)
    rows[:, : len(triples)] = np.array(triples, dtype=np.float64).T
    with np.errstate(over="ignore"):
        exact = [nearest_float(Fraction(a) * Fraction(b) + Fraction(c)) for a, b, c in rows.T.tolist()]
        wanted = np.array(exact, dtype=np.float64).astype(np.float32)
    for isa in ISAS:
        assert np.array_equal(_engine.fused(*rows, isa), wanted)


def test_fused_where_a_double_sum_falls_between_two_floats() -> None:
    """A product on the midpoint of two floats, and an addend too small for a double to hold beside it."""
    odd = np.arange(1, 4097, 2, dtype=np.float64)
    product = (1 + odd * 2.0**-12, np.full_like(odd, 1 + 2.0**-12))  # 24 bits and a half
    for small in (2.0**-70, -(2.0**-70)):
        rows = [r.astype(np.float32) for r in (*product, np.full_like(odd, small))]
        made = [_engine.fused(*rows, isa) for isa in ISAS]
        exact = [
            nearest_float(Fraction(a) * Fraction(b) + Fraction(c)) for a, b, c in np.array(rows).T.tolist()
        ]
        for m in made:
            assert np.array_equal(m, np.array(exact, dtype=np.float32))


def test_rotary_angles() -> None:
    for position in (0, 1, 2, 100, 45_000, 1_048_575):
        angle = position * 10000.0 ** (-np.arange(32) / 32)
        made = _engine.rotary(position, 64, 10000.0)
        # the angle itself is rounded in double: 1e-16 of it
        np.testing.assert_allclose(made, [np.cos(angle), np.sin(angle)], atol=6e-8 + 4e-16 * position)


def pick(logits: np.ndarray, uniforms: np.ndarray, isa: str = "generic", temperature: float = 1.0,
         top_k: int = 65535, top_p: float = 1.0) -> list[int]:  # fmt: skip
    return list(_engine.pick(logits.astype(np.float32), temperature, top_k, top_p, uniforms, isa))


GRID = (np.arange(20_000) + 0.5) / 20_000
LOGITS = np.array([0.3, -1.0, 2.5, 2.5, -0.0, 0.0, 1.7, -3.0, 0.9, 2.4])


def share(logits: np.ndarray, kept: list[int], temperature: float) -> np.ndarray:
    p = np.zeros(len(logits))
    p[kept] = np.exp(logits[kept] / temperature)
    return p / p.sum()


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("top_k", [1, 3, 10, 64])
def test_codes_come_as_often_as_their_probability(isa: str, temperature: float, top_k: int) -> None:
    kept = sorted(range(10), key=lambda i: (-LOGITS[i], i))[:top_k]
    picked = np.bincount(pick(LOGITS, GRID, isa, temperature, top_k), minlength=10) / len(GRID)
    np.testing.assert_allclose(picked, share(LOGITS, kept, temperature), atol=2e-4)


@pytest.mark.parametrize("top_p", [0.01, 0.3, 0.6, 0.95])
def test_top_p_keeps_the_shortest_beginning(top_p: float) -> None:
    order = sorted(range(10), key=lambda i: (-LOGITS[i], i))
    mass = np.cumsum(share(LOGITS, list(range(10)), 1.0)[order])
    kept = order[: int(np.searchsorted(mass, top_p)) + 1]
    assert sorted(set(pick(LOGITS, GRID, top_p=top_p))) == sorted(kept)


def test_order_is_by_logit_then_index() -> None:
    order = [2, 3, 9, 6, 8, 0, 4, 5, 1, 7]  # -0 equals 0
    picked = pick(LOGITS, GRID)
    assert list(dict.fromkeys(picked)) == order
    assert pick(LOGITS, np.array([0.5]), temperature=0.0) == [2]
    assert pick(np.array([-0.0, 0.0]), np.array([0.999]), top_k=1) == [0]


def test_extreme_logits() -> None:
    half = np.array([0.5])
    assert pick(np.array([1.0, np.nan, 2.0]), half) == [-1]
    assert pick(np.array([1.0, np.inf, 2.0]), half) == [-1]
    assert pick(np.array([-3e38, 3e38]), half) == [1]
    assert pick(np.array([1.0, 2.0]), half, temperature=1e-45) == [1]
    assert not math.isnan(pick(np.full(5, -3e38), half)[0])
