"""Activity: does a stem sound where its score has notes, and is it quiet where it has none?

Conventions. Spans are begin and release of notes in seconds [N, 2]. *Sounding* is the union of the spans;
*quiet* is what lies at least GUARD seconds after the last release and 20 ms before the next begin (a room may
ring for a while). Levels are RMS in dB below full scale, not below -120; None where there is no such region.
"""

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import checks

GUARD = 0.5
LEAD_IN = 0.02
FLOOR_DB = -120.0
CLIPPED = 0.999
SOUNDS_DB = -50.0
"""A note whose loudest 50 ms are below this does not sound."""

_SLICE = 0.05


def level_db(audio: ArrayLike) -> float:
    """RMS level of `audio` [N] in dB below full scale; -120 for silence and for nothing."""
    signal = np.asarray(audio, dtype=np.float64)
    power = float(np.mean(signal**2)) if signal.size else 0.0
    return max(10.0 * float(np.log10(power)), FLOOR_DB) if power > 1e-12 else FLOOR_DB


def peak_db(audio: ArrayLike) -> float:
    """The largest sample of `audio` [N] in dB below full scale; -120 for silence."""
    highest = float(np.max(np.abs(np.asarray(audio, dtype=np.float64)), initial=0.0))
    return max(20.0 * float(np.log10(highest)), FLOOR_DB) if highest > 1e-6 else FLOOR_DB


def clipping(audio: ArrayLike) -> int:
    """How many samples of `audio` [N] are at full scale or beyond."""
    return int(np.count_nonzero(np.abs(np.asarray(audio)) >= CLIPPED))


def sounding_mask(samples: int, spans: ArrayLike, sample_rate: int = 24000) -> NDArray[np.bool_]:
    """True where a note is held [samples]."""
    return _covered(samples, _spans(spans), sample_rate)


def quiet_mask(
    samples: int, spans: ArrayLike, sample_rate: int = 24000, guard: float = GUARD
) -> NDArray[np.bool_]:
    """True where the score is silent and has been for `guard` seconds [samples]."""
    return ~_covered(samples, _spans(spans) + np.array([-LEAD_IN, guard]), sample_rate)


def sounding_share(audio: ArrayLike, spans: ArrayLike, sample_rate: int = 24000) -> float | None:
    """The share of notes whose loudest 50 ms (the note and 50 ms more) reach SOUNDS_DB.

    None without notes.
    """
    signal = np.asarray(audio, dtype=np.float64)
    size = round(_SLICE * sample_rate)
    energy = np.concatenate([np.zeros(1), np.cumsum(signal**2)])
    heard = []
    for begin, release in _spans(spans):
        first = min(round(begin * sample_rate), len(signal))
        last = min(max(round(release * sample_rate), first) + size, len(signal))
        starts = np.arange(first, max(last - size, first) + 1, max(size // 4, 1))
        ends = np.minimum(starts + size, len(signal))
        power = float(((energy[ends] - energy[starts]) / size).max(initial=0.0))
        heard.append(power >= 10.0 ** (SOUNDS_DB / 10.0))
    return float(np.mean(heard)) if heard else None


def evaluate(
    audio: ArrayLike, spans: ArrayLike, sample_rate: int = 24000, guard: float = GUARD
) -> "OrderedDict[str, Any]":
    """sounding_db, quiet_db, contrast_db (difference), sounding_share, rms_db, peak_db, clipped."""
    checks.mono(audio)
    checks.spans(spans)
    signal = np.asarray(audio, dtype=np.float64)
    sounding = signal[sounding_mask(len(signal), spans, sample_rate)]
    quiet = signal[quiet_mask(len(signal), spans, sample_rate, guard)]
    loud = level_db(sounding) if sounding.size else None
    soft = level_db(quiet) if quiet.size else None
    return OrderedDict(
        sounding_db=loud,
        quiet_db=soft,
        contrast_db=loud - soft if loud is not None and soft is not None else None,
        sounding_share=sounding_share(signal, spans, sample_rate),
        rms_db=level_db(signal),
        peak_db=peak_db(signal),
        clipped=clipping(signal),
    )


def _spans(spans: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(spans, dtype=np.float64).reshape(-1, 2)


def _covered(samples: int, spans: NDArray[np.float64], sample_rate: int) -> NDArray[np.bool_]:
    places = np.clip(np.rint(spans * sample_rate), 0, samples).astype(np.int64)
    change = np.zeros(samples + 1, dtype=np.int64)
    np.add.at(change, places[:, 0], 1)
    np.add.at(change, places[:, 1], -1)
    covered: NDArray[np.bool_] = np.cumsum(change)[:samples] > 0
    return covered
