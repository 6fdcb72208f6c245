"""How close a wide sound is to the original, in what mono measures at 24 kHz do not hear.

- *Mel distance* (lower is better): as in `reconstruction`, with windows of the same lengths in seconds (512
  to 4096 samples at 48 kHz) and bands of the same width (25/49/98/157 up to 24 kHz); mean over left and
  right.
- *Mel distance above 12 kHz*: the same over the bands whose centres lie there, which mono sound at 24 kHz
  lacks.
- *SI-SNR* in dB (higher is better) of the middle, half the sum of left and right.
- *Correlation error* (lower is better): absolute difference of the correlation of left and right.
- *Width error* in dB (lower is better): absolute difference of the side's level against the middle's, which
  counts as -40 dB where it is lower.

Sounds are floating-point ``[samples, 2]`` of one length, left and right, at 48 kHz.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.evaluation import checks
from stemwright.evaluation.checks import FloatArray
from stemwright.evaluation.reconstruction import MEL_FLOOR, mel_filters, si_snr

RATE = 48_000
RESOLUTIONS = ((512, 25), (1024, 49), (2048, 98), (4096, 157))
HIGH_HZ = 12_000.0
NARROWEST_DB = -40.0
SILENT_DB = -120.0
_BLOCK = 512  # frames transformed at once


def mel_distances(reference: FloatArray, estimate: FloatArray) -> tuple[float, float]:
    """Multi-resolution mel distance, over all bands and over those above 12 kHz."""
    checks.sounds(reference, estimate, 2)
    whole, high = [], []
    for n_fft, bands in RESOLUTIONS:
        filters = mel_filters(n_fft, bands, RATE)
        bins = np.linspace(0.0, RATE / 2, n_fft // 2 + 1)
        above = bins[np.argmax(filters, axis=0)] > HIGH_HZ
        difference = np.zeros(bands)
        for channel in (0, 1):
            a, b = (_log_mel(sound[:, channel], n_fft, filters) for sound in (reference, estimate))
            difference += np.abs(a - b).mean(axis=0) / 2
        whole.append(difference.mean())
        high.append(difference[above].mean())
    return float(np.mean(whole)), float(np.mean(high))


def correlation(sound: FloatArray) -> float:
    """Correlation of left and right, -1 to 1; 1 where one of them is silent."""
    left, right = (sound[:, i].astype(np.float64) - float(np.mean(sound[:, i])) for i in (0, 1))
    power = float(left @ left) * float(right @ right)
    return float(left @ right) / float(np.sqrt(power)) if power > 1e-16 else 1.0


def width(sound: FloatArray) -> float:
    """Level of the side against the middle in dB, not below -40; -40 for silence."""
    return max(NARROWEST_DB, side_over_middle_db(sound))


def side_over_middle_db(sound: FloatArray) -> float:
    """Level of the side against the middle in dB, not below SILENT_DB, which also silence has."""
    powers = [float(np.mean(np.square(part, dtype=np.float64))) for part in middle_and_side(sound)]
    if powers[1] <= 1e-12:
        return SILENT_DB
    return 10.0 * float(np.log10(powers[1] / max(powers[0], 1e-12)))


def middle_and_side(sound: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Half the sum and half the difference of left and right, ``[samples]`` each."""
    return (sound[:, 0] + sound[:, 1]) / 2, (sound[:, 0] - sound[:, 1]) / 2


def evaluate(reference: FloatArray, estimate: FloatArray) -> dict[str, float]:
    """All five, in a fixed order."""
    whole, high = mel_distances(reference, estimate)
    return {
        "mel": whole,
        "mel_high": high,
        "si_snr_mid": si_snr(middle_and_side(reference)[0], middle_and_side(estimate)[0]),
        "correlation_error": abs(correlation(reference) - correlation(estimate)),
        "width_error_db": abs(width(reference) - width(estimate)),
    }


def _log_mel(sound: FloatArray, n_fft: int, filters: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Logarithmic mel spectrogram ``[frames, bands]``; frames lie wholly inside the sound, a shorter sound is
    filled up.
    """
    padded = np.pad(sound.astype(np.float32), (0, max(0, n_fft - len(sound))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[:: n_fft // 4]
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)).astype(np.float32)
    narrow = filters.astype(np.float32)
    rows = [
        np.abs(np.fft.rfft(frames[i : i + _BLOCK] * window, axis=1)).astype(np.float32) @ narrow
        for i in range(0, len(frames), _BLOCK)
    ]
    return np.log(np.maximum(np.concatenate(rows), np.float32(MEL_FLOOR)))
