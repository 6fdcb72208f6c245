"""What a mix must know of a stem before it is summed: its true peaks and its loudness.

Both are measured piece by piece, each with what lies before and after it, so that a piece's figures depend on
the samples near it alone. They are kept for the next mix, which measures again only what has changed.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import StemwrightError
from stemwright.mix.levels import columns, decibels
from stemwright.mix.limiter import grid_step, highest_by_step, limiting_edges
from stemwright.mix.loudness import WARM_SECONDS, Blocks, k_sections, weighted
from stemwright.mix.peaks import HALF_TAPS, peak_envelope
from stemwright.mix.stems import Kept, LimitedStem, Stem, pieces
from stemwright.native.biquads import Biquads

_VERSION = 1
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
    found = [_measured("peaks", stem, rate, *span, kept) for span in pieces(stem.length, rate)]
    highest = np.concatenate([np.zeros(0), *found])
    return LimitedStem(stem, limiting_edges(highest, ceiling), rate)


def stem_loudness(stem: Stem, rate: int, kept: Kept) -> float:
    """The loudness of a stem as it will be heard, in LUFS: in the middle, both channels have half their
    power.

    StemwrightError for one that is not finite.
    """
    blocks = Blocks(stem.length, rate)
    energies = np.zeros(max(len(blocks.cuts) - 1, 0))
    for start, stop in pieces(stem.length, rate):
        found = _measured("energies", stem, rate, start, stop, kept)
        first = int(np.searchsorted(blocks.cuts, start, side="right")) - 1
        energies[first : first + len(found)] += found
    if not np.isfinite(energies).all():
        raise StemwrightError("holds samples that are not finite; generate the layer again")
    loudness = blocks.loudness(energies)
    return loudness if stem.channels == 1 else loudness - _HALF_POWER


def _measured(what: str, stem: Stem, rate: int, start: int, stop: int, kept: Kept) -> NDArray[np.float64]:
    low, high = max(0, start - round(WARM_SECONDS * rate)), min(stem.length, stop + HALF_TAPS)
    samples = stem.key(low, high)
    place = f"{what} {_VERSION} {rate} {low} {start} {stop} {high} {stem.length} {stem.channels} {samples}"
    key = hashlib.sha256(place.encode()).hexdigest()
    found = None if samples is None else kept.get(key)
    if found is None:
        measure = _peaks if what == "peaks" else _energies
        found = measure(columns(stem.read(low, high)), rate, start - low, stop - low, stem.length, low)
        if samples is not None:
            kept.put(key, found)
    return np.asarray(found, np.float64)


def _peaks(
    signal: NDArray[np.float32], rate: int, first: int, last: int, length: int, low: int
) -> NDArray[np.float32]:
    """The highest true peak in each step of the limiter's grid."""
    envelope = np.maximum.reduce([peak_envelope(channel)[first:last] for channel in signal.T])
    return highest_by_step(envelope, grid_step(rate))


def _energies(
    signal: NDArray[np.float32], rate: int, first: int, last: int, length: int, low: int
) -> NDArray[np.float64]:
    """K-weighted energies of the segments of blocks, as far as they lie in the piece."""
    channels = signal.shape[1]
    squares = weighted(Biquads(k_sections(rate), channels), signal[:last], channels)[first:]
    cuts = Blocks(length, rate).cuts - (low + first)
    inside = cuts[(cuts > 0) & (cuts < last - first)]
    return np.asarray(np.add.reduceat(squares, np.concatenate([[0], inside])))
