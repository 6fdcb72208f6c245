"""How loud a layer is from bar to bar: a curve of steps at bar lines, each reached in the 20 ms before."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stemwright.mix.levels import amplitude
from stemwright.mix.stems import Stem
from stemwright.song.gains import USUAL, Gains
from stemwright.song.timebase import HOP, SAMPLE_RATE

if TYPE_CHECKING:
    from stemwright.song.document import Song

Audio = NDArray[np.float32]
RAMP_MS = 20


@dataclass(frozen=True, slots=True)
class GainCurve:
    """`steps`: (frame, dB from it on), the frames ascending; 0 dB before the first. A step at frame 0 has no
    ramp. Each sample's factor depends on its place alone, so that parts have the bits of the whole.
    """

    steps: tuple[tuple[int, float], ...]

    def factors(self, start: int, stop: int, rate: int) -> Audio:
        """The factors of the samples from `start` to before `stop` at `rate` Hz, float32 [stop - start]."""
        places, levels = self._points(rate)
        return np.interp(np.arange(start, stop, dtype=np.float64), places, levels).astype(np.float32)

    def applied(self, audio: Audio, rate: int, start: int = 0) -> Audio:
        """`audio` [N] or [N, channels], whose first sample is sample `start` of the song, times the curve."""
        factors = self.factors(start, start + len(audio), rate)
        return audio * (factors if audio.ndim == 1 else factors[:, None])

    def _points(self, rate: int) -> tuple[list[int], list[float]]:
        """Where the curve bends, in samples, and its factors there."""
        ramp = RAMP_MS * rate // 1000
        places, levels, now = [0], [amplitude(USUAL)], amplitude(USUAL)
        for frame, level in self.steps:
            at = frame * HOP * rate // SAMPLE_RATE
            if at == 0:
                levels[0] = now = amplitude(level)
                continue
            places += [max(at - ramp, places[-1]), at]
            levels += [now, amplitude(level)]
            now = levels[-1]
        return places, levels


class AutomatedStem:
    """A stem times its layer's curve."""

    def __init__(self, stem: Stem, curve: GainCurve, rate: int) -> None:
        self._stem, self._curve, self._rate = stem, curve, rate
        self.length, self.channels = stem.length, stem.channels

    def read(self, start: int, stop: int) -> Audio:
        """The stem's samples, as loud as the curve has them."""
        return self._curve.applied(self._stem.read(start, stop), self._rate, start)

    def key(self, start: int, stop: int) -> str | None:
        """The stem's, and the curve there."""
        key = self._stem.key(start, stop)
        factors = self._curve.factors(start, stop, self._rate)
        return None if key is None else f"{key} {hashlib.sha256(factors.tobytes()).hexdigest()}"


def gain_curve(song: Song, layer: str) -> GainCurve | None:
    """The curve of a layer's gains by bars; None where it has none."""
    gains: Gains = song.layers[layer].gains
    if not gains:
        return None
    timebase = song.state.timebase
    return GainCurve(tuple((timebase.bar_frame(bar), level) for bar, level in gains if bar < song.state.bars))
