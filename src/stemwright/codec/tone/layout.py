"""The fixed numbers of the tone decoder, which training and inference share.

Everything is laid out for 48 kHz; 24 kHz is its lower half: the same frames (75 a second), the same bins
(18.75 Hz apart), bands and partials, as far as they lie below 12 kHz.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

RATE = 24_000
HOP = 320
"""Samples a frame at 24 kHz; twice as many at 48 kHz."""
TOP_HZ = 24_000.0
N_FFT = 1280
"""Window of noise, and length of attacks, at 24 kHz: four hops."""
LOW_BINS = N_FFT // 2 + 1
"""Bins up to 12 kHz."""
WIDE_BINS = N_FFT + 1

TAIL = 45
"""Frames after a note's end in which it may still sound."""
DRUM_TAIL = 112
"""Frames after a hit in which its modes may still sound."""
MAX_PARTIALS = 128
CORRECTED = 64
"""Partials with a level of their own; those above follow the envelope."""
MODES = 12
"""Modes of a drum at most."""

ENVELOPE = 104
"""Points of the spectral envelope, evenly in mel from 30 Hz to 24 kHz."""
BANDS = 88
"""Bands of a noise mask, evenly in mel from 0 to 24 kHz."""
SIDE_POINTS = 24
"""Points of the side's level against the middle, likewise."""
BURSTS = (0.006, 0.04)
"""Seconds in which the bursts of noise at an onset fall by 1 / e."""
STREAMS = 1 + len(BURSTS)
STEADY_FLOOR = 0.05
"""What is let through of steady noise below 300 Hz in pitched layers; all of it from 1200 Hz."""

NOTE_FEATURES = 14
NOTE_OUTPUTS = CORRECTED + 3
"""Levels of partials; the note's level, its width and its place between left and right."""

Floats = npt.NDArray[np.float32]


def mel(hz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Hertz to mel, 2595 log10(1 + f / 700)."""
    return np.asarray(2595.0 * np.log10(1.0 + np.asarray(hz, dtype=np.float64) / 700.0))


def lerp_matrix(points: npt.NDArray[np.float64], where: npt.NDArray[np.float64]) -> Floats:
    """The matrix ``[len(points), len(where)]`` that reads values at rising ``points`` linearly at
    ``where``."""
    out = np.zeros((len(points), len(where)), np.float32)
    place = np.clip(np.interp(where, points, np.arange(len(points))), 0, len(points) - 1)
    low = np.minimum(place.astype(int), len(points) - 2)
    rest = (place - low).astype(np.float32)
    out[low, np.arange(len(where))] = 1 - rest
    out[low + 1, np.arange(len(where))] += rest
    return out


@cache
def envelope_points() -> npt.NDArray[np.float64]:
    """The envelope's points, in mel."""
    return np.asarray(np.linspace(mel(30.0), mel(TOP_HZ), ENVELOPE), np.float64)


@cache
def side_points() -> npt.NDArray[np.float64]:
    """The points of the side's level, in mel."""
    return np.asarray(np.linspace(mel(30.0), mel(TOP_HZ), SIDE_POINTS), np.float64)


@cache
def bin_hz() -> npt.NDArray[np.float64]:
    """Frequencies of the bins up to 24 kHz."""
    return np.asarray(np.arange(WIDE_BINS) * (RATE / N_FFT), np.float64)


@cache
def band_matrix() -> Floats:
    """Noise bands at the bins: ``[BANDS, WIDE_BINS]``."""
    return lerp_matrix(np.linspace(0.0, mel(TOP_HZ), BANDS), mel(bin_hz()))


@cache
def side_matrix() -> Floats:
    """The side's points at the bins: ``[SIDE_POINTS, WIDE_BINS]``."""
    return lerp_matrix(side_points(), mel(bin_hz()))


@cache
def attack_window(scale: int) -> Floats:
    """The shape of an attack ``[N_FFT * scale]``: in within a third of a millisecond, out along a cosine."""
    place = np.arange(N_FFT * scale) / (N_FFT * scale)
    rise = np.minimum((np.arange(N_FFT * scale) + 1) / (8.0 * scale), 1.0)
    return np.asarray(rise * np.cos(np.pi / 2 * place) ** 2, np.float32)


@cache
def steady_ramp() -> Floats:
    """What is let through of a pitched layer's steady noise ``[WIDE_BINS]``: partials live below."""
    rise = np.clip((bin_hz() - 300.0) / 900.0, 0.0, 1.0)
    return np.asarray(STEADY_FLOOR + (1 - STEADY_FLOOR) * rise, np.float32)
