"""A master as what is done to a sound: a filter, then a gain that moves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stemwright.mix.filters import Signal
from stemwright.mix.limiter import along, grid_step, turned
from stemwright.mix.loudness import WARM_SECONDS
from stemwright.mix.stems import Audio, Stem
from stemwright.native.biquads import Biquads

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """A filter of `sections` [S, 5], then a gain, which is `gain` times those of `edges`, on the limiter's
    grid (None: 1).
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

    def key(self, start: int, stop: int) -> str:
        """What decides what is done to samples from and to, beside their past, in one word."""
        step, said = grid_step(self.rate), hashlib.sha256(f"{self.gain.hex()}\0".encode())
        for edges in self.edges:
            said.update(edges[start // step : -(-stop // step) + 1].tobytes())
        said.update(b"" if self.sections is None else b"\0" + self.sections.tobytes())
        return said.hexdigest()

    def turned(self, sound: Iterator[Signal]) -> Iterator[NDArray[np.float32]]:
        """A sound in pieces [n, 2] from its beginning on, as it is in the master."""
        filtering, start = None if self.sections is None else Biquads(self.sections, 2), 0
        for piece in sound:
            made = piece if filtering is None else filtering.push(piece)
            stop = start + len(piece)
            yield turned(made, self.along(start, stop))
            start = stop


class TurnedStem:
    """A stereo sound under a curve, as it is measured: read anywhere. Its filter begins in silence a little
    before, which is nearer than measuring sees.
    """

    channels = 2

    def __init__(self, sound: Stem, curve: Curve) -> None:
        self._sound, self._curve = sound, curve
        self._before = 0 if curve.sections is None else round(WARM_SECONDS * curve.rate)
        self.length = sound.length

    def read(self, start: int, stop: int) -> Audio:
        """Samples from and to, [n, 2]."""
        low, sections = max(start - self._before, 0), self._curve.sections
        sound = self._sound.read(low, stop)
        if self._curve.plain:
            return sound
        filtered = sound if sections is None else Biquads(sections, 2).push(sound)[start - low :]
        return turned(filtered, self._curve.along(start, stop))

    def key(self, start: int, stop: int) -> str | None:
        """The sound's, and the curve's there."""
        key = self._sound.key(max(start - self._before, 0), stop)
        return key if key is None else f"{key} {self._curve.key(start, stop)}"
