"""Colour: is a sound as loud and as bright as another one of the same notes, moment by moment?

Conventions. Frames are 2048 samples of a Hann window at 24 kHz, 1024 apart. Judged are frames of the
reference within RANGE_DB of its loudest.

- *Level error* in dB (lower is better): mean absolute difference of the frames' levels, of each at most
  RANGE_DB.
- *Brightness error* in octaves (lower is better): mean absolute difference of the spectral centroids (of
  magnitudes), of frames that the estimate sounds in, too.

Both are blind to which notes sound. So they tell whether a decoder that knows the score is told anything more
by its tokens. Source: ours. Limits: two takes of one score differ in level by right.
"""

from collections import OrderedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import checks

Floats = NDArray[np.float64]

FRAME, STEP = 2048, 1024
RANGE_DB = 40.0
SILENT = 1e-6
MOST_OCTAVES = 4.0


def frames(sound: ArrayLike, sample_rate: int = 24000) -> tuple[Floats, Floats]:
    """Levels in dB and centroids in Hz of a sound's frames, [frames] each; a shorter sound is filled up."""
    signal = np.asarray(sound, dtype=np.float64)
    padded = np.pad(signal, (0, max(0, FRAME - len(signal))))
    cut = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::STEP] * np.hanning(FRAME)
    magnitude = np.abs(np.fft.rfft(cut, axis=1))
    hertz = np.fft.rfftfreq(FRAME, 1 / sample_rate)
    total = magnitude.sum(axis=1)
    level = 10 * np.log10(np.square(magnitude).sum(axis=1) + SILENT**2)
    return level, magnitude @ hertz / np.maximum(total, SILENT)


def evaluate(
    reference: NDArray[np.floating], estimate: NDArray[np.floating], sample_rate: int = 24000
) -> "OrderedDict[str, float | None]":
    """level_error_db, brightness_error_octaves: None where the reference is silent, or the estimate."""
    checks.sounds(reference, estimate, 1)
    (wanted, bright), (level, centroid) = (frames(sound, sample_rate) for sound in (reference, estimate))
    heard = (wanted > wanted.max() - RANGE_DB) & (bright > 0)
    if not heard.any() or not np.any(reference):
        return OrderedDict(level_error_db=None, brightness_error_octaves=None)
    off = np.minimum(np.abs(level - wanted)[heard], RANGE_DB)
    both = heard & (level > wanted - RANGE_DB) & (centroid > 0)
    turns = np.minimum(np.abs(np.log2(centroid[both] / bright[both])), MOST_OCTAVES)
    return OrderedDict(
        level_error_db=float(off.mean()),
        brightness_error_octaves=float(turns.mean()) if both.any() else None,
    )
