"""What is left of a small delta when it is rounded into int8: nearly nothing, and with dither nearly all."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stemwright.models.merging import rounded


def test_dither_keeps_what_rounding_loses() -> None:
    draw = np.random.default_rng(0)
    codes = np.rint(draw.standard_normal((256, 256)) * 30).clip(-127, 127)
    delta = draw.standard_normal((256, 8)) @ draw.standard_normal((8, 256))
    delta *= 0.003 * np.linalg.norm(codes) / np.linalg.norm(delta)

    def kept(dither: object) -> float:
        made = rounded(codes + delta, dither) - codes  # type: ignore[arg-type]
        return float((made * delta).sum() / (delta**2).sum())

    assert kept(0.5) < 0.1
    assert 0.9 < kept(draw.random(codes.shape)) < 1.1


@given(st.floats(-200, 200), st.floats(0, 0.999))
def test_a_code_is_next_to_its_value(value: float, dither: float) -> None:
    made = int(rounded(np.array([value]), dither)[0])
    assert -127 <= made <= 127
    assert made in (-127, 127) or abs(made - value) <= 1
