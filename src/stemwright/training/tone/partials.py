"""A partial of a single note, brought to zero frequency: what its level and pitch do is seen there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.instruments.sampler import RATE

Samples = npt.NDArray[np.float64]

HOP = 160
"""Samples from one value to the next, 6.7 ms."""
SIZE = 960
"""Samples of the window that is the low-pass, 40 ms."""


def baseband(sound: Samples, hz: float) -> npt.NDArray[np.complex128]:
    """The partial at ``hz`` of a sound [N] as complex values every ``HOP``."""
    turned = sound * np.exp(-2j * np.pi * hz / RATE * np.arange(len(sound)))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(turned, SIZE)[::HOP] @ np.hanning(SIZE))
