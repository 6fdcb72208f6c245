"""Faults: what no stem may do, each as a number, and as a verdict by a limit.

Conventions. `audio` is mono [N], spans are begin and release of its score's notes in seconds [M, 2]; levels
are RMS in dB below full scale. A number is None where a stem gives no occasion for the fault.

- *silent*: share of notes that sound (`activity.sounding_share`); fault below SOUNDING.
- *clips*: samples at full scale or beyond (`activity.clipping`); fault from one on.
- *hums*: the score rests, the stem goes on. Level of the last 200 ms of each rest of at least MIN_REST
  seconds, counted from `guard` seconds after the release before it; the loudest rest. Fault above HUM_DB.
- *ends in noise*: spectral flatness (dB, 0 is white noise) of the last second over the 95th percentile of the
  seconds before; only where the end sounds (above HUM_DB). Fault above NOISE_DB.
- *drift*: how far level (dB) and spectral centroid (octaves) move from begin to end: Theil-Sen slope over
  sounding slices of 5 s, times the length; from DRIFT_SECONDS on. A song's form moves them too. Where a
  `reference` is given (the same score rendered), what is measured is the difference to it. Fault beyond
  LEVEL_DB or CENTROID_OCTAVES.

Of 320 rendered training clips none had a fault, with a guard of RINGING for drums (with the usual guard nine
drum clips of 80 seemed to hum: cymbals); the flattest end was 7 dB.
"""

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import activity, checks

Curve = NDArray[np.float64]

SOUNDING = 0.9
HUM_DB = -60.0
MIN_REST = 0.5
RINGING = 3.0
"""Guard in seconds for drums: cymbals and long reverberation."""
REST_TAIL = 0.2
NOISE_DB = 9.0
SLICE = 5.0
DRIFT_SECONDS = 60.0
LEVEL_DB = 3.0
CENTROID_OCTAVES = 0.25
FLATNESS_HZ = (100.0, 10000.0)


def validate(audio: ArrayLike, spans: ArrayLike, reference: ArrayLike | None = None) -> None:
    """ValueError unless audio and spans are as `checks` says and the reference is as long as `audio`."""
    checks.mono(audio)
    checks.spans(spans)
    if reference is not None and checks.mono(reference).shape != np.asarray(audio).shape:
        raise ValueError("reference should be as long as the audio")


def hum_db(
    audio: ArrayLike, spans: ArrayLike, sample_rate: int = 24000, guard: float = activity.GUARD
) -> float | None:
    """Level of the end of the loudest rest in dB; None without a rest of MIN_REST seconds after the guard.

    Take a longer guard where notes ring on after their release: RINGING for drums.
    """
    signal = np.asarray(audio, dtype=np.float64)
    quiet = activity.quiet_mask(len(signal), spans, sample_rate, guard)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    tail = round(REST_TAIL * sample_rate)
    levels = [
        activity.level_db(signal[end - tail : end])
        for begin, end in edges.reshape(-1, 2).tolist()
        if end - begin >= MIN_REST * sample_rate
    ]
    return max(levels) if levels else None


def end_noise_db(audio: ArrayLike, sample_rate: int = 24000) -> float | None:
    """How much flatter the spectrum of the last second is than the flattest seconds before, in dB.

    None where the end is below HUM_DB, or fewer than three seconds sound before it.
    """
    signal = np.asarray(audio, dtype=np.float64)
    count = len(signal) // sample_rate
    seconds = signal[len(signal) - count * sample_rate :].reshape(count, sample_rate)
    heard = [piece for piece in seconds if activity.level_db(piece) > HUM_DB]
    if len(heard) < 4 or activity.level_db(seconds[-1]) <= HUM_DB:
        return None
    flat = [_flatness_db(piece, sample_rate) for piece in heard]
    return flat[-1] - float(np.percentile(flat[:-1], 95))


