"""Decibels, and what is silence."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from stemwright.mix.filters import Signal

SILENCE_DB = -120.0
"""What levels at or below this are reported as, so that they stay numbers."""


def decibels(amplitude: float) -> float:
    """20 log10, not below SILENCE_DB."""
    return max(20.0 * math.log10(amplitude), SILENCE_DB) if amplitude > 1e-12 else SILENCE_DB


def amplitude(level_db: float) -> float:
    """The factor for `level_db`."""
    return float(10.0 ** (level_db / 20.0))


def columns(audio: ArrayLike) -> Signal:
    """Audio [N] or [N, channels] as [N, channels]."""
    signal: Signal = np.asarray(audio)
    return signal[:, None] if signal.ndim == 1 else signal
