"""Spectrum: marks of synthesis in a long-term spectrum, and how high it reaches.

Conventions. The long-term spectrum is the mean power of windows of 40 codec frames (0.53 s, Hann, half
overlapping): bins 1.875 Hz apart, so that multiples of the frame rate (75 Hz) fall on bins. None for silence.

- *Comb* in dB (0 is best): by how much multiples of 75 Hz from 3 to 11 kHz stand out of the bins around them,
  the median of them. Frames that do not fit together draw such lines; a soundfont player has 0.2 to 1.4.
- *Roll-off* in Hz: below it lies 95% of the energy.
- *Notch* in dB (lower is smoother): the deepest dip above 2 kHz of a band of 75 Hz (so each holds one line of
  the comb) below both its neighbourhoods, the medians of six bands to each side without the two nearest.

Source: ours.
"""

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import checks

Power = NDArray[np.float64]

FRAME_RATE = 75
FRAMES = 40
COMB_HZ = (3000.0, 11000.0)
LINE = 1
AROUND = (6, 18)
"""Bins from a line that are its surroundings."""
SHARE = 0.95
NOTCH_HZ = 2000.0
APART, WIDE = 2, 6
SILENT = 1e-10


def long_term(audio: ArrayLike, sample_rate: int = 24000) -> Power | None:
    """Mean power of the bins of mono `audio` [N]: [20 * samples in a codec frame + 1]; None for silence."""
    signal = checks.mono(audio)
    size = round(sample_rate / FRAME_RATE) * FRAMES
    signal = np.pad(signal, (0, max(size - len(signal), 0)))
    window = np.hanning(size)
    starts = range(0, len(signal) - size + 1, size // 2)
    total = np.zeros(size // 2 + 1)
    for start in starts:
        total += np.abs(np.fft.rfft(signal[start : start + size] * window)) ** 2
    power = total / len(starts)
    return power if float(power.sum()) > SILENT else None


def comb_db(power: Power) -> float | None:
    """How much the frame rate's lines stand out; None where the spectrum does not reach them."""
    lines = np.arange(int(COMB_HZ[0] / FRAME_RATE), int(COMB_HZ[1] / FRAME_RATE)) * FRAMES
    lines = lines[lines + AROUND[1] < len(power)]
    if not len(lines):
        return None
    side = np.arange(AROUND[0], AROUND[1] + 1)
    highest = power[lines[:, None] + np.arange(-LINE, LINE + 1)].max(axis=1)
    around = np.median(power[lines[:, None] + np.concatenate([-side, side])], axis=1)
    return float(np.median(10 * np.log10((highest + 1e-12) / (around + 1e-12))))


def roll_off_hz(power: Power) -> float:
    """Below which SHARE of the energy lies."""
    running = np.cumsum(power)
    return float(np.searchsorted(running, SHARE * running[-1]) * FRAME_RATE / FRAMES)


def notch_db(power: Power) -> float | None:
    """The deepest dip; None where the spectrum does not reach that high."""
    count = (len(power) - FRAMES // 2) // FRAMES
    bands = power[FRAMES // 2 : FRAMES // 2 + count * FRAMES].reshape(count, FRAMES).sum(axis=1)
    levels = 10 * np.log10(bands + 1e-12)
    places = np.arange(max(int(NOTCH_HZ / FRAME_RATE), APART + WIDE), count - APART - WIDE)
    if not len(places):
        return None
    side = np.arange(APART + 1, APART + WIDE + 1)
    below, above = (np.median(levels[places[:, None] + step * side], axis=1) for step in (-1, 1))
    return float(np.max(np.minimum(below, above) - levels[places]))


def evaluate(audio: ArrayLike, sample_rate: int = 24000) -> "OrderedDict[str, Any]":
    """comb_db, rolloff_hz, notch_db; all None for silence."""
    power = long_term(audio, sample_rate)
    if power is None:
        return OrderedDict(comb_db=None, rolloff_hz=None, notch_db=None)
    return OrderedDict(comb_db=comb_db(power), rolloff_hz=roll_off_hz(power), notch_db=notch_db(power))
