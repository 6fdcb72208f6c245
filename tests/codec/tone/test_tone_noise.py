"""White noise of which any part can be made alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.codec.tone.noise import white

WHOLE = white("lead", 0, 0, 2000)


@given(st.integers(0, 1999).flatmap(lambda first: st.tuples(st.just(first), st.integers(0, 2000 - first))))
def test_any_part_is_a_slice_of_the_whole(part: tuple[int, int]) -> None:
    first, count = part
    made = white("lead", 0, first, count)
    assert made.dtype == np.float32 and np.array_equal(made, WHOLE[first : first + count])


def test_far_parts_join_too() -> None:
    far = 10**9 + 3
    assert np.array_equal(white("lead", 1, far, 100)[40:], white("lead", 1, far + 40, 60))


def test_it_is_white_and_of_power_one() -> None:
    made = white("lead", 0, 5, 1 << 17)
    assert np.mean(made**2) == pytest.approx(1.0, abs=0.01) and abs(made.mean()) < 0.01
    assert np.abs(made).max() <= np.float32(3**0.5)
    power = (np.abs(np.fft.rfft(made.reshape(-1, 256))) ** 2).mean(0)[1:-1]
    assert power.max() / power.min() < 1.6, "no band stands out"


def test_channels_and_layers_are_apart() -> None:
    made = [white(layer, channel, 0, 1 << 14) for layer in ("lead", "bass", "lead2") for channel in (0, 1)]
    like = np.corrcoef(made)
    assert np.abs(like - np.eye(len(made))).max() < 0.05
