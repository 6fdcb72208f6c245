"""The spectrogram that musicnn was trained on: what librosa makes of 16 kHz, without librosa.

Power spectra of 512 samples (Hann), 256 apart, centred, in 96 bands of area 1 on Slaney's scale (linear to
1 kHz, above it 27 steps to a factor of 6.4), as log10(10,000 x + 1).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 16000
WINDOW = 512
HOP = 256
BANDS = 96

_LINEAR_HZ = 200.0 / 3
_KNEE_HZ, _KNEE = 1000.0, 15.0
_STEP = np.log(6.4) / 27.0
_HALF_MOST = 65504.0


def log_mel(signal: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-mel frames of `signal` [N] at RATE: [N // HOP + 1, BANDS]."""
    padded = np.pad(signal.astype(np.float64), WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    window = np.hanning(WINDOW + 1)[:-1]
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2 @ _filters()
    # The package rounds to half precision before the logarithm, and so its network learned it.
    halves = np.minimum(power, _HALF_MOST).astype(np.float16).astype(np.float32)
    return np.asarray(np.log10(10000.0 * halves + 1.0), dtype=np.float32)


@cache
def _filters() -> NDArray[np.float64]:
    """Triangles [bins, BANDS]."""
    top = _KNEE + np.log(RATE / 2 / _KNEE_HZ) / _STEP
    places = np.linspace(0.0, top, BANDS + 2)
    edges = np.where(places < _KNEE, places * _LINEAR_HZ, _KNEE_HZ * np.exp(_STEP * (places - _KNEE)))
    bins = np.linspace(0.0, RATE / 2, WINDOW // 2 + 1)[:, None]
    rise = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(np.minimum(rise, fall), 0.0) * (2.0 / (edges[2:] - edges[:-2])))
