"""A layer's sound without an end: notes come phrase by phrase, tokens in blocks, and all that is certain
sounds at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.codec.tone import layout as L
from stemwright.codec.tone.notes import Notes, near, notes_of
from stemwright.codec.tone.rest import BEFORE
from stemwright.codec.tone.streaming import LOOKAHEAD, StreamGraphs, ToneStream
from stemwright.song.score import Score

if TYPE_CHECKING:
    from stemwright.song.timebase import Timebase


class EndlessTone(ToneStream):
    """A `ToneStream` whose notes are added as they are written; it decodes in one stretch whatever is certain
    with each push, so it sounds the same, but for rounding, however tokens are cut.

    ``push`` gives the sound of all frames but the last `LOOKAHEAD` that came. Notes of a stretch must be
    there before its tokens are. For use by one thread at a time.
    """

    def __init__(
        self, decoder: StreamGraphs, layer: str, timebase: Timebase, timbre: str, *, wide: bool
    ) -> None:
        super().__init__(decoder, layer, Score(()), timebase, timbre, wide=wide)

    def follow(self, score: Score, timebase: Timebase, start: int) -> None:
        """Add the notes of a phrase that begins at a frame of this stream. Phrases come in order."""
        new, shift = notes_of(self._layer, score, timebase), start * L.HOP
        old = self._reached()
        self._notes = Notes(
            old.drums,
            np.concatenate([old.start, new.start + shift]),
            np.concatenate([old.end, new.end + shift]),
            np.concatenate([old.pitch, new.pitch]),
            np.concatenate([old.velocity, new.velocity]),
        )

    def push(self, tokens: npt.NDArray[np.integer]) -> L.Floats:
        """Add tokens [K, t]; the sound that is now certain."""
        self.chunk = max(1, self.frames + tokens.shape[-1] - LOOKAHEAD - self._next)
        return super().push(tokens)

    def flush(self) -> L.Floats:
        """The rest; no more can be pushed."""
        self.chunk = max(1, self.frames - self._next)
        return super().flush()

    def _reached(self) -> Notes:
        """The notes that what is still to sound can need: an endless layer must not keep them all."""
        first = max(0, self._next - BEFORE - self._decoder.context)
        return near(self._notes, first, 1 << 40)
