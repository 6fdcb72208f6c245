"""A sum to its master: one gain, and where asked for equaliser and compressor, to a loudness; true peaks
below a ceiling.

All gains are one curve, common to everything that sounds. It is found in a few rounds, each of which reads
the sum in pieces: turned up to the loudness, limited, measured, and corrected by what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stemwright.mix.bus import Balance, compression, tilt
from stemwright.mix.filters import Signal
from stemwright.mix.levels import SILENCE_DB, amplitude, decibels
from stemwright.mix.limiter import GridPeaks, along, grid_step, limiting_edges
from stemwright.mix.loudness import LoudnessMeter
from stemwright.mix.masters import Master
from stemwright.mix.peaks import TruePeak
from stemwright.mix.spool import Spool
from stemwright.mix.stems import pieces
from stemwright.native.biquads import Biquads

Doubles = NDArray[np.float64]

_MARGIN_DB = 0.05
_FIRST_MARGINS_DB = 0.35, 0.1
"""How far below the ceiling peaks are held before it is known how much they grow between samples as gain
moves:
enough in most mixes, so that peaks are measured but once. At rates below and from _HIGH_RATE on, where less
lies near half the rate.
"""
_HIGH_RATE = 44_100
_CLOSE_DB = 0.03
_ROUNDS = 8
_CLOSE_LU = 0.05
_REACHED_LU = 0.5
_USUAL_SLOPE, _LEAST_SLOPE = 0.85, 0.3


@dataclass(frozen=True, slots=True)
class Curve:
    """A master as what is done to a sound: a filter of `sections` [S, 5], then a gain, which is `gain` times
    those of `edges`, on the limiter's grid (None: 1).
    """

    rate: int
    gain: float = 1.0
    edges: tuple[Doubles, ...] = ()
    sections: Doubles | None = None

    @property
    def plain(self) -> bool:
        """Whether nothing is done."""
        return self.gain == 1.0 and not self.edges and self.sections is None

    def along(self, start: int, stop: int) -> Doubles:
        """The gain of samples from and to."""
        gain = np.full(stop - start, self.gain)
        for edges in self.edges:
            gain *= along(edges, start, stop, grid_step(self.rate))
        return gain

    def turned(self, sound: Iterator[Signal]) -> Iterator[NDArray[np.float32]]:
        """A sound in pieces [n, 2] from its beginning on, as it is in the master."""
        filtering, start = None if self.sections is None else Biquads(self.sections, 2), 0
        for piece in sound:
            made = piece if filtering is None else filtering.push(piece)
            stop = start + len(piece)
            yield (made * self.along(start, stop)[:, None]).astype(np.float32)
            start = stop


@dataclass(frozen=True, slots=True)
class Measured:
    """A sum's loudness in LUFS, and the highest true peak in each step of the limiter's grid."""

    loudness: float
    highest: NDArray[np.float32]


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


def measured(sound: Iterator[Signal], length: int, rate: int) -> Measured:
    """What masters must know of a sum, in pieces [n, 2]."""
    meter, peaks = LoudnessMeter(length, 2, rate), GridPeaks(2, grid_step(rate))
    for piece in sound:
        meter.push(piece)
        peaks.push(piece)
    return Measured(meter.loudness(), peaks.flush())


def mastered(
    source: Spool, found: Measured, master: Master, rate: int, told: Told = lambda: None
) -> Mastered:
    """The master of a sum that is measured; `told` is called after each reading of it."""
    sound = _Sum(source, rate, told)
    if master.lufs is None or master.dbtp is None:
        peak = sound.true_peak(Curve(rate))
        return Mastered(Curve(rate), found.loudness, peak, 0.0, True)
    if found.loudness <= SILENCE_DB:
        return _unmastered(sound, found, master.lufs, master.dbtp)
    curve, found = _bus(sound, found, master)
    return _limited(sound, found, curve, master)


class _Sum:
    """The sum, read in pieces as often as it takes."""

    def __init__(self, source: Spool, rate: int, told: Told) -> None:
        self.source, self.rate, self._told = source, rate, told

    def pieces(self, curve: Curve) -> Iterator[NDArray[np.float32]]:
        yield from curve.turned(self.source.read(*span) for span in pieces(self.source.length, self.rate))
        self._told()

    def loudness(self, curve: Curve) -> float:
        meter = LoudnessMeter(self.source.length, 2, self.rate)
        for piece in self.pieces(curve):
            meter.push(piece)
        return meter.loudness()

    def true_peak(self, curve: Curve) -> float:
        meter = TruePeak(2)
        for piece in self.pieces(curve):
            meter.push(piece)
        return meter.flush()


def _bus(sound: _Sum, found: Measured, master: Master) -> tuple[Curve, Measured]:
    """Equaliser and compressor as far as the master asks for them, and what the sum measures behind them."""
    curve = Curve(sound.rate)
    if master.tilted:
        balance = Balance(sound.rate)
        for piece in sound.pieces(curve):
            balance.push(piece)
        if tilt_db := balance.tilt_db():
            curve = replace(curve, sections=tilt(tilt_db, sound.rate))
    if master.compressed:
        curve = replace(curve, edges=(compression(_powers(sound, curve)),))
    if curve.sections is not None or curve.edges:
        found = measured(sound.pieces(curve), sound.source.length, sound.rate)
    return curve, found


def _powers(sound: _Sum, curve: Curve) -> Doubles:
    """The mean square of each step of the grid, over both channels."""
    step, out = grid_step(sound.rate), []
    for piece in sound.pieces(curve):
        squares = np.square(piece, dtype=np.float64).mean(axis=1)
        steps = -(-len(squares) // step)
        squares = np.pad(squares, (0, steps * step - len(squares)))
        out.append(squares.reshape(steps, step).mean(axis=1))
    return np.concatenate([np.zeros(0), *out])


def _limited(sound: _Sum, found: Measured, before: Curve, wanted: Master) -> Mastered:
    """Gain and limiter after what comes before them."""
    target, dbtp = wanted.lufs or 0.0, wanted.dbtp or 0.0
    highest = dbtp - decibels(float(found.highest.max())) + wanted.most_limiting_db
    master = min(target - found.loudness, highest)
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
            master = min(master + missing / slope, highest)
            continue
        peak = sound.true_peak(curve)
        over = max(peak - dbtp + _MARGIN_DB, 0.0)
        if over <= _CLOSE_DB:
            break
        ceiling, tried = ceiling - over - _CLOSE_DB / 2, None
    curve = replace(curve, gain=curve.gain * amplitude(-over))
    lowest = 1.0 if edges is None else float(edges.min())
    reached = abs(missing + over) <= _REACHED_LU
    return Mastered(curve, loudness - over, peak - over, over - decibels(lowest), reached)


def _slope(before: tuple[float, float], now: tuple[float, float]) -> float:
    """How much louder it becomes by one dB of gain, of which the limiter takes a part."""
    step = now[0] - before[0]
    return min(max((now[1] - before[1]) / step, _LEAST_SLOPE), 1.0) if step else _USUAL_SLOPE


def _unmastered(sound: _Sum, found: Measured, target: float, dbtp: float) -> Mastered:
    """Silence, or too little to measure: no gain, no limiter, only the ceiling."""
    over = max(decibels(float(found.highest.max(initial=0.0))) - (dbtp - _MARGIN_DB), 0.0)
    curve = Curve(sound.rate, amplitude(-over))
    return Mastered(curve, SILENCE_DB, sound.true_peak(curve), 0.0, target <= SILENCE_DB)
