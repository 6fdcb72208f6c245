"""Transients: are attacks as sharp as those of a reference?

Conventions. `reference` and `estimate` are mono [N] of one rate, aligned at sample 0; onsets are seconds [M].
Levels are of the band above SPLIT_HZ, where attacks live (linear-phase filter of 63 taps: it spreads a click
over 1.3 ms to either side). Each onset is first moved, by at most 30 ms, to where the reference's level rises
most from one 10 ms to the next; estimate and reference are then measured at the same place.

- *Attack loss* in dB (0 is best; above: smeared or dull, below: too sharp): level of the reference in the
  first 20 ms from the onset minus that of the estimate, the mean of onsets.
- *Attack level* in dB needs no reference: the level of a sound's first 20 ms from each onset, moved to where
  the sound's own level rises most, less the RMS level of the whole sound; the median of onsets. What gain it
  has does not matter; compare it with the control's.
- *Pre-echo* in dB (0 is best; above: sound ahead of its attack): level of the estimate from 25 to 5 ms before
  the onset minus that of the reference, both not below RANGE_DB under the reference's attack, the mean of
  onsets.

Of those with a reference, only onsets count that rise by RISE_DB in it and reach FLOOR_DB: a soft entry has
no transient.
"""

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Curve = NDArray[np.float64]
Places = NDArray[np.int64]

SPLIT_HZ = 4000.0
TAPS = 63
SEARCH = 0.03
STEP = 0.01
ATTACK = 0.02
BEFORE = (0.025, 0.005)
RISE_DB = 6.0
FLOOR_DB = -60.0
RANGE_DB = 60.0


def validate(reference: ArrayLike, estimate: ArrayLike, onsets: ArrayLike) -> None:
    """ValueError unless the sounds are finite, mono and equally long, and `onsets` finite, not negative."""
    first, second = np.asarray(reference), np.asarray(estimate)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError(f"sounds should be mono and equally long, have shapes {first.shape}, {second.shape}")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("sounds should be finite")
    times = np.asarray(onsets, dtype=np.float64)
    if times.ndim != 1 or not np.isfinite(times).all() or np.any(times < 0):
        raise ValueError("onsets should be one row of finite times, none below 0")


def attacks(reference: ArrayLike, onsets: ArrayLike, sample_rate: int = 24000) -> Places:
    """Samples at which the `reference` has attacks, near `onsets` (seconds); soft entries are left out."""
    return _attacks(_energy(reference, sample_rate), onsets, sample_rate)


def attack_level_db(sound: ArrayLike, onsets: ArrayLike, sample_rate: int = 24000) -> float | None:
    """How strong attacks are above SPLIT_HZ beside the whole sound; None without onsets, and for silence."""
    validate(sound, sound, onsets)
    whole = float(np.mean(np.square(np.asarray(sound, dtype=np.float64)))) if np.size(sound) else 0.0
    if not np.size(onsets) or whole <= 1e-12:
        return None
    energy = _energy(sound, sample_rate)
    level = _level(energy, _rises(energy, onsets, sample_rate), (0.0, ATTACK), sample_rate)
    return float(np.median(level)) - 10 * float(np.log10(whole))


def evaluate(
    reference: ArrayLike, estimate: ArrayLike, onsets: ArrayLike, sample_rate: int = 24000
) -> "OrderedDict[str, Any]":
    """attack_loss_db, pre_echo_db (None where there are no attacks), attacks (count)."""
    validate(reference, estimate, onsets)
    wanted, heard = _energy(reference, sample_rate), _energy(estimate, sample_rate)
    places = _attacks(wanted, onsets, sample_rate)
    if not len(places):
        return OrderedDict(attack_loss_db=None, pre_echo_db=None, attacks=0)
    attack = (0.0, ATTACK)
    before = (-BEFORE[0], -BEFORE[1])
    sharp = _level(wanted, places, attack, sample_rate)
    loss = sharp - np.maximum(_level(heard, places, attack, sample_rate), sharp - RANGE_DB)
    floor = sharp - RANGE_DB
    early = np.maximum(_level(heard, places, before, sample_rate), floor)
    quiet = np.maximum(_level(wanted, places, before, sample_rate), floor)
    return OrderedDict(
        attack_loss_db=float(loss.mean()),
        pre_echo_db=float((early - quiet).mean()),
        attacks=len(places),
    )


def _energy(sound: ArrayLike, sample_rate: int) -> Curve:
    """Running sum of the squared high band [N + 1]."""
    signal = np.asarray(sound, dtype=np.float64)
    places = np.arange(TAPS) - TAPS // 2
    low = (
        2 * SPLIT_HZ / sample_rate * np.sinc(2 * SPLIT_HZ / sample_rate * places) * np.hanning(TAPS + 2)[1:-1]
    )
    taps = -low / low.sum()
    taps[TAPS // 2] += 1.0
    high = np.convolve(signal, taps)[TAPS // 2 : TAPS // 2 + len(signal)] if signal.size else signal
    return np.concatenate([np.zeros(1), np.cumsum(high**2)])


def _level(energy: Curve, places: Places, span: tuple[float, float], sample_rate: int) -> Curve:
    """Level in dB from `span[0]` to `span[1]` seconds after each place; outside the sound is silence."""
    last = len(energy) - 1
    first, end = (np.clip(places + round(edge * sample_rate), 0, last) for edge in span)
    power = (energy[end] - energy[first]) / max(round((span[1] - span[0]) * sample_rate), 1)
    return np.asarray(10 * np.log10(np.maximum(power, 1e-16)))


def _rises(energy: Curve, onsets: ArrayLike, sample_rate: int) -> Places:
    """Where the level rises most near each onset, each place once."""
    times = np.asarray(onsets, dtype=np.float64)
    reach = round(SEARCH * sample_rate)
    around = np.arange(-reach, reach + 1)
    last = len(energy) - 1
    found = []
    for centre in np.rint(times * sample_rate).astype(np.int64).tolist():
        near = np.clip(centre + around, 0, last)
        step = round(STEP * sample_rate)
        after = energy[np.minimum(near + step, last)] - energy[near]
        before = energy[near] - energy[np.maximum(near - step, 0)]
        found.append(int(near[np.argmax(after - before)]))
    return np.unique(np.array(found, dtype=np.int64))


def _attacks(energy: Curve, onsets: ArrayLike, sample_rate: int) -> Places:
    places = _rises(energy, onsets, sample_rate)
    sharp = _level(energy, places, (0.0, ATTACK), sample_rate)
    before_db = _level(energy, places, (-BEFORE[0], -BEFORE[1]), sample_rate)
    return np.asarray(places[(sharp >= FLOOR_DB) & (sharp - before_db >= RISE_DB)])