def drift(
    audio: ArrayLike, reference: ArrayLike | None = None, sample_rate: int = 24000
) -> tuple[float, float] | None:
    """Change of level in dB and of centroid in octaves over the whole `audio`, less that of `reference`.

    None for audio shorter than DRIFT_SECONDS, or with fewer than three slices that sound.
    """
    signal = np.asarray(audio, dtype=np.float64)
    if len(signal) < DRIFT_SECONDS * sample_rate:
        return None
    curves, heard = _slices(signal, sample_rate)
    if reference is not None:
        others, also = _slices(np.asarray(reference, dtype=np.float64), sample_rate)
        curves, heard = curves - others, heard & also
    if np.count_nonzero(heard) < 3:
        return None
    times = np.flatnonzero(heard) * SLICE
    length = len(signal) / sample_rate
    return _slope(times, curves[0][heard]) * length, _slope(times, curves[1][heard]) * length


def evaluate(
    audio: ArrayLike,
    spans: ArrayLike,
    sample_rate: int = 24000,
    guard: float = activity.GUARD,
    reference: ArrayLike | None = None,
) -> "OrderedDict[str, Any]":
    """sounding_share, clipped, hum_db, end_noise_db, drift_db, drift_octaves; `faults`: those found."""
    validate(audio, spans, reference)
    share = activity.sounding_share(audio, spans, sample_rate)
    clipped = activity.clipping(audio)
    hum = hum_db(audio, spans, sample_rate, guard)
    noise = end_noise_db(audio, sample_rate)
    level, centroid = drift(audio, reference, sample_rate) or (None, None)
    found = {
        "silent": share is not None and share < SOUNDING,
        "clips": clipped > 0,
        "hums": hum is not None and hum > HUM_DB,
        "ends in noise": noise is not None and noise > NOISE_DB,
        "level drifts": level is not None and abs(level) > LEVEL_DB,
        "centroid drifts": centroid is not None and abs(centroid) > CENTROID_OCTAVES,
    }
    return OrderedDict(
        sounding_share=share,
        clipped=clipped,
        hum_db=hum,
        end_noise_db=noise,
        drift_db=level,
        drift_octaves=centroid,
        faults=[name for name, yes in found.items() if yes],
    )


def _flatness_db(piece: Curve, sample_rate: int) -> float:
    """Geometric over arithmetic mean of the smoothed power spectrum between FLATNESS_HZ, in dB (0: white)."""
    size = 1024
    frames = np.lib.stride_tricks.sliding_window_view(piece, size)[:: size // 2] * np.hanning(size)
    power = (np.abs(np.fft.rfft(frames, axis=1)) ** 2).mean(axis=0)
    low, high = (round(min(edge, sample_rate / 2) * size / sample_rate) for edge in FLATNESS_HZ)
    inside = power[low : high + 1] + 1e-16
    return float(10 * (np.log10(inside).mean() - np.log10(inside.mean())))


def _slices(signal: Curve, sample_rate: int) -> tuple[Curve, NDArray[np.bool_]]:
    """Level (dB) and centroid (octaves over 1 Hz) of whole slices [2, S], and which of them sound [S]."""
    size = round(SLICE * sample_rate)
    pieces = signal[: len(signal) // size * size].reshape(-1, size)
    frequency = np.fft.rfftfreq(size, 1 / sample_rate)
    levels = np.array([activity.level_db(piece) for piece in pieces])
    powers = [np.abs(np.fft.rfft(piece)) ** 2 for piece in pieces]
    centroids = np.array([float(power @ frequency) / max(float(power.sum()), 1e-16) for power in powers])
    heard = levels > activity.SOUNDS_DB
    both: Curve = np.stack([levels, np.log2(np.maximum(centroids, 1.0))]).astype(np.float64)
    return both, heard


def _slope(times: ArrayLike, heights: ArrayLike) -> float:
    """Theil-Sen: the median of the slopes between all pairs."""
    places, values = np.asarray(times, dtype=np.float64), np.asarray(heights, dtype=np.float64)
    first, second = np.triu_indices(len(places), 1)
    return float(np.median((values[second] - values[first]) / (places[second] - places[first])))
