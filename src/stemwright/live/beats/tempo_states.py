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
STIFFNESS = 90.0
"""How unlikely a change of tempo is (lambda of the paper, by ratios)."""
WIDTH = 1 / 16
"""The share of a beat from its beginning on in which a beat is expected to be heard."""


class TempoStates:
    """`intervals`: frames of a beat [J]. Of all states [S], one tempo after the other: `first` and `last` of
    each tempo [J], `position` and `interval` of each state [S] in frames, `on_beat`: states in which a beat
    is heard; `change` [J, J]: how likely each tempo follows each.
    """

    def __init__(self) -> None:
        shortest, longest = (round(60 * FRAME_RATE / bpm) for bpm in (FASTEST_BPM, SLOWEST_BPM))
        self.intervals: Indices = np.arange(shortest, longest + 1)
        ends = np.cumsum(self.intervals)
        self.first: Indices = ends - self.intervals
        self.last: Indices = ends - 1
        self.interval: Indices = np.repeat(self.intervals, self.intervals)
        self.position: Indices = np.arange(ends[-1]) - np.repeat(self.first, self.intervals)
        self.on_beat: Indices = np.flatnonzero(self.position < np.maximum(1.0, self.interval * WIDTH))
        ratio = self.intervals[None, :] / self.intervals[:, None]
        change = np.exp(-STIFFNESS * np.abs(ratio - 1.0))
        change[change < 1e-12] = 0.0
        self.change: Doubles = change / change.sum(1, keepdims=True)

    def prior(self, bpm: float | None = None, octaves: float = 0.08) -> Doubles:
        """Probabilities [S] before anything is heard: every tempo and place; or a tempo about `bpm`."""
        tempo = 60.0 * FRAME_RATE / self.intervals
        weight = np.exp(-0.5 * np.square(np.log2(tempo / (bpm or 110.0)) / (octaves if bpm else 0.9)))
        spread = np.repeat(weight / self.intervals, self.intervals)
        return np.asarray(spread / spread.sum())
