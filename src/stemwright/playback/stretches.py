"""What is played: from some sample to the end, or round and round in a loop, without a gap or a double."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError, argument
from stemwright.producer.bars import parse_bars
from stemwright.song.state import GlobalState
from stemwright.song.timebase import HOP, SAMPLE_RATE

Audio = npt.NDArray[np.float32]
BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples: it begins at `start` and ends before `stop`; `back`: to where it then jumps, None: nowhere."""

    start: int
    stop: int
    back: int | None = None

    def once(self, audio: Audio) -> Audio:
        """What is played of `audio` [N, 2] before anything is repeated."""
        return audio[self.start : self.stop]

    def blocks(self, audio: Audio) -> Iterator[Audio]:
        """Blocks of `audio` [N, 2] as they are played; endless where there is a loop. A loop's end and its
        beginning stand in one block, side by side.
        """
        at, pieces, size = self.start, [], 0
        while at < self.stop or self.back is not None:
            if at >= self.stop:
                at = self.back or 0
            piece = audio[at : min(self.stop, at + BLOCK - size)]
            at += len(piece)
            size += len(piece)
            pieces.append(piece)
            if size == BLOCK:
                yield pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
                pieces, size = [], 0
        if pieces:
            yield np.concatenate(pieces)


def stretch_of(state: GlobalState, rate: int, first: int | None, loop: str | None) -> Stretch:
    """From bar `first` (from 1; None: the first, or the loop's) to the song's end, or in the loop of bars
    "5-8". UsageError for bars that are not there, and a beginning behind the loop.
    """
    if first is not None and not 1 <= first <= state.bars:
        raise UsageError(f"from bar {first}: the song has bars 1 to {state.bars}")
    if loop is None:
        return Stretch(_sample(state, (first or 1) - 1, rate), _sample(state, state.bars, rate))
    span = parse_bars(loop, state, "loop")
    if first is not None and first > span.last:
        raise UsageError(f"{argument('loop')} {span}: ends before bar {first}, from which is to be played")
    back, stop = _sample(state, span.first - 1, rate), _sample(state, span.last, rate)
    return Stretch(back if first is None else _sample(state, first - 1, rate), stop, back)


def _sample(state: GlobalState, bar: int, rate: int) -> int:
    return state.timebase.bar_frame(bar) * HOP * rate // SAMPLE_RATE
