"""The tempos of a song, laid out on a tempo map while the form goes round."""

from __future__ import annotations

from fractions import Fraction

from stemwright.live.clock.grid import Stretch, of_song
from stemwright.live.clock.tempo import TempoMap
from stemwright.song.state import GlobalState


class SongTempo:
    """Tempos by bars; begun at a position, laid out as far as is asked."""

    def __init__(self, state: GlobalState) -> None:
        self._state = state
        self._stretch: Stretch = of_song(state)
        self._bar = 0  # the first that is not laid out

    def begin(self, tempo: TempoMap, sample: int, position: Fraction) -> None:
        """The tempo of a position holds from a sample on."""
        bar = self._stretch.index(position)
        if tempo.bpm(sample) != self._bpm(bar):
            tempo.change(sample, self._bpm(bar))
        self._bar = bar + 1

    def extend(self, tempo: TempoMap, until: int) -> int | None:
        """Lay out the bars that begin before a sample; gives the first sample at which something changed."""
        first = None
        while (sample := tempo.sample(self._stretch.place(self._bar))) < until:
            if tempo.last.bpm != self._bpm(self._bar):
                tempo.change_at(self._stretch.place(self._bar), self._bpm(self._bar))
                first = sample if first is None else first
            self._bar += 1
        return first

    def _bpm(self, bar: int) -> Fraction:
        return self._state.timebase.bpm_of(bar % self._state.bars)
