"""Beats: a plain beat tracker, and how well its beats keep to a song's grid.

Conventions. Times are seconds, ascending; unlike mir_eval.beat, the first five seconds count too.

- *F* (higher is better): F1 of beats within 70 ms of the grid's (Dixon 2007; mir_eval.beat.f_measure).
- *CMLt* (higher): share of beats that are right at the correct metrical level, not necessarily in a row: the
  nearest grid beat, used once, is at most 17.5% of an interval away, and the interval to the beat before
  differs by at most 17.5% (Hainsworth 2004, Klapuri et al. 2006; mir_eval.beat.continuity).

The tracker is that of Ellis, "Beat tracking by dynamic programming", JNMR 36 (2007): the rise of spectral
bands (`onsets.flux`), smoothed by 20 ms; one tempo for the whole sound, the highest place of the envelope's
autocorrelation under a log-normal prior around 120 BPM; then the row of beats with the largest sum of
envelope minus TIGHTNESS times the squared logarithm of interval over period.

It may settle on half or double the tempo, as all such trackers do, and on off-beats where those are louder.
"""

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import checks, onsets

Seconds = NDArray[np.float64]
Curve = NDArray[np.float64]

WINDOW = 0.07
TOLERANCE = 0.175
TIGHTNESS = 400.0
CENTRE_BPM = 120.0
OCTAVES = 0.9
"""Standard deviation of the tempo prior."""
SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0
SMOOTHING = 0.02


def validate(reference: ArrayLike, estimated: ArrayLike) -> None:
    """ValueError unless both are ascending, finite, non-negative times [N]."""
    onsets.validate(reference, estimated)


def f_measure(reference: ArrayLike, estimated: ArrayLike, window: float = WINDOW) -> float:
    """F1 of beats within `window` seconds; 1 where both are empty, 0 where one is."""
    return onsets.f_measure(reference, estimated, window)[0]


def cml_t(reference: ArrayLike, estimated: ArrayLike) -> float:
    """Share of right beats, of the longer of both rows; 0 where one has fewer than two beats."""
    validate(reference, estimated)
    wanted, found = np.asarray(reference, dtype=np.float64), np.asarray(estimated, dtype=np.float64)
    if len(wanted) < 2 or len(found) < 2:
        return 0.0
    used: set[int] = set()
    for place in range(len(found)):
        nearest = int(np.argmin(np.abs(wanted - found[place])))
        if nearest not in used and _continues(wanted, nearest, found, place):
            used.add(nearest)
    return len(used) / max(len(wanted), len(found))


def track_beats(audio: ArrayLike, sample_rate: int = 24000) -> Seconds:
    """Beat times heard in mono `audio` [N]; none in silence, and none in less than two seconds."""
    signal = checks.one_channel(audio)
    highest = float(np.abs(signal).max(initial=0.0))
    if highest <= onsets.SILENT or len(signal) < 2 * sample_rate:
        return np.zeros(0)
    envelope = _smooth(onsets.flux(signal / highest, sample_rate))
    spread = float(envelope.std())
    if spread < 1e-9:
        return np.zeros(0)
    envelope = envelope / spread
    frames = np.array(_best_row(envelope, _period(envelope)), dtype=np.float64)
    return frames * round(onsets.HOP * sample_rate) / sample_rate


def tempo(audio: ArrayLike, sample_rate: int = 24000) -> float | None:
    """Beats a minute heard in `audio` [N], from the median interval; None where there are no beats."""
    beats = track_beats(audio, sample_rate)
    return 60.0 / float(np.median(np.diff(beats))) if len(beats) > 1 else None


def evaluate(audio: ArrayLike, grid: ArrayLike, sample_rate: int = 24000) -> "OrderedDict[str, Any]":
    """f and cml_t of the beats tracked in `audio` [N] against `grid` (seconds [M]), beats (count), bpm."""
    found = track_beats(audio, sample_rate)
    bpm = 60.0 / float(np.median(np.diff(found))) if len(found) > 1 else None
    return OrderedDict(f=f_measure(grid, found), cml_t=cml_t(grid, found), beats=len(found), bpm=bpm)


def _continues(wanted: Seconds, nearest: int, found: Seconds, place: int) -> bool:
    """Whether beat `place` agrees with `nearest` in time and in its interval; the first look forward."""
    ahead = place == 0 or nearest == 0
    interval = _interval(wanted, nearest, ahead)
    gap = abs(float(wanted[nearest] - found[place]))
    if interval <= 0:
        return False
    change = abs(1.0 - _interval(found, place, ahead) / interval)
    return gap / interval < TOLERANCE and change < TOLERANCE


def _interval(times: Seconds, place: int, ahead: bool) -> float:
    after = place + 1 if ahead and place + 1 < len(times) else place
    return float(times[after] - times[after - 1])


def _smooth(curve: Curve) -> Curve:
    width = SMOOTHING / onsets.HOP
    reach = int(np.ceil(3 * width))
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    return np.asarray(np.convolve(curve, bell / bell.sum(), mode="same"))


def _period(envelope: Curve) -> float:
    """Frames of one beat."""
    centred = envelope - envelope.mean()
    points = 1 << (2 * len(centred) - 1).bit_length()
    related = np.fft.irfft(np.abs(np.fft.rfft(centred, points)) ** 2)[: len(centred)]
    lags = np.arange(1, len(centred))
    bpm = 60.0 / (lags * onsets.HOP)
    prior = np.exp(-0.5 * (np.log2(bpm / CENTRE_BPM) / OCTAVES) ** 2)
    prior[(bpm < SLOWEST_BPM) | (bpm > FASTEST_BPM)] = 0.0
    # A longer lag has fewer frames to agree in: without the first factor slow tempi would be too weak.
    score = related[1:] * len(centred) / (len(centred) - lags) * prior
    best = int(np.argmax(score))
    if 0 < best < len(score) - 1:
        low, middle, high = score[best - 1 : best + 2]
        bend = low - 2 * middle + high
        return float(lags[best] + (0.5 * (low - high) / bend if bend < 0 else 0.0))
    return float(lags[best])


def _best_row(envelope: Curve, period: float) -> list[int]:
    """Frames of the beats: dynamic programming over where the beat before each frame may have been."""
    back = np.arange(-round(2 * period), -max(round(period / 2), 1) + 1)
    cost = -TIGHTNESS * np.log(-back / period) ** 2
    score = envelope.copy()
    before = np.full(len(envelope), -1)
    for frame in range(-int(back[-1]), len(envelope)):
        first = max(0, -(frame + int(back[0])))
        reachable = score[frame + back[first:]] + cost[first:]
        best = int(np.argmax(reachable))
        if reachable[best] > 0:
            score[frame] += reachable[best]
            before[frame] = frame + int(back[first + best])
    row = [len(envelope) - round(period) + int(np.argmax(score[-round(period) :]))]
    while before[row[-1]] >= 0:
        row.append(int(before[row[-1]]))
    return row[::-1]
