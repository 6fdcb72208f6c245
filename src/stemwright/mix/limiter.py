"""A look-ahead limiter for true peaks.

Gain moves on a grid of 1 ms: it goes down within 5 ms before a peak, so nothing is clipped, and recovers with
a time constant of 120 ms. All channels share one gain, so the stereo picture stays.
"""

import numpy as np
from numpy.typing import NDArray

from stemwright.mix.filters import Signal
from stemwright.mix.loudness import peak_envelope

LOOK_AHEAD = 5
RELEASE_MS = 120.0
_PIECE = 1 << 18


def stereo_envelope(audio: Signal) -> Signal:
    """The true-peak envelope [N] of `audio` [N, channels]: the largest of all channels."""
    envelope = np.zeros(len(audio), np.float32)
    for channel in audio.T:
        np.maximum(envelope, peak_envelope(channel), out=envelope)
    return envelope


def limiting_gain(envelope: Signal, sample_rate: int, ceiling: float, scale: float = 1.0) -> Signal:
    """The gain [N] in 0..1 that keeps `envelope` [N] x `scale` x gain at or below an amplitude, `ceiling`."""
    step = max(round(sample_rate / 1000), 1)
    blocks = -(-len(envelope) // step)
    padded = np.zeros(blocks * step, envelope.dtype)
    padded[: len(envelope)] = envelope
    highest = padded.reshape(blocks, step).max(axis=1).astype(np.float64) * scale
    if not (highest > ceiling).any():
        return np.ones(len(envelope))
    needed = np.minimum(1.0, ceiling / np.maximum(highest, 1e-12))
    edges = _smooth(_released(_held(needed)))
    gain = np.empty(len(envelope))
    for start in range(0, len(gain), _PIECE):  # by pieces: its places would need as much memory again, twice
        places = np.arange(start, min(start + _PIECE, len(gain))) / step
        gain[start : start + _PIECE] = np.interp(places, np.arange(blocks + 1), edges)
    return gain


def limited(signal: NDArray[np.float32], sample_rate: int, ceiling: float) -> NDArray[np.float32]:
    """`signal` [N] or [N, 2] with true peaks at or below an amplitude, `ceiling`; the very samples where they
    are.
    """
    if signal.ndim == 1:
        return (signal * limiting_gain(peak_envelope(signal), sample_rate, ceiling)).astype(np.float32)
    gain = limiting_gain(stereo_envelope(signal), sample_rate, ceiling).astype(np.float32)
    return signal * gain[:, None]


def _held(needed: Signal) -> Signal:
    """Per grid point b: the lowest of blocks b-1 .. b+LOOK_AHEAD; one point more than there are blocks."""
    around = np.concatenate([np.ones(1), needed, np.ones(LOOK_AHEAD + 1)])
    lowest: Signal = np.lib.stride_tricks.sliding_window_view(around, LOOK_AHEAD + 2).min(axis=1)
    return lowest


def _released(held: Signal) -> Signal:
    """Down at once, up exponentially."""
    keep = float(np.exp(-1.0 / RELEASE_MS))
    gain = 1.0
    out = []
    for wanted in held.tolist():
        gain = min(wanted, 1.0 - (1.0 - gain) * keep)
        out.append(gain)
    return np.array(out)


def _smooth(gain: Signal) -> Signal:
    """Mean of each point and the LOOK_AHEAD - 1 before it: the drop becomes a slope that ends at the peak."""
    before = np.concatenate([np.full(LOOK_AHEAD - 1, gain[0]), gain])
    mean: Signal = np.lib.stride_tricks.sliding_window_view(before, LOOK_AHEAD).mean(axis=1)
    return mean
