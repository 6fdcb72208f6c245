"""A look-ahead limiter for true peaks.

Gain moves on a grid of 1 ms: it goes down within 5 ms before a peak, so nothing is clipped, and recovers with
a time constant of 120 ms. All channels share one gain, so the stereo picture stays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stemwright.mix.filters import Signal
from stemwright.mix.levels import columns
from stemwright.mix.peaks import peak_envelope

LOOK_AHEAD = 5
RELEASE_MS = 120.0
_PIECE = 1 << 18


def grid_step(sample_rate: int) -> int:
    """Samples of the grid on which gain moves, 1 ms."""
    return max(round(sample_rate / 1000), 1)


def highest_by_step(envelope: Signal, step: int) -> NDArray[np.float32]:
    """The highest of each step of an envelope that begins with one."""
    steps = -(-len(envelope) // step)
    padded = np.zeros(steps * step, np.float32)
    padded[: len(envelope)] = envelope
    return np.asarray(padded.reshape(steps, step).max(axis=1))


def limiting_edges(
    highest: Signal, ceiling: float, scale: float | Signal = 1.0
) -> NDArray[np.float64] | None:
    """The gain at each edge of the grid's steps [B + 1], 0..1, that keeps the `highest` peaks of steps [B] x
    `scale` at or below an amplitude, `ceiling`; between edges it goes straight (`along`). None: 1 everywhere.
    """
    scaled = np.asarray(highest, np.float64) * scale
    if not (scaled > ceiling).any():
        return None
    return _smooth(_released(_held(needed_gain(scaled, ceiling))))


def needed_gain(highest: Signal, ceiling: float) -> NDArray[np.float64]:
    """The gain of each step alone that brings its highest peak to an amplitude, `ceiling`, at most."""
    wanted: NDArray[np.float64] = np.minimum(1.0, ceiling / np.maximum(highest, 1e-12)).astype(np.float64)
    return wanted


def along(edges: NDArray[np.float64], start: int, stop: int, step: int) -> NDArray[np.float64]:
    """The gain of samples start..stop of a curve that goes straight between its edges, one a step."""
    first, last = start // step, -(-stop // step)
    at = edges[first : last + 1]
    slope = np.arange(step) / step
    gain = at[:-1, None] + np.diff(at)[:, None] * slope
    made: NDArray[np.float64] = gain.reshape(-1)[start - first * step : stop - first * step]
    return made


def limiting_gain(envelope: Signal, sample_rate: int, ceiling: float, scale: float = 1.0) -> Signal:
    """The gain [N] in 0..1 that keeps `envelope` [N] x `scale` x gain at or below an amplitude, `ceiling`."""
    step = grid_step(sample_rate)
    edges = limiting_edges(highest_by_step(envelope, step), ceiling, scale)
    if edges is None:
        return np.ones(len(envelope))
    return along(edges, 0, len(envelope), step)


def limited(signal: NDArray[np.float32], sample_rate: int, ceiling: float) -> NDArray[np.float32]:
    """`signal` [N] or [N, 2] with true peaks at or below an amplitude, `ceiling`; the very samples where they
    are.
    """
    step = grid_step(sample_rate)
    envelope = np.maximum.reduce([peak_envelope(channel) for channel in columns(signal).T])
    edges = limiting_edges(highest_by_step(envelope, step), ceiling)
    if edges is None:
        return signal
    out = np.empty_like(signal)
    for start in range(0, len(signal), _PIECE):
        stop = min(start + _PIECE, len(signal))
        out[start:stop] = turned(signal[start:stop], along(edges, start, stop, step))
    return out


def turned(signal: Signal, gain: Signal) -> NDArray[np.float32]:
    """A signal [n] or [n, channels] times a gain [n]."""
    made: NDArray[np.float32] = (signal * (gain if signal.ndim == 1 else gain[:, None])).astype(np.float32)
    return made


def _held(needed: Signal) -> Signal:
    """Per grid point b: the lowest of blocks b-1 .. b+LOOK_AHEAD; one point more than there are blocks."""
    around, count = np.concatenate([np.ones(1), needed, np.ones(LOOK_AHEAD + 1)]), len(needed) + 1
    return np.asarray(np.minimum.reduce([around[at : at + count] for at in range(LOOK_AHEAD + 2)]))


def _released(held: Signal) -> Signal:
    """Down at once, up exponentially: 1 - gain is the largest of what was asked for so far, each faded since
    then; in logarithms that is a running maximum.
    """
    place = np.arange(len(held)) / RELEASE_MS
    with np.errstate(divide="ignore"):
        asked = np.log(1.0 - held) + place
    gain: Signal = np.minimum(held, 1.0 - np.exp(np.maximum.accumulate(asked) - place))
    return gain


def _smooth(gain: Signal) -> NDArray[np.float64]:
    """Mean of each point and the LOOK_AHEAD - 1 before it: the drop becomes a slope that ends at the peak."""
    before = np.concatenate([np.full(LOOK_AHEAD - 1, gain[0]), gain])
    total = before[: len(gain)].copy()
    for at in range(1, LOOK_AHEAD):
        total += before[at : at + len(gain)]
    return total / LOOK_AHEAD
