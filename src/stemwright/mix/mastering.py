"""A sum to its master: one gain, and where asked for equaliser and compressor, to a loudness; true peaks
below a ceiling.

All gains are one curve, common to everything that sounds. It is foreseen on the limiter's grid, by the
energies and the peaks of its steps; then the sum is measured under it, and what is off corrected: in most
mixes nothing.
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
from stemwright.mix.limiter import grid_step, limiting_edges
from stemwright.mix.loudness import Blocks
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
_CLOSE_LU = 0.08
_STEP_DB, _CEILING_STEP_DB = 0.1, 0.05
"""Gain and ceiling go in such steps, so that the edit of a bar seldom moves either: all else of the master
then stays as it was.
"""
_REACHED_LU = 0.5
_USUAL_SLOPE, _LEAST_SLOPE = 0.85, 0.3


@dataclass(frozen=True, slots=True)
class Measured:
    """The K-weighted energy, and the highest true peak of a sound, in each step of the limiter's grid; where
    loudness counts.
    """

    energies: Doubles
    highest: Doubles
    blocks: Blocks
    step: int

    @property
    def loudness(self) -> float:
        """In LUFS."""
        return self.blocks.loudness_by_steps(self.energies, self.step)

    def loudness_under(self, edges: Doubles | None, gain_db: float) -> float:
        """What it comes to after a gain and a limiter, in LUFS, nearly: as if the limiter moved so slowly
        that weighting does not see it.
        """
        power = amplitude(gain_db) ** 2
        if edges is None:
            return self.blocks.loudness_by_steps(self.energies * power, self.step)
        here, there = edges[:-1], edges[1:]
        along = (here * here + here * there + there * there) / 3
        return self.blocks.loudness_by_steps(self.energies * (along * power), self.step)


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
    if master.lufs is None or master.dbtp is None:
        return Mastered(plain, sound.loudness(plain), sound.true_peak(plain), 0.0, True)
    found = sound.measured(plain)
    if found.loudness <= SILENCE_DB:
        return _unmastered(sound, found, master.lufs, master.dbtp)
    curve, found = _bus(sound, found, master)
    return _limited(sound, found, curve, master)


class _Sum:
    """The sum, read under as many curves as it takes."""

    def __init__(self, source: Stem, rate: int, kept: Kept, told: Told) -> None:
        self.rate, self._source, self._kept, self._told = rate, source, kept, told

    def measured(self, curve: Curve) -> Measured:
        energies, peaks = (
            np.concatenate([np.zeros(0), *self.all(what, curve)]) for what in ("steps", "peaks")
        )
        return Measured(energies, peaks, Blocks(self._source.length, self.rate), grid_step(self.rate))

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
    highest = _down(dbtp - decibels(float(found.highest.max())) + wanted.most_limiting_db, _STEP_DB)
    ceiling = dbtp - _FIRST_MARGINS_DB[sound.rate >= _HIGH_RATE]
    off = 0.0  # how much louder it is than was foreseen
    for number in range(_ROUNDS):
        gain = _gain_to(target - off, found, ceiling, highest)
        edges = _edges(found, ceiling, gain)
        curve = replace(before, gain=amplitude(gain))
        loudness = foreseen = found.loudness_under(edges, gain)
        if edges is not None:
            curve = replace(curve, edges=(*before.edges, edges))
            loudness = sound.loudness(curve)
        missing = target - loudness
        near = abs(missing) <= _CLOSE_LU or (missing > 0 and gain >= highest)
        if not near and number < _ROUNDS - 1:
            off = loudness - foreseen
            continue
        peak = sound.true_peak(curve)
        over = max(peak - dbtp + _MARGIN_DB, 0.0)
        if over <= _CLOSE_DB:
            break
        ceiling = _down(ceiling - over - _CLOSE_DB / 2, _CEILING_STEP_DB)
    curve = replace(curve, gain=curve.gain * amplitude(-over))
    lowest = 1.0 if edges is None else float(edges.min())
    reached = abs(missing + over) <= _REACHED_LU
    return Mastered(curve, loudness - over, peak - over, over - decibels(lowest), reached)


def _edges(found: Measured, ceiling: float, gain: float) -> Doubles | None:
    """The limiter after a gain, both in dB."""
    return limiting_edges(found.highest, amplitude(ceiling), amplitude(gain))


def _gain_to(target: float, found: Measured, ceiling: float, highest: float) -> float:
    """The gain in dB, at most `highest`, that comes nearest to a loudness, as far as can be foreseen."""
    missing: dict[float, float] = {}
    gain = min(_near(target - found.loudness), highest)
    while gain not in missing and len(missing) < _ROUNDS:
        missing[gain] = target - found.loudness_under(_edges(found, ceiling, gain), gain)
        if abs(missing[gain]) <= _STEP_DB / 2:
            break
        slope = _slope(list(missing.items())[-2:])
        gain = min(_near(gain + missing[gain] / slope), highest)
    return min(missing, key=lambda tried: abs(missing[tried]))


def _near(level_db: float) -> float:
    """The nearest step."""
    return round(round(level_db / _STEP_DB) * _STEP_DB, 6)


def _down(level_db: float, step: float) -> float:
    """The next step below, or this one."""
    return round(math.floor(level_db / step + 1e-9) * step, 6)


def _slope(missing: list[tuple[float, float]]) -> float:
    """How much louder it becomes by one dB of gain, of which the limiter takes a part; by what was missing
    at the last gains.
    """
    if len(missing) < 2:
        return _USUAL_SLOPE
    (before, lacked), (now, lacks) = missing
    return min(max((lacked - lacks) / (now - before), _LEAST_SLOPE), 1.0)


def _unmastered(sound: _Sum, found: Measured, target: float, dbtp: float) -> Mastered:
    """Silence, or too little to measure: no gain, no limiter, only the ceiling."""
    over = max(decibels(float(found.highest.max(initial=0.0))) - (dbtp - _MARGIN_DB), 0.0)
    curve = Curve(sound.rate, amplitude(-over))
    return Mastered(curve, SILENCE_DB, sound.true_peak(curve), 0.0, target <= SILENCE_DB)
