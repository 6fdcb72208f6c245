"""Timbre transfer: is the content of a sound kept in another sound, and how far do two colours lie apart?

Conventions. Sounds are mono [N] of one length and place: delays are taken out before.

- *Pitch kept* (higher is better): of the frames in which a pitch was heard in both, the share whose pitches
  lie within 50 cents; *chroma kept*: within 50 cents of any octave. Raw pitch and chroma accuracy as in
  mir_eval.melody, with the input's pitches as the reference. *Heard*: of the frames in which the input has a
  pitch, the share in which the output has one.
- *Level correlation* (higher is better): of the levels in dB of frames of 20 ms, each at least -60 dB below
  the loudest one.
- *Colour distance* in dB (lower is better): RMS difference of long-term spectra in third octaves from 100 Hz
  to 16 kHz, each brought to the same mean level; bands count down to -60 dB below the loudest one.

Curves of pitch are Hz a frame, 0 where there is none. Source of the last two: ours.
"""

from collections import OrderedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

Curve = NDArray[np.float64]

TOLERANCE = 50.0
"""Cents."""
OCTAVE = 1200.0
FRAME = 0.02
RANGE_DB = 60.0
WINDOW = 4096
LOWEST_HZ, HIGHEST_HZ = 100.0, 16_000.0


def pitch_kept(given: ArrayLike, made: ArrayLike) -> "OrderedDict[str, float | None]":
    """pitch, chroma, heard (see above), None where no frame can be judged. ValueError for curves of other
    lengths."""
    first, second = np.asarray(given, dtype=np.float64), np.asarray(made, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"curves should be [N] of one length, are {first.shape} and {second.shape}")
    voiced = first > 0
    both = voiced & (second > 0)
    found: OrderedDict[str, float | None] = OrderedDict(pitch=None, chroma=None, heard=None)
    if voiced.any():
        found["heard"] = float(both.sum() / voiced.sum())
    if both.any():
        cents = OCTAVE * np.log2(second[both] / first[both])
        folded = np.abs((cents + OCTAVE / 2) % OCTAVE - OCTAVE / 2)
        found["pitch"] = float(np.mean(np.abs(cents) <= TOLERANCE))
        found["chroma"] = float(np.mean(folded <= TOLERANCE))
    return found


def level_correlation(given: ArrayLike, made: ArrayLike, sample_rate: int) -> float | None:
    """Of two sounds; None where one has a single level."""
    curves = [
        _levels(np.asarray(sound, dtype=np.float64), round(FRAME * sample_rate)) for sound in (given, made)
    ]
    count = min(map(len, curves))
    first, second = (curve[:count] for curve in curves)
    if count < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def _levels(sound: Curve, size: int) -> Curve:
    frames = sound[: len(sound) // size * size].reshape(-1, size)
    power = np.mean(np.square(frames), axis=1)
    floor = max(float(power.max(initial=0.0)) * 10 ** (-RANGE_DB / 10), 1e-12)
    return np.asarray(10 * np.log10(np.maximum(power, floor)))


def colour(sound: ArrayLike, sample_rate: int) -> Curve | None:
    """A sound's long-term spectrum in third octaves, in dB about its mean; None for silence, or what is
    shorter than a window."""
    signal = np.asarray(sound, dtype=np.float64)
    if len(signal) < WINDOW:
        return None
    total = np.zeros(WINDOW // 2 + 1)
    window = np.hanning(WINDOW)
    for at in range(0, len(signal) - WINDOW + 1, WINDOW // 2):
        total += np.square(np.abs(np.fft.rfft(signal[at : at + WINDOW] * window)))
    steps = int(np.floor(3 * np.log2(HIGHEST_HZ / LOWEST_HZ)))
    edges = LOWEST_HZ * 2 ** (np.arange(steps + 1) / 3)
    bins = np.arange(WINDOW // 2 + 1) * sample_rate / WINDOW
    places = np.digitize(bins, edges)
    power = np.array([total[places == band + 1].sum() for band in range(steps)])
    if not power.max() > 0:
        return None
    level = 10 * np.log10(np.maximum(power / power.max(), 10 ** (-RANGE_DB / 10)))
    return np.asarray(level - level.mean())


def colour_distance(first: Curve, second: Curve) -> float:
    """Of two spectra of `colour`, in dB."""
    return float(np.sqrt(np.mean(np.square(first - second))))
