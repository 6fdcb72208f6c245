"""The bar pointer's states: how long a beat is, and how far into it the music has come, in frames.

After F. Krebs, S. Böck and G. Widmer, An efficient state-space model for joint tempo and meter tracking
(ISMIR 2015): a beat of n frames has n states that follow each other, and only from its last one may the tempo
change, the less likely the further. So a frame of the forward algorithm is a shift and one small product.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.live.beats.spectrum import FRAME_RATE

Doubles = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

SLOWEST_BPM, FASTEST_BPM = 54.0, 220.0
STIFFNESS = 120.0
"""How unlikely a change of tempo is (lambda of the paper, by ratios)."""
LEVEL = 2**0.45
"""How much faster or slower than a tempo that is known the music may be."""
ANEW = 1e-4
"""How likely it is that after a beat the tempo is another altogether."""
USUAL_BPM, USUAL_OCTAVES = 110.0, 0.9
"""About which tempi are likely, and how far (standard deviation)."""
WIDTH = 4
"""Frames from a beat's beginning on in which it is heard, as wide as the network's activations."""


class TempoStates:
    """`intervals`: frames of a beat [J]. Of all states [S], one tempo after the other: `first` and `last` of
    each tempo [J], `position` and `interval` of each state [S] in frames, `on_beat`: states in which a beat
    is heard; `change` [J, J]: how likely each tempo follows each.

    Where the tempo is known to be about `around` BPM, those of another metrical level are left out.
    """

    def __init__(self, around: float | None = None) -> None:
        slowest, fastest = SLOWEST_BPM, FASTEST_BPM
        if around is not None:
            slowest, fastest = max(slowest, around / LEVEL), min(fastest, around * LEVEL)
        shortest, longest = (round(60 * FRAME_RATE / bpm) for bpm in (fastest, slowest))
        self.intervals: Indices = np.arange(shortest, longest + 1)
        ends = np.cumsum(self.intervals)
        self.first: Indices = ends - self.intervals
        self.last: Indices = ends - 1
        self.interval: Indices = np.repeat(self.intervals, self.intervals)
        self.position: Indices = np.arange(ends[-1]) - np.repeat(self.first, self.intervals)
        self.on_beat: Indices = np.flatnonzero(self.position < WIDTH)
        ratio = self.intervals[None, :] / self.intervals[:, None]
        change = np.exp(-STIFFNESS * np.abs(ratio - 1.0))
        change[change < 1e-12] = 0.0
        weight = self._weight(None, 0.0)
        self.change: Doubles = (1.0 - ANEW) * change / change.sum(1, keepdims=True) + ANEW * weight

    def prior(self, bpm: float | None = None, octaves: float = 0.08) -> Doubles:
        """Probabilities [S] before anything is heard: every tempo and place; or a tempo about `bpm`."""
        return np.repeat(self._weight(bpm, octaves) / self.intervals, self.intervals)

    def _weight(self, bpm: float | None, octaves: float) -> Doubles:
        """How likely each tempo is [J]."""
        tempo = 60.0 * FRAME_RATE / self.intervals
        weight = usual(tempo) if bpm is None else _bell(tempo, bpm, octaves)
        return np.asarray(weight / weight.sum())


def usual(tempo: npt.ArrayLike) -> Doubles:
    """How usual tempi in BPM are, 1 for the most usual."""
    return _bell(tempo, USUAL_BPM, USUAL_OCTAVES)


def _bell(tempo: npt.ArrayLike, bpm: float, octaves: float) -> Doubles:
    return np.asarray(np.exp(-0.5 * np.square(np.log2(np.asarray(tempo) / bpm) / octaves)))
