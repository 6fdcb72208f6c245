"""Chroma: do the pitch classes that a stem sounds belong to its chords, its score and its key?

Conventions. Chroma is energy by frame and pitch class [F, 12], C first, A at 440 Hz. Frames are FRAME seconds
long (Hann), HOP apart, centred. Only spectral peaks between LOWEST_HZ and HIGHEST_HZ count, each with its
power at the frequency found between bins: noise and drums spread over all classes, tones do not. This is the
harmonic pitch class profile (Gomez, INFORMS Journal on Computing 18, 2006) without its weighting of partials.

What should sound is a mask [F, 12]: the classes of every note or chord that is held somewhere in the middle
half of the frame. Then, over the frames in which the stem sounds and something should:

- *share*: energy inside the mask over all energy, the mean of frames (0 to 1, higher is better);
- *cosine*: between the amplitudes (root of energy) and the mask, the mean of frames (0 to 1, higher);
- *key share*: energy of the scale's classes over all energy, of the whole stem (0 to 1, higher).

Overtones leak: the fifth partial of a note is a major third. So no instrument reaches 1, and a control of the
same timbre belongs beside every figure. Random classes have a share of their number over twelve.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import checks

Curve = NDArray[np.float64]
Mask = NDArray[np.bool_]

FRAME = 0.34
HOP = 0.04
LOWEST_HZ = 60.0
HIGHEST_HZ = 2100.0
QUIET_DB = -50.0
"""A frame this far below the loudest one does not count."""
SILENT_DB = -70.0

_BLOCK = 128


def validate(audio: ArrayLike, spans: ArrayLike, classes: Sequence[Sequence[int]]) -> None:
    """ValueError unless `audio` is finite mono [N], `spans` are [M, 2] and `classes` M sets of 0..11."""
    checks.mono(audio)
    times = checks.spans(spans, "end")
    if len(times) != len(classes):
        raise ValueError(f"classes should be one set a span: {len(classes)} sets, {len(times)} spans")
    if any(not 0 <= pc <= 11 for group in classes for pc in group):
        raise ValueError("classes should be 0 (C) to 11 (B)")


def chroma(audio: ArrayLike, sample_rate: int = 24000) -> tuple[Curve, Curve]:
    """Times of frames in seconds [F] and energy by pitch class [F, 12] of mono `audio` [N].

    A full-scale sine has an energy of about 1. Frames that do not sound are 0.
    """
    signal = np.asarray(audio, dtype=np.float64)
    size, hop = round(FRAME * sample_rate), round(HOP * sample_rate)
    count = len(signal) // hop + 1
    padded = np.pad(signal, (size // 2, size + hop))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop][:count]
    points = 1 << (size - 1).bit_length()
    window = np.hanning(size + 1)[:-1]
    out = np.zeros((count, 12))
    for first in range(0, count, _BLOCK):
        spectrum = np.abs(np.fft.rfft(frames[first : first + _BLOCK] * window, points)) * (2 / window.sum())
        out[first : first + _BLOCK] = _fold(spectrum, sample_rate / points)
    total = out.sum(axis=1)
    heard = total > max(total.max(initial=0.0) * 10 ** (QUIET_DB / 10), 10 ** (SILENT_DB / 10))
    out[~heard] = 0.0
    return np.arange(count) * hop / sample_rate, out


def mask(times: ArrayLike, spans: ArrayLike, classes: Sequence[Sequence[int]]) -> Mask:
    """What should sound in frames at `times` [F]: classes of spans that reach into their middle half."""
    centres = np.asarray(times, dtype=np.float64)
    edges = np.asarray(spans, dtype=np.float64).reshape(-1, 2)
    out = np.zeros((len(centres), 12), dtype=bool)
    first = np.searchsorted(centres, edges[:, 0] - FRAME / 4, side="right")
    last = np.searchsorted(centres, edges[:, 1] + FRAME / 4, side="left")
    for begin, end, group in zip(first.tolist(), last.tolist(), classes, strict=True):
        out[begin:end, list(group)] = True
    return out


def share(energy: Curve, wanted: Mask) -> float | None:
    """Mean share of `energy` [F, 12] inside `wanted` [F, 12]; None where nothing sounds that should."""
    total = energy.sum(axis=1)
    counted = (total > 0) & wanted.any(axis=1)
    if not counted.any():
        return None
    inside = np.where(wanted, energy, 0.0).sum(axis=1)
    return float(np.mean(inside[counted] / total[counted]))


def cosine(energy: Curve, wanted: Mask) -> float | None:
    """Mean cosine between amplitudes and `wanted` [F, 12]; None where nothing sounds that should."""
    counted = (energy.sum(axis=1) > 0) & wanted.any(axis=1)
    if not counted.any():
        return None
    amplitude, target = np.sqrt(energy[counted]), wanted[counted].astype(np.float64)
    lengths = np.sqrt(energy[counted].sum(axis=1) * target.sum(axis=1))
    return float(np.mean((amplitude * target).sum(axis=1) / lengths))


def key_share(energy: Curve, scale: Sequence[int]) -> float | None:
    """Share of all `energy` [F, 12] in the pitch classes of `scale`; None in silence."""
    total = float(energy.sum())
    return float(energy[:, sorted(set(scale))].sum()) / total if total > 0 else None


def evaluate(
    audio: ArrayLike, spans: ArrayLike, classes: Sequence[Sequence[int]], sample_rate: int = 24000
) -> "OrderedDict[str, Any]":
    """share and cosine of `audio` [N] with the pitch `classes` of `spans` (chords, or notes of a score)."""
    validate(audio, spans, classes)
    times, energy = chroma(audio, sample_rate)
    wanted = mask(times, spans, classes)
    return OrderedDict(share=share(energy, wanted), cosine=cosine(energy, wanted))


def _fold(magnitudes: Curve, bin_hz: float) -> Curve:
    """Power of the spectral peaks of `magnitudes` [F, bins] by pitch class [F, 12]."""
    low, high = max(int(LOWEST_HZ / bin_hz), 1), int(HIGHEST_HZ / bin_hz) + 1
    level = np.log(np.maximum(magnitudes[:, low - 1 : high + 1], 1e-12))
    before, middle, after = level[:, :-2], level[:, 1:-1], level[:, 2:]
    rows, places = np.nonzero((middle > before) & (middle >= after))
    left, top, right = before[rows, places], middle[rows, places], after[rows, places]
    bend = left - 2 * top + right
    offset = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, -1.0), 0.0)
    frequency = (places + low + offset) * bin_hz
    power = np.exp(2 * (top - 0.25 * (left - right) * offset))
    pitch = np.rint(69 + 12 * np.log2(frequency / 440.0)).astype(np.int64)
    out = np.zeros((len(magnitudes), 12))
    np.add.at(out, (rows, pitch % 12), power)
    return out
