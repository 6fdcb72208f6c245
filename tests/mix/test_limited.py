"""A stem's own limiter."""

import numpy as np

from stemwright.mix.limiter import limited
from stemwright.mix.peaks import true_peak

RATE = 24_000


def test_quiet_signals_keep_their_samples() -> None:
    tone = (0.5 * np.sin(np.arange(RATE) * 0.05)).astype(np.float32)
    assert np.array_equal(limited(tone, RATE, 0.89), tone)


def test_peaks_come_down_and_the_rest_stays() -> None:
    signal = (0.2 * np.sin(np.arange(4 * RATE) * 0.05)).astype(np.float32)
    signal[RATE : RATE + 40] *= 8
    out = limited(signal, RATE, 0.89)
    assert true_peak(out[:, None].astype(np.float64)) <= -0.9
    assert np.array_equal(out[: RATE - 240], signal[: RATE - 240])
    assert np.abs(out[RATE : RATE + 40]).max() > 0.6
