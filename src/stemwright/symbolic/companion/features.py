"""Times and velocities as the rows of fixed tables, which training and inference both multiply by weights.

Times are warped, w(t) = log(1 + t / 10 ms), so that equal steps are equal ratios for longer times; hat
functions on the warped axis make any smooth function learnable, sines those of the beat.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.symbolic.companion.events import RESOLUTION, TIME_BINS

Floats = npt.NDArray[np.float32]

WARP_SECONDS = 0.01
VELOCITY_STEP = 16.0
"""Velocities are counted in steps of so many where the mixture's components lie."""
_HATS, _WAVES, _TOUCHES = 24, 16, 12
_WAVELENGTHS = (0.05, 20.0)


def warp(seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Seconds >= 0 on the axis on which the time's mixture lives."""
    return np.log1p(seconds / WARP_SECONDS)


def time_edges() -> npt.NDArray[np.float64]:
    """Warped edges [2000] between the time's bins."""
    return warp(np.arange(0.5, TIME_BINS - 1) * RESOLUTION)


def velocity_edges() -> npt.NDArray[np.float64]:
    """Edges [126] between the velocities 1..127, in steps."""
    return np.arange(1.5, 127) / VELOCITY_STEP


def time_features() -> Floats:
    """A row for each bin [2001, 59]: at once, warped, at the end, hats, sines and cosines."""
    seconds = np.arange(float(TIME_BINS)) * RESOLUTION
    warped = warp(seconds)
    waves = np.geomspace(_WAVELENGTHS[0], _WAVELENGTHS[1], _WAVES)
    angles = 2 * np.pi * seconds[:, None] / waves
    columns = [
        seconds[:, None] == 0,
        (warped / warped[-1])[:, None],
        seconds[:, None] >= seconds[-1],
        _hats(warped, _HATS),
        np.sin(angles),
        np.cos(angles),
    ]
    return np.concatenate(columns, axis=1, dtype=np.float32)


def velocity_features() -> Floats:
    """A row for each velocity [128, 14]: the note's end, how loud, hats (none for the end)."""
    velocity = np.arange(128.0)
    hats = _hats(velocity, _TOUCHES)
    hats[0] = 0
    return np.concatenate([velocity[:, None] == 0, velocity[:, None] / 127, hats], axis=1, dtype=np.float32)


def time_floor() -> npt.NDArray[np.float64]:
    """A distribution [2001] that every time keeps a little of: even on the warped axis.

    With it, no bound that a query sets is ever impossible.
    """
    edges = np.concatenate([[0.0], time_edges(), [warp(np.array(TIME_BINS * RESOLUTION))]])
    return np.asarray(np.diff(edges) / edges[-1])


def _hats(values: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """Linear interpolation weights [len(values), count] between knots laid evenly over the values."""
    at = (values - values[0]) / (values[-1] - values[0]) * (count - 1)
    return np.asarray(np.maximum(0.0, 1.0 - np.abs(at[:, None] - np.arange(count))))
