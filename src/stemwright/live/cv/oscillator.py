"""Calibration by an oscillator that is tuned by ear or by its maker: its pitch says what volts it was
given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError
from stemwright.live.cv.calibration import Calibration, fit
from stemwright.live.cv.scale import MIDDLE_HZ

Floats = npt.NDArray[np.floating]

STEPS = (-2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
"""Volts at which it is heard: six octaves' ends, C2 to C7."""
SECONDS = 0.5
"""Of each, after it has settled."""
_LOWEST, _HIGHEST = 15.0, 12_000.0
_NOISE = "oscillator: noise is heard, and no tone; connect one waveform, without effects"
_NARROW, _BAND, _WIDE = 3, 10, 60
"""Bins on each side of a partial that hold a steady one, that are cut out, and that would hold more of
noise.
"""
_TONE = 0.8
_QUIET = 1e-3
_UNSTEADY = 20.0
"""Cents by which the two halves of a tone may differ."""


def frequency(samples: Floats, rate: int) -> float:
    """The frequency of a steady tone of any waveform in Hz, 15..12000, from half a second within 0.3 cents.

    Its strongest partial, which is the first of all usual waveforms, is cut out of the spectrum, and the
    slope of its phase measured. StemwrightError for silence, noise, and a tone that moves.
    """
    signal = np.asarray(samples, float)
    if len(signal) < rate // 20 or not np.isfinite(signal).all():
        raise StemwrightError("oscillator: the recording is too short, or holds what is no number")
    signal = signal - signal.mean()
    if np.abs(signal).max() < _QUIET:
        raise StemwrightError("oscillator: nothing is heard; connect its output to the input")
    phase = _phase(signal)
    half = len(phase) // 2
    first, second, whole = (_slope(part) for part in (phase[:half], phase[half:], phase))
    hz = whole * rate / (2 * math.pi)
    if not _LOWEST <= hz <= _HIGHEST or min(first, second) <= 0:
        raise StemwrightError(_NOISE)
    if abs(1200 * math.log2(second / first)) > _UNSTEADY:
        raise StemwrightError("oscillator: its pitch moves; let it warm up, and take modulation away")
    return hz


def calibrate(hertz: Sequence[float], asked: Sequence[float] = STEPS) -> Calibration:
    """The output's line from the frequencies heard at `asked` volts, with the oscillator tuned so that an
    exact 0 V is C4. What is fitted holds for output and oscillator together.
    """
    return fit(asked, [math.log2(hz / MIDDLE_HZ) for hz in hertz])


def _phase(signal: Floats) -> Floats:
    """The phase of the strongest partial in radians, unwrapped, without the ends. StemwrightError where what
    is near it in the spectrum is no tone.
    """
    length = len(signal)
    spectrum = np.fft.fft(signal * np.hanning(length))
    power = np.abs(spectrum[: length // 2]) ** 2
    peak = int(power.argmax())
    wide, side = min(_WIDE, peak // 2), min(_BAND, 2 * peak // 3)  # not as far as the next partial
    near = power[max(0, peak - wide) : peak + wide + 1]
    if power[max(0, peak - _NARROW) : peak + _NARROW + 1].sum() < _TONE * near.sum():
        raise StemwrightError(_NOISE)
    kept = np.zeros_like(spectrum)
    band = slice(max(1, peak - side), peak + side + 1)
    kept[band] = spectrum[band]
    edge = length // 8
    return np.unwrap(np.angle(np.fft.ifft(kept)))[edge:-edge]


def _slope(phase: Floats) -> float:
    at = np.arange(len(phase)) - (len(phase) - 1) / 2
    return float((at * (phase - phase.mean())).sum() / (at**2).sum())
