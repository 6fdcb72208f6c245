"""A sum to its master: one gain, and where asked for equaliser and compressor, to a loudness; true peaks
below a ceiling.

All gains are one curve, common to everything that sounds. It is found in a few rounds, each of which reads
the sum in pieces: turned up to the loudness, limited, measured, and corrected by what is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stemwright.mix.bus import balancing_tilt, compression, tilt
from stemwright.mix.curve import Curve, TurnedStem
from stemwright.mix.levels import SILENCE_DB, amplitude, decibels
from stemwright.mix.limiter import limiting_edges
from stemwright.mix.masters import Master
from stemwright.mix.measuring import loudness, of_pieces
from stemwright.mix.stems import Kept, Stem

Doubles = NDArray[np.float64]

_MARGIN_DB = 0.05
_FIRST_MARGINS_DB = 0.35, 0.1
"""How far below the ceiling peaks are held before it is known how much they grow between samples as gain
moves: enough in most mixes, so that peaks are measured but once. At rates below and from _HIGH_RATE on, where
less lies near half the rate.
"""
_HIGH_RATE = 44_100
_CLOSE_DB = 0.03
_ROUNDS = 8
_CLOSE_LU = 0.05
_STEP_DB = 0.05
"""Gain and ceiling go in such steps, so that the edit of a bar seldom moves either: all else of the master
then stays as it was.
"""
_REACHED_LU = 0.5
_USUAL_SLOPE, _LEAST_SLOPE = 0.85, 0.3


@dataclass(frozen=True, slots=True)
class Measured:
    """A sum's loudness in LUFS, and the highest true peak in each step of the limiter's grid."""

    loudness: float
    highest: Doubles


@dataclass(frozen=True, slots=True)
class Mastered:
    """The curve, and what it makes: loudness in LUFS, true peak in dBTP, the largest gain reduction by the
    limiter in dB, and whether the loudness asked for was reached.
    """

    curve: Curve
    loudness_lufs: float
    true_peak_dbtp: float
    limiting_db: float
    reached: bool


Told = Callable[[], object]


def mastered(
    sum_of_stems: Stem, master: Master, rate: int, kept: Kept, told: Told = lambda: None
) -> Mastered:
    """The master of a sum of two channels. `told` is called after each reading of it.

    It is measured in pieces, and what a piece measures is `kept`: under another curve, or where the sum has
    changed, only the pieces that differ are measured again. StemwrightError for a sum that is not finite.
    """
    sound = _Sum(sum_of_stems, rate, kept, told)
    plain = Curve(rate)
    found = sound.measured(plain)
    if master.lufs is None or master.dbtp is None:
        return Mastered(plain, found.loudness, sound.true_peak(plain), 0.0, True)
    if found.loudness <= SILENCE_DB:
        return _unmastered(sound, found, master.lufs, master.dbtp)
    curve, found = _bus(sound, found, master)
    return _limited(sound, found, curve, master)


class _Sum:
    """The sum, read under as many curves as it takes."""

    def __init__(self, source: Stem, rate: int, kept: Kept, told: Told) -> None:
        self.rate, self._source, self._kept, self._told = rate, source, kept, told

    def measured(self, curve: Curve) -> Measured:
        return Measured(self.loudness(curve), np.concatenate([np.zeros(0), *self.all("peaks", curve)]))

    def loudness(self, curve: Curve) -> float:
        return loudness(TurnedStem(self._source, curve), self.rate, self._kept)

    def true_peak(self, curve: Curve) -> float:
        return decibels(max((float(peak[0]) for peak in self.all("true peak", curve)), default=0.0))

    def all(self, what: str, curve: Curve) -> list[Doubles]:
        """What all pieces measure."""
        found = of_pieces(what, TurnedStem(self._source, curve), self.rate, self._kept)
        self._told()
        return found


def _bus(sound: _Sum, found: Measured, master: Master) -> tuple[Curve, Measured]:
    """Equaliser and compressor as far as the master asks for them, and what the sum measures behind them."""
    curve = Curve(sound.rate)
    if master.tilted:
        low, high = np.sum(sound.all("balance", curve), axis=0)
        if tilt_db := balancing_tilt(low, high):
            curve = replace(curve, sections=tilt(tilt_db, sound.rate))
    if master.compressed:
        powers = np.concatenate([np.zeros(0), *sound.all("powers", curve)])
        curve = replace(curve, edges=(compression(powers),))
    if curve.sections is not None or curve.edges:
        found = sound.measured(curve)
    return curve, found


def _limited(sound: _Sum, found: Measured, before: Curve, wanted: Master) -> Mastered:
    """Gain and limiter after what comes before them."""
    target, dbtp = wanted.lufs or 0.0, wanted.dbtp or 0.0
    highest = _down(dbtp - decibels(float(found.highest.max())) + wanted.most_limiting_db)
    master = min(_near(target - found.loudness), highest)
    ceiling = dbtp - _FIRST_MARGINS_DB[sound.rate >= _HIGH_RATE]
    tried: tuple[float, float] | None = None  # gain and loudness of the round before
    for number in range(_ROUNDS):
        edges = limiting_edges(found.highest, amplitude(ceiling), amplitude(master))
        curve = replace(before, gain=amplitude(master))
        if edges is not None:
            curve = replace(curve, edges=(*before.edges, edges))
        loudness = sound.loudness(curve) if edges is not None or number else found.loudness + master
        missing = target - loudness
        near = abs(missing) <= _CLOSE_LU or (missing > 0 and master >= highest)
        if not near and number < _ROUNDS - 1:
            slope = _USUAL_SLOPE if tried is None else _slope(tried, (master, loudness))
            tried = master, loudness
            master = min(_near(master + missing / slope), highest)
            continue
        peak = sound.true_peak(curve)
        over = max(peak - dbtp + _MARGIN_DB, 0.0)
        if over <= _CLOSE_DB:
            break
        ceiling, tried = _down(ceiling - over - _CLOSE_DB / 2), None
    curve = replace(curve, gain=curve.gain * amplitude(-over))
    lowest = 1.0 if edges is None else float(edges.min())
    reached = abs(missing + over) <= _REACHED_LU
    return Mastered(curve, loudness - over, peak - over, over - decibels(lowest), reached)


def _near(level_db: float) -> float:
    """The nearest step."""
    return round(level_db / _STEP_DB) * _STEP_DB


def _down(level_db: float) -> float:
    """The next step below, or this one."""
    return math.floor(level_db / _STEP_DB) * _STEP_DB


def _slope(before: tuple[float, float], now: tuple[float, float]) -> float:
    """How much louder it becomes by one dB of gain, of which the limiter takes a part."""
    step = now[0] - before[0]
    return min(max((now[1] - before[1]) / step, _LEAST_SLOPE), 1.0) if step else _USUAL_SLOPE


def _unmastered(sound: _Sum, found: Measured, target: float, dbtp: float) -> Mastered:
    """Silence, or too little to measure: no gain, no limiter, only the ceiling."""
    over = max(decibels(float(found.highest.max(initial=0.0))) - (dbtp - _MARGIN_DB), 0.0)
    curve = Curve(sound.rate, amplitude(-over))
    return Mastered(curve, SILENCE_DB, sound.true_peak(curve), 0.0, target <= SILENCE_DB)
