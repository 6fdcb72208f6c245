"""Sustain: do held notes hold still, and is their sound on their partials?

Conventions. Spans are begin and release of notes in seconds [N, 2], pitches MIDI numbers [N], `audio` mono.
Judged is the *middle* of each note of LONG seconds or more: from ATTACK after its begin to RELEASE before its
end; of a layer that plays one note at a time to before the next begin; of chords the longest stretch in which
nothing else begins.

- *Roughness* in dB (lower is smoother): the levels of partials 1 to PARTIALS of the written pitch, every 5 ms
  (Hann window of 40 ms or four periods), less their own smooth trend (a parabola over a quarter of a second);
  the standard deviation, mean of partials, median of notes. Counted are partials within RANGE_DB of the
  note's strongest and farther than the window resolves from partials of other notes that sound.
- *Partials over rest* in dB (higher is cleaner): energy of the middle within 10 Hz or 1.2% of a partial of
  any note that sounds, over all other energy, 30 Hz to 8 kHz; median of notes.

Both know the written pitch: a wrong note has neither. Source: ours. A tremolo or a chorus is rough too, and a
breathy flute has energy beside its partials: compare with the control.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import checks
from stemwright.evaluation.pitch import hertz
from stemwright.evaluation.trend import less_trend

Floats = NDArray[np.float64]

LONG = 0.5
ATTACK, RELEASE, LEAST = 0.12, 0.04, 0.3
TOGETHER = 0.03
RINGS = {True: 0.15, False: 0.3}
"""Seconds that another note may still ring after its release; True for one note at a time."""

PARTIALS = 6
OTHERS_PARTIALS = 12
RANGE_DB = 40.0
SILENT_DB = -70.0
STEP = 0.005
LEAST_STEPS = 20
TREND = 0.255
EDGE = 2
WINDOW, PERIODS = 0.04, 4.0
HIGHEST_HZ = 10500.0

FRAME = 4096 / 24000
NEAR_HZ, NEAR_SHARE = 10.0, 0.012
BAND_HZ = (30.0, 8000.0)
MOST_COVERED = 0.85
"""Where the partials of chords cover more of the band than this, there is no rest to compare with."""


@dataclass(frozen=True, slots=True)
class Middle:
    """What is judged of a note: its pitch, from `begin` to `end` in seconds, and the other pitches then."""

    pitch: float
    begin: float
    end: float
    others: tuple[float, ...]


def middles(spans: ArrayLike, pitches: ArrayLike, single: bool) -> list[Middle]:
    """The middles of long notes; `single`: the layer plays one note at a time."""
    times, written = np.asarray(spans, dtype=np.float64).reshape(-1, 2), np.asarray(pitches, dtype=np.float64)
    found = []
    for index, (begin, release) in enumerate(times.tolist()):
        if release - begin < LONG:
            continue
        first, last = _alone(times[:, 0], begin, release, single)
        if last - first < LEAST:
            continue
        sounding = (times[:, 0] < last) & (times[:, 1] + RINGS[single] > first) & (written != written[index])
        found.append(Middle(float(written[index]), first, last, tuple(written[sounding].tolist())))
    return found


def roughness_db(audio: ArrayLike, middle: Middle, sample_rate: int = 24000) -> float | None:
    """Roughness of one note; None where it is silent, too short, or none of its partials stands alone."""
    base = float(hertz(middle.pitch))
    signal = _cut(audio, middle, sample_rate)
    size = int(max(WINDOW, PERIODS / base) * sample_rate) // 2 * 2
    if len(signal) < size + LEAST_STEPS * round(STEP * sample_rate):
        return None
    crowd = np.outer(hertz(middle.others), np.arange(1, OTHERS_PARTIALS + 1)).ravel()
    levels = [
        _levels(signal, partial, size, sample_rate)
        for partial in base * np.arange(1, PARTIALS + 1)
        if partial <= HIGHEST_HZ and not np.any(np.abs(crowd - partial) < 2.0 * sample_rate / size)
    ]
    strongest = max((float(level.mean()) for level in levels), default=-np.inf)
    if strongest < SILENT_DB:
        return None
    count = round(TREND / STEP)
    heard = [level for level in levels if level.mean() > strongest - RANGE_DB]
    return float(np.mean([less_trend(level, count)[EDGE:-EDGE].std() for level in heard]))


def partials_over_rest_db(audio: ArrayLike, middle: Middle, sample_rate: int = 24000) -> float | None:
    """Energy on the partials over the rest, of one note's middle; None where partials cover nearly all."""
    signal = _cut(audio, middle, sample_rate)
    if len(signal) < 2:
        return None
    size = min(round(FRAME * sample_rate), len(signal))
    frames = np.lib.stride_tricks.sliding_window_view(signal, size)[:: max(size // 4, 1)]
    power = (np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2).sum(axis=0)
    frequencies = np.arange(len(power)) * sample_rate / size
    on = np.zeros(len(power), dtype=np.bool_)
    for base in hertz([middle.pitch, *middle.others]).tolist():
        nearest = np.maximum(np.round(frequencies / base), 1) * base
        on |= np.abs(frequencies - nearest) <= np.maximum(NEAR_HZ, NEAR_SHARE * frequencies)
    band = (frequencies > BAND_HZ[0]) & (frequencies < BAND_HZ[1])
    if not band.any() or on[band].mean() > MOST_COVERED or power[band].sum() <= 1e-9:
        return None
    return float(10 * np.log10((power[on & band].sum() + 1e-12) / (power[~on & band].sum() + 1e-12)))


def evaluate(
    audio: ArrayLike, spans: ArrayLike, pitches: ArrayLike, single: bool, sample_rate: int = 24000
) -> "OrderedDict[str, Any]":
    """roughness_db, partials_db (None where no note can be judged), notes (with a middle)."""
    checks.mono(audio)
    checks.spans(spans)
    if len(np.asarray(pitches)) != len(np.asarray(spans)):
        raise ValueError("every span needs a pitch")
    held = middles(spans, pitches, single)
    return OrderedDict(
        roughness_db=_median([roughness_db(audio, middle, sample_rate) for middle in held]),
        partials_db=_median([partials_over_rest_db(audio, middle, sample_rate) for middle in held]),
        notes=len(held),
    )


def _alone(begins: Floats, begin: float, release: float, single: bool) -> tuple[float, float]:
    """The stretch of a note that is judged."""
    first, last = begin + ATTACK, release - RELEASE
    later = np.sort(begins[(begins > begin + TOGETHER) & (begins < last)])
    if single:
        return first, min(last, float(later[0]) - RELEASE) if len(later) else last
    cuts = np.concatenate([[first], later[later > first], [last]])
    longest = int(np.argmax(np.diff(cuts)))
    from_here = cuts[longest] + (ATTACK if longest else 0.0)
    to_there = cuts[longest + 1] - (RELEASE if longest + 2 < len(cuts) else 0.0)
    return max(first, float(from_here)), float(to_there)


def _cut(audio: ArrayLike, middle: Middle, sample_rate: int) -> Floats:
    first, last = int(middle.begin * sample_rate), int(middle.end * sample_rate)
    return np.asarray(audio)[first:last].astype(np.float64)


def _levels(signal: Floats, frequency: float, size: int, sample_rate: int) -> Floats:
    """Level in dB of what sounds at a frequency, every STEP seconds."""
    turned = signal * np.exp(-2j * np.pi * frequency / sample_rate * np.arange(len(signal)))
    window = np.hanning(size + 1)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(turned, size)[:: round(STEP * sample_rate)]
    return np.asarray(20 * np.log10(np.abs(frames @ window) * (2 / window.sum()) + 1e-7))


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None
