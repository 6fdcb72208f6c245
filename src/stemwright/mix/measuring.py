"""What a mix must know of a sound, a stem's or the sum's: its true peaks, its loudness, its balance.

All are measured piece by piece, each with what lies before and after it, so that a piece's figures depend on
the samples near it alone. They are kept for the next mix, which measures again only what has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import StemwrightError
from stemwright.mix.bus import balance
from stemwright.mix.filters import Signal
from stemwright.mix.levels import columns, decibels
from stemwright.mix.limiter import grid_step, highest_by_step, limiting_edges
from stemwright.mix.loudness import WARM_SECONDS, Blocks, k_sections, weighted
from stemwright.mix.peaks import HALF_TAPS, highest_between, peak_envelope
from stemwright.mix.stems import Kept, LimitedStem, Stem, pieces
from stemwright.native.biquads import Biquads

_VERSION = 3
"""Goes up when the same samples come to measure otherwise."""
_HALF_POWER = decibels(2**0.5)


class NothingKept:
    """Keeps nothing."""

    def get(self, key: str) -> None:
        """Never there."""

    def put(self, key: str, array: NDArray[np.floating]) -> bool:
        """No."""
        return False


def held(stem: Stem, rate: int, ceiling: float, kept: Kept) -> LimitedStem:
    """A stem with true peaks at or below an amplitude, `ceiling`."""
    highest = np.concatenate([np.zeros(0), *of_pieces("peaks", stem, rate, kept)])
    return LimitedStem(stem, limiting_edges(highest, ceiling), rate)


def stem_loudness(stem: Stem, rate: int, kept: Kept) -> float:
    """The loudness of a stem as it will be heard, in LUFS: in the middle, both channels have half their
    power.

    StemwrightError for one that is not finite.
    """
    found = loudness(stem, rate, kept)
    return found if stem.channels == 1 else found - _HALF_POWER


def loudness(stem: Stem, rate: int, kept: Kept) -> float:
    """The integrated loudness of a sound in LUFS. StemwrightError for one that is not finite."""
    blocks = Blocks(stem.length, rate)
    energies = np.zeros(max(len(blocks.cuts) - 1, 0))
    found = of_pieces("energies", stem, rate, kept)
    for (start, _), piece in zip(pieces(stem.length, rate), found, strict=True):
        first = int(np.searchsorted(blocks.cuts, start, side="right")) - 1
        energies[first : first + len(piece)] += piece
    if not np.isfinite(energies).all():
        raise StemwrightError("holds samples that are not finite; generate the layer again")
    return blocks.loudness(energies)


def of_pieces(what: str, stem: Stem, rate: int, kept: Kept) -> list[NDArray[np.float64]]:
    """What each piece of a sound measures: one of `_MEASURES`."""
    return [_measured(what, stem, rate, *span, kept) for span in pieces(stem.length, rate)]


def _measured(what: str, stem: Stem, rate: int, start: int, stop: int, kept: Kept) -> NDArray[np.float64]:
    low, high = max(0, start - round(WARM_SECONDS * rate)), min(stem.length, stop + HALF_TAPS)
    samples = stem.key(low, high)
    place = f"{what} {_VERSION} {rate} {low} {start} {stop} {high} {stem.length} {stem.channels} {samples}"
    key = hashlib.sha256(place.encode()).hexdigest()
    found = None if samples is None else kept.get(key)
    if found is None:
        signal = columns(stem.read(low, high))
        found = _MEASURES[what](signal, _Place(rate, start - low, stop - low, low, stem.length))
        if samples is not None:
            kept.put(key, found)
    return np.asarray(found, np.float64)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a piece lies in the samples around it, `first` to `last`, and these in a sound: from `low` on,
    of `length`.
    """

    rate: int
    first: int
    last: int
    low: int
    length: int


def _peaks(signal: Signal, at: _Place) -> NDArray[np.float32]:
    """The highest true peak in each step of the limiter's grid."""
    envelope = np.maximum.reduce([peak_envelope(channel)[at.first : at.last] for channel in signal.T])
    return highest_by_step(envelope, grid_step(at.rate))


def _energies(signal: Signal, at: _Place) -> NDArray[np.float64]:
    """K-weighted energies of the segments of blocks, as far as they lie in the piece."""
    squares = _weighted(signal, at)
    cuts = Blocks(at.length, at.rate).cuts - (at.low + at.first)
    inside = cuts[(cuts > 0) & (cuts < at.last - at.first)]
    return np.asarray(np.add.reduceat(squares, np.concatenate([[0], inside])))


def _steps(signal: Signal, at: _Place) -> NDArray[np.float64]:
    """K-weighted energies of the steps of the limiter's grid."""
    return np.asarray(_by_step(_weighted(signal, at), at.rate).sum(axis=1))


def _true_peak(signal: Signal, at: _Place) -> NDArray[np.float64]:
    """The piece's true peak [1], an amplitude."""
    return np.array([highest_between(signal, at.first, at.last)])


def _powers(signal: Signal, at: _Place) -> NDArray[np.float64]:
    """The mean square of each step of the limiter's grid, over all channels."""
    squares = np.square(signal[at.first : at.last], dtype=np.float64).mean(axis=1)
    return np.asarray(_by_step(squares, at.rate).mean(axis=1))


def _balance(signal: Signal, at: _Place) -> NDArray[np.float64]:
    """The powers of lows and highs [2]."""
    return balance(signal[: at.last], at.rate, at.first)


def _weighted(signal: Signal, at: _Place) -> NDArray[np.float64]:
    """The K-weighted squares of the piece, summed over channels."""
    channels = signal.shape[1]
    return weighted(Biquads(k_sections(at.rate), channels), signal[: at.last], channels)[at.first :]


def _by_step(values: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """One row a step of the limiter's grid; the last ends in zeros."""
    step = grid_step(rate)
    padded = np.zeros(-(-len(values) // step) * step)
    padded[: len(values)] = values
    return padded.reshape(-1, step)


_MEASURES: dict[str, Callable[[Signal, _Place], NDArray[np.floating[Any]]]] = {
    "peaks": _peaks,
    "energies": _energies,
    "steps": _steps,
    "true peak": _true_peak,
    "powers": _powers,
    "balance": _balance,
}
