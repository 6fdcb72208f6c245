"""Second-order sections: against the difference equation, cut anywhere, and what they must refuse."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from support.drawn import cuts

pytest.importorskip("stemwright.native._engine")

from stemwright.native.biquads import Biquads

SECTIONS = np.array([[0.2, 0.3, -0.1, -1.1, 0.4], [1.0, -2.0, 1.0, -1.9, 0.91]])


def plainly(x: np.ndarray) -> np.ndarray:
    """One section after the other, as its equation says."""
    for b0, b1, b2, a1, a2 in SECTIONS:
        y = np.zeros_like(x)
        for n in range(len(x)):
            y[n] = b0 * x[n]
            for k, (b, a) in enumerate(((b1, a1), (b2, a2)), 1):
                if n >= k:
                    y[n] += b * x[n - k] - a * y[n - k]
        x = y
    return x


@given(at=cuts(300), channels=st.sampled_from((1, 2)))
@settings(max_examples=15, deadline=None)
def test_any_cut_gives_the_bits_of_the_whole(at: list[int], channels: int) -> None:
    signal = np.random.default_rng(0).standard_normal((300, 2))
    signal = signal[:, 0] if channels == 1 else signal
    whole = Biquads(SECTIONS, channels).push(signal)
    np.testing.assert_allclose(whole, plainly(signal), atol=1e-9)
    stream = Biquads(SECTIONS, channels)
    parts = [stream.push(signal[low:high]) for low, high in pairwise(at)]
    assert np.concatenate(parts).tobytes() == whole.tobytes()


def test_no_sections_and_no_samples() -> None:
    signal = np.arange(5.0)
    np.testing.assert_array_equal(Biquads(np.zeros((0, 5)), 1).push(signal), signal)
    assert Biquads(SECTIONS, 2).push(np.zeros((0, 2), np.float32)).shape == (0, 2)


def test_what_fades_never_becomes_so_small_that_it_slows_everything_down() -> None:
    stream = Biquads(SECTIONS, 1)
    stream.push(np.ones(10))
    for _ in range(3):
        last = stream.push(np.zeros(20_000))
    assert np.abs(last[last != 0]).min(initial=1.0) > 1e-160 and np.abs(last).max() < 1e-140


@pytest.mark.parametrize(
    ("sections", "channels"),
    [(np.zeros((9, 5)), 1), (np.zeros((2, 4)), 1), (np.full((1, 5), np.nan), 1), (SECTIONS, 3)],
)
def test_what_is_refused(sections: np.ndarray, channels: int) -> None:
    with pytest.raises(UsageError):
        Biquads(sections, channels)


def test_a_signal_of_other_channels_is_refused() -> None:
    for signal in (np.zeros(4), np.zeros((4, 3))):
        with pytest.raises(UsageError, match="channel"):
            Biquads(SECTIONS, 2).push(signal)
