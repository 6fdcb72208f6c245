"""How close a coded sound is to the original.

- *Mel distance* (lower is better): windows of 256/512/1024/2048 samples (Hann), hop a quarter, magnitudes,
  20/40/80/128
  triangular mel bands of height 1 (2595 log10(1 + f / 700), 0 Hz to half the rate), natural logarithm with
  floor 1e-4, mean of
  absolute differences over bands and frames, mean over the four resolutions.
- *SI-SNR* in dB (higher is better): scale-invariant signal-to-noise ratio after removing the mean.
- *Log-spectral distance* in dB (lower is better): window 2048, hop 512, power spectra with floor 1e-8,
  root of the mean squared
  difference over bins, mean over frames.

All are for mono ``[samples]`` at one rate, aligned at sample 0. Frames lie wholly inside the sound; a
shorter sound is filled up with silence.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.evaluation import checks
from stemwright.evaluation.checks import FloatArray

RESOLUTIONS = ((256, 20), (512, 40), (1024, 80), (2048, 128))
MEL_FLOOR = 1e-4
POWER_FLOOR = 1e-8
_BLOCK = 2048  # frames transformed at once


def si_snr(reference: FloatArray, estimate: FloatArray) -> float:
    """Scale-invariant signal-to-noise ratio in dB, within -100 to 100; silence as reference gives -100."""
    checks.sounds(reference, estimate, 1)
    target = reference.astype(np.float64) - float(np.mean(reference, dtype=np.float64))
    sound = estimate.astype(np.float64) - float(np.mean(estimate, dtype=np.float64))
    power = float(target @ target)
    if power <= 0.0:
        return -100.0
    part = (float(sound @ target) / power) * target
    rest = sound - part
    signal, noise = float(part @ part), float(rest @ rest)
    if signal <= 0.0:
        return -100.0
    if noise <= 0.0:
        return 100.0
    return float(np.clip(10 * np.log10(signal / noise), -100.0, 100.0))


def log_spectral_distance(reference: FloatArray, estimate: FloatArray) -> float:
    """Log-spectral distance in dB."""
    checks.sounds(reference, estimate, 1)
    total, frames = 0.0, 0
    for a, b in zip(_magnitudes(reference, 2048), _magnitudes(estimate, 2048), strict=True):
        difference = 10 * np.log10(np.maximum(a * a, POWER_FLOOR)) - 10 * np.log10(
            np.maximum(b * b, POWER_FLOOR)
        )
        total += float(np.sqrt(np.mean(difference * difference, axis=1)).sum())
        frames += len(a)
    return total / frames


def mel_distance(reference: FloatArray, estimate: FloatArray, sample_rate: int = 24_000) -> float:
    """Multi-resolution mel distance."""
    checks.sounds(reference, estimate, 1)
    distances = []
    for n_fft, bands in RESOLUTIONS:
        filters = mel_filters(n_fft, bands, sample_rate)
        total, count = 0.0, 0
        for a, b in zip(_magnitudes(reference, n_fft), _magnitudes(estimate, n_fft), strict=True):
            difference = np.log(np.maximum(a @ filters, MEL_FLOOR)) - np.log(
                np.maximum(b @ filters, MEL_FLOOR)
            )
            total += float(np.abs(difference).sum())
            count += difference.size
        distances.append(total / count)
    return float(np.mean(distances))


def mel_filters(n_fft: int, bands: int, sample_rate: int) -> npt.NDArray[np.float64]:
    """Triangular filters of height 1, evenly spaced in mel: ``[n_fft / 2 + 1, bands]``."""
    top = 2595.0 * np.log10(1.0 + sample_rate / 2 / 700.0)
    edges = 700.0 * (10.0 ** (np.linspace(0.0, top, bands + 2) / 2595.0) - 1.0)
    bins = np.linspace(0.0, sample_rate / 2, n_fft // 2 + 1)[:, None]
    rise = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(np.minimum(rise, fall), 0.0))


def evaluate(reference: FloatArray, estimate: FloatArray, sample_rate: int = 24_000) -> dict[str, float]:
    """All three, in a fixed order."""
    return {
        "mel_distance": mel_distance(reference, estimate, sample_rate),
        "si_snr_db": si_snr(reference, estimate),
        "log_spectral_distance_db": log_spectral_distance(reference, estimate),
    }


def _magnitudes(sound: FloatArray, n_fft: int) -> list[npt.NDArray[np.float64]]:
    """Magnitude spectra in blocks ``[frames, n_fft / 2 + 1]``: Hann window, hop n_fft / 4."""
    padded = np.pad(sound.astype(np.float64), (0, max(0, n_fft - len(sound))))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[:: n_fft // 4]
    return [
        np.abs(np.fft.rfft(frames[i : i + _BLOCK] * window, axis=1)) for i in range(0, len(frames), _BLOCK)
    ]
