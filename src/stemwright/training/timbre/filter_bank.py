"""Sixteen bands of 1.5 kHz each, a pseudo-QMF bank: a cosine-modulated prototype that nearly reconstructs.

The prototype is a windowed sinc (Kaiser) of 128 taps, whose cut-off is the one at which its autocorrelation
vanishes best at multiples of 32 samples: then the bands add up to a flat response (Koilpillai and
Vaidyanathan, IEEE Trans. Signal Processing 40(4), 1992; Lin and Vaidyanathan, IEEE Signal Processing Letters
5(6), 1998). Splitting and joining gives the input again, with errors 62 dB below it, `DELAY` samples later.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BANDS = 16
TAPS = 8 * BANDS
DELAY = TAPS - BANDS
"""Samples by which what was split and joined comes later, in blocks of whole frames of `BANDS` samples."""
_BETA, _CUTOFF = 7.5, 0.122115635
"""The window's shape, and the cut-off in radians a sample, found by search."""

Filters = npt.NDArray[np.float64]


def prototype() -> Filters:
    """The low-pass filter that all bands are shifted from: [TAPS]."""
    n = np.arange(TAPS) - (TAPS - 1) / 2
    low = np.sinc(_CUTOFF / np.pi * n) * np.kaiser(TAPS, _BETA)
    gain = BANDS * float(np.sum(np.convolve(low, low)[TAPS - 1]))  # at no lag: the energy
    return np.asarray(low / np.sqrt(2 * gain))


def filters() -> tuple[Filters, Filters]:
    """Those that split and those that join: [BANDS, TAPS] each; one is the other backwards."""
    n = np.arange(TAPS) - (TAPS - 1) / 2
    k = np.arange(BANDS)[:, None]
    phase = (2 * k + 1) * np.pi / (2 * BANDS) * n
    turn = (-1.0) ** k * np.pi / 4
    scale = 2 * np.sqrt(BANDS) * prototype()
    return scale * np.cos(phase + turn), scale * np.cos(phase - turn)
