"""Tempo: how fast is it, where somebody knows about how fast it should be?

The rise of spectral bands (`onsets.flux`), its autocorrelation under a log-normal prior around the tempo
that is expected, as in Ellis, "Beat tracking by dynamic programming", JNMR 36 (2007); each lag counts with
its double and fourfold, which agree for beats and bars, and seldom for what lies between. The tempo is then
that of the lag times a power of two that is nearest to what is expected: a musician who plays to 112 beats a
minute hears 56 and 224 as the same, and so does who stretches a recording.

It is made finer on the autocorrelation's peaks at 2, 4, .. 32 beats, each found near where the one before
says, so that it is mostly right to some hundredths of a percent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import checks, onsets

Curve = NDArray[np.float64]

OCTAVES = 0.7
"""Standard deviation of the prior."""
SLOWEST_BPM, FASTEST_BPM = 40.0, 300.0
SHORTEST = 4.0
"""Seconds of sound, below which no tempo is told."""
CLEAR = 0.1
"""The autocorrelation at the beat, as a share of that at 0, below which there is no beat."""


def heard_tempo(audio: ArrayLike, near: float = 120.0, sample_rate: int = 24000) -> float | None:
    """Beats a minute heard in mono `audio` [N], of those twice or half as fast the one nearest to `near`;
    None where no beat is clear.
    """
    signal = checks.one_channel(audio)
    highest = float(np.abs(signal).max(initial=0.0))
    if highest <= onsets.SILENT or len(signal) < SHORTEST * sample_rate:
        return None
    related = _autocorrelation(onsets.flux(signal / highest, sample_rate))
    hop = round(onsets.HOP * sample_rate) / sample_rate
    lag = _lag(related, near, hop)
    if lag is None:
        return None
    bpm = 60.0 / (_finer(related, lag) * hop)
    return float(bpm * 2.0 ** np.rint(np.log2(near / bpm)))


def _autocorrelation(envelope: Curve) -> Curve:
    """Of the envelope, as a share of that at lag 0, for equally many frames at each lag."""
    centred = envelope - envelope.mean()
    points = 1 << (2 * len(centred) - 1).bit_length()
    related = np.fft.irfft(np.abs(np.fft.rfft(centred, points)) ** 2)[: len(centred)]
    if related[0] <= 1e-12:
        return np.zeros(len(centred))
    count = len(centred)
    return np.asarray(related / related[0] * count / np.maximum(count - np.arange(count), count // 4))


def _lag(related: Curve, near: float, hop: float) -> int | None:
    """Frames of a beat; None where none is clear."""
    lags = np.arange(max(int(60.0 / (FASTEST_BPM * hop)), 1), int(60.0 / (SLOWEST_BPM * hop)) + 1)
    lags = lags[lags * 4 < len(related)]
    if not len(lags):
        return None
    bpm = 60.0 / (lags * hop)
    prior = np.exp(-0.5 * (np.log2(bpm / near) / OCTAVES) ** 2)
    held = related[lags] + 0.5 * _around(related, 2 * lags) + 0.25 * _around(related, 4 * lags)
    best = int(np.argmax(held * prior))
    return int(lags[best]) if related[lags[best]] >= CLEAR else None


def _around(related: Curve, lags: NDArray[np.int64]) -> Curve:
    """The highest within two frames of each lag: a multiple of a rounded lag lies beside it."""
    return np.asarray(
        np.max([related[np.minimum(lags + by, len(related) - 1)] for by in range(-2, 3)], axis=0)
    )


def _finer(related: Curve, lag: float) -> float:
    """The lag in parts of frames."""
    found = _peak(related, round(lag), 1) or float(lag)
    for beats in (2, 4, 8, 16, 32):
        reach = max(round(found / 8), 2)
        if beats * found + reach + 1 >= 0.75 * len(related):
            break
        peak = _peak(related, round(beats * found), reach)
        if peak is None or related[round(peak)] < CLEAR / 2:
            break
        found = peak / beats
    return found


def _peak(related: Curve, centre: int, reach: int) -> float | None:
    """Where the highest place within `reach` of `centre` lies, between frames; None where it is no peak."""
    low = max(centre - reach, 1)
    at = low + int(np.argmax(related[low : centre + reach + 1]))
    if not 0 < at < len(related) - 1:
        return None
    before, top, after = related[at - 1 : at + 2]
    bend = before - 2 * top + after
    return float(at + 0.5 * (before - after) / bend) if bend < 0 and top >= max(before, after) else None
