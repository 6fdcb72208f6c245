"""The solver on flows whose ends are known."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.flow.sampling import FlowSampling, solved

RNG = np.random.default_rng(1)
NOISE, SOUND = (RNG.normal(size=(7, 4)).astype(np.float32) for _ in range(2))
NONE = np.zeros(7, np.bool_)


@pytest.mark.parametrize("steps", [1, 3, 8])
@pytest.mark.parametrize("order", [1, 2])
def test_a_straight_way_ends_where_it_should(steps: int, order: int) -> None:
    made = solved(
        lambda x, times, span: SOUND - NOISE, NOISE, 0 * SOUND, NONE, FlowSampling(steps, 1.0, order)
    )
    np.testing.assert_allclose(made, SOUND, atol=1e-5)


def test_midpoint_is_of_second_order() -> None:
    """dx/dt = x from 0 to 1 multiplies by e: halving the step quarters its error, of Euler halves it."""
    errors: dict[int, list[float]] = {1: [], 2: []}
    for order, found in errors.items():
        for steps in (8, 16):
            made = solved(lambda x, times, span: x, NOISE, 0 * SOUND, NONE, FlowSampling(steps, 1.0, order))
            found.append(float(np.abs(made - np.e * NOISE).max()))
    assert errors[1][0] / errors[1][1] == pytest.approx(2, rel=0.1)
    assert errors[2][0] / errors[2][1] == pytest.approx(4, rel=0.1)


def test_what_is_known_stays_and_is_told_as_finished() -> None:
    known = np.array([True, False, True, False, False, True, False])
    seen = []

    def velocity(x: np.ndarray, times: np.ndarray, span: float) -> np.ndarray:
        seen.append(times.copy())
        np.testing.assert_array_equal(x[known], SOUND[known])
        return np.ones_like(x)

    made = solved(velocity, NOISE, SOUND, known, FlowSampling(4, 1.0, 2))
    np.testing.assert_array_equal(made[known], SOUND[known])
    assert all((times[known] == 1).all() for times in seen) and len(seen) == 8
    assert [float(times[1]) for times in seen[::2]] == [0, 0.25, 0.5, 0.75]


def test_half_the_strength_begins_half_way() -> None:
    begun = []

    def velocity(x: np.ndarray, times: np.ndarray, span: float) -> np.ndarray:
        begun.append((x.copy(), times.copy()))
        return np.zeros_like(x)

    solved(velocity, NOISE, SOUND, NONE, FlowSampling(2, 1.0, strength=0.5))
    np.testing.assert_allclose(begun[0][0], (NOISE + SOUND) / 2, atol=1e-6)
    assert float(begun[0][1][0]) == 0.5


@pytest.mark.parametrize(
    ("field", "value"),
    [("steps", 0), ("steps", 101), ("steps", True), ("guidance", -1), ("guidance", float("nan")),
     ("strength", 0), ("strength", 1.1), ("order", 3)],
)  # fmt: skip
def test_bad_fields_are_named(field: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"^{field}: "):
        FlowSampling(**{field: value})  # type: ignore[arg-type]
