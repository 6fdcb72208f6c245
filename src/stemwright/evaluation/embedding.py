"""The embedding `stemwright-stats-1`: plain statistics of a clip, for distances between sets of sounds.

It needs no download and is the same on every machine up to rounding. Clips are CLIP_SECONDS long, mono, at
24 kHz (other rates are converted). Each is described by DIMENSIONS numbers:

- 40 log-mel bands (window 1024, hop 512, natural logarithm, floor 1e-4): mean over time, standard deviation,
  and standard deviation of the change from frame to frame (timbre and level, dynamics, articulation);
- modulation: share of the power of the mean log-mel curve in six octaves from 0.25 to 16 Hz, as square roots;
- onsets a second, as log(1 + x), and entropy of the mean chroma over that of twelve equal classes.

It knows far less of music than CLAP or VGGish; figures of different embeddings are not to be compared.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import checks, chroma, onsets
from stemwright.evaluation.reconstruction import MEL_FLOOR, mel_filters

Vectors = NDArray[np.float64]

NAME = "stemwright-stats-1"
SAMPLE_RATE = 24000
CLIP_SECONDS = 5.0
BANDS = 40
OCTAVES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
DIMENSIONS = 3 * BANDS + len(OCTAVES) + 1
SILENT_DB = -60.0

_WINDOW, _HOP = 1024, 512


def embed(audio: ArrayLike, sample_rate: int = SAMPLE_RATE) -> Vectors:
    """Vectors of the clips of mono `audio` [N]: [clips, DIMENSIONS].

    Clips follow one another from the start; a rest shorter than half a clip is left out, a longer one, and
    a sound shorter than a clip, is repeated to a clip's length. Clips below SILENT_DB (RMS) have no vector:
    whether a stem sounds where it should is another metric's question. ValueError unless mono and finite.
    """
    found = [_describe(clip) for clip in clips(audio, sample_rate)]
    return np.stack(found) if found else np.zeros((0, DIMENSIONS))


def clips(audio: ArrayLike, sample_rate: int = SAMPLE_RATE) -> list[NDArray[np.float64]]:
    """The clips of `audio` [N] that sound, at 24 kHz, each CLIP_SECONDS long."""
    signal = checks.mono(audio)
    if sample_rate != SAMPLE_RATE and signal.size:
        import soxr

        signal = np.asarray(soxr.resample(signal, sample_rate, SAMPLE_RATE), dtype=np.float64)
    size = round(CLIP_SECONDS * SAMPLE_RATE)
    count = max((len(signal) + size // 2) // size, 1) if signal.size else 0
    pieces = [np.resize(signal[i * size : (i + 1) * size], size) for i in range(count)]
    floor = 10 ** (SILENT_DB / 10)
    return [piece for piece in pieces if float(np.mean(piece**2)) > floor]


def _describe(clip: NDArray[np.float64]) -> Vectors:
    window = np.hanning(_WINDOW + 1)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(clip, _WINDOW)[::_HOP]
    spectra = np.abs(np.fft.rfft(frames * window, axis=1)) @ mel_filters(_WINDOW, BANDS, SAMPLE_RATE)
    levels = np.log(np.maximum(spectra, MEL_FLOOR))
    _, energy = chroma.chroma(clip, SAMPLE_RATE)
    rate = len(onsets.detect_onsets(clip, SAMPLE_RATE)) / CLIP_SECONDS
    parts = [
        levels.mean(axis=0),
        levels.std(axis=0),
        np.diff(levels, axis=0).std(axis=0),
        _modulation(levels.mean(axis=1)),
        np.array([np.log1p(rate), _entropy(energy.sum(axis=0))]),
    ]
    return np.concatenate(parts)


def _modulation(curve: Vectors) -> Vectors:
    """Square roots of the shares of the power of `curve` [frames] in OCTAVES [6]."""
    power = np.abs(np.fft.rfft((curve - curve.mean()) * np.hanning(len(curve)))) ** 2
    frequency = np.fft.rfftfreq(len(curve), _HOP / SAMPLE_RATE)
    edges = np.searchsorted(frequency, OCTAVES)
    octaves = np.add.reduceat(power[: edges[-1]], edges[:-1])
    total = float(octaves.sum())
    return np.asarray(np.sqrt(octaves / total) if total > 1e-12 else np.zeros(len(octaves)))


def _entropy(weights: Vectors) -> float:
    total = float(weights.sum())
    shares = weights[weights > 0] / total if total > 0 else np.ones(1)
    return float(-(shares * np.log(shares)).sum() / np.log(12))
