"""Where each codec frame lies in the song, as whole numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FrameGrid:
    """`starts`, `ticks` [bars + 1]: first frame and first tick of every bar; `meters` [bars]. Per frame: its
    `bar`, `place` (frames since that bar's start) and `length` (frames of that bar), so that place / length
    is the phase in the bar, exactly."""

    meters: tuple[Meter, ...]
    starts: Ints
    ticks: Ints
    bar: Ints
    place: Ints
    length: Ints

    @property
    def frames(self) -> int:
        """Frames of the song."""
        return len(self.bar)

    @classmethod
    def of(cls, state: GlobalState) -> FrameGrid:
        """The grid of a song."""
        timebase = state.timebase
        starts = np.array([timebase.bar_frame(bar) for bar in range(state.bars + 1)], np.int64)
        lengths = np.diff(starts)
        bar = np.repeat(np.arange(state.bars, dtype=np.int64), lengths)
        place = np.arange(starts[-1], dtype=np.int64) - starts[bar]
        meters = tuple(state.meter_of(bar) for bar in range(state.bars))
        ticks = np.array([state.bar_tick(bar) for bar in range(state.bars + 1)], np.int64)
        return cls(meters, starts, ticks, bar, place, lengths[bar])

    def of_bars(self, what: Callable[[Meter], int]) -> Ints:
        """A number of each frame's meter [frames]."""
        return np.array([what(meter) for meter in self.meters], np.int64)[self.bar]

    def frame_of(self, ticks: Ints) -> tuple[Ints, npt.NDArray[np.float64]]:
        """Frame in which each tick falls and its place inside that frame, 0..1: `Timebase.tick_frame` split
        in two.

        Ticks must lie inside the song; its very end is frame `frames`.
        """
        bar = np.searchsorted(self.ticks, ticks, side="right") - 1
        lengths, per_bar = np.append(np.diff(self.starts), 0), np.append(np.diff(self.ticks), 1)[bar]
        product = lengths[bar] * (ticks - self.ticks[bar])
        return self.starts[bar] + product // per_bar, (product % per_bar) / per_bar
