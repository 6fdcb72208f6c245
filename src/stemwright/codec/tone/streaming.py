"""A layer on its way from tokens to sound, stretch by stretch, on a fixed grid.

A stretch is computed from its place, its tokens, some before it and the four frames after it (two that the
trunk sees ahead, two whose windows reach into it), and the notes that are near, never from how the tokens
arrived: the pieces of a stream, joined, are bit for bit the whole decoded at once, and each stretch can be
made alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from stemwright.codec.tokens import validate
from stemwright.codec.tone import layout as L
from stemwright.codec.tone.notes import FRAME_FEATURES, Notes, frame_features, near, notes_of, sounding
from stemwright.codec.tone.rest import BEFORE, EDGE, Controls, RestStretch, rest
from stemwright.codec.tone.voices import TimbreVoices
from stemwright.errors import StemwrightError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stemwright.codec.tone.graphs import Array, Shape
    from stemwright.codec.tone.tuning import Tuning
    from stemwright.models import Bundle
    from stemwright.song.score import Score
    from stemwright.song.timebase import Timebase

TRUNK, NOTES = "trunk.onnx", "notes.onnx"
STRETCH = 300
"""Frames that are decoded at once."""
GATE = 24.0
"""Samples at 24 kHz in which a note fades in."""
AHEAD = 2
"""Frames that the trunk sees ahead."""
LOOKAHEAD = AHEAD + EDGE
"""Frames after a stretch that must be there before it is certain."""
_SIZES = {
    "envelope": (L.ENVELOPE,),
    "width": (L.SIDE_POINTS,),
    "noise": (L.STREAMS, L.BANDS),
    "side": (L.STREAMS, L.SIDE_POINTS),
    "free": (3, L.LOW_BINS),
}
CONTROLS = sum(int(np.prod(shape)) for shape in _SIZES.values())


class StreamGraphs(Protocol):
    """What a stream asks of its decoder."""

    bundle: Bundle
    codebooks: int
    codebook_size: int
    context: int
    tuning: Tuning

    def place(self, layer: str, timbre: str) -> tuple[str, npt.NDArray[np.int64]]:
        """The kind that a layer is of, and its timbre's row as graphs take it."""

    def floats(self, name: str, given: Mapping[str, Array], *shapes: Shape) -> list[L.Floats]:
        """The outputs of a graph."""


class ToneStream:
    """Takes tokens [K, t] of one layer in pieces of any length, gives its sound as soon as a stretch of
    ``chunk`` frames and the four after it are there: float32 [n] at 24 kHz, or ``wide`` [n, 2] at 48 kHz.
    """

    def __init__(
        self,
        decoder: StreamGraphs,
        layer: str,
        score: Score,
        timebase: Timebase,
        timbre: str,
        *,
        wide: bool,
        chunk: int = STRETCH,
    ) -> None:
        if chunk < 1:
            raise UsageError(f"chunk: {chunk} frames cannot be decoded at once; give 1 or more")
        kind, self._slot = decoder.place(layer, timbre)
        self.scale = 2 if wide else 1
        self.hop, self.chunk = L.HOP * self.scale, chunk
        self.channels: tuple[int, ...] = (2,) if wide else ()
        self._decoder, self._layer, self._timbre = decoder, layer, timbre
        self._notes = notes_of(layer, score, timebase)
        self._voices = TimbreVoices(decoder.tuning, kind, timbre, self._notes.drums, self.scale)
        self._held = np.zeros((decoder.codebooks, 0), np.int64)
        self._first = 0  # frame number of the first held frame
        self._next = 0  # frame number where the next stretch begins
        self._ended = False

    @property
    def frames(self) -> int:
        """Frames that have come so far."""
        return self._first + self._held.shape[1]

    def push(self, tokens: npt.NDArray[np.integer]) -> L.Floats:
        """Add tokens [K, t]; the sound that is now certain (often none). UsageError for tokens that are not
        this codec's.
        """
        if self._ended:
            raise UsageError("this stream was flushed: start another")
        self._held = np.concatenate([self._held, self.checked(tokens).astype(np.int64)], axis=1)
        made = []
        while self.frames >= self._next + self.chunk + LOOKAHEAD:
            made.append(self._stretch(self.chunk))
        return self._joined(made)

    def checked(self, tokens: npt.NDArray[np.integer]) -> npt.NDArray[np.integer]:
        """The tokens. UsageError where they are not this codec's."""
        new = validate(tokens, self._decoder.codebook_size)
        if len(new) != self._decoder.codebooks:
            raise UsageError(
                f"{self._layer}: tokens have {len(new)} codebooks, not {self._decoder.codebooks}; "
                "they are of another codec"
            )
        return new

    def flush(self) -> L.Floats:
        """The rest; no more can be pushed."""
        self._ended = True
        made = []
        while self._next < self.frames:
            made.append(self._stretch(min(self.chunk, self.frames - self._next)))
        return self._joined(made)

    def reach(self, index: int, frames: int) -> tuple[int, int]:
        """The frames, from and to, of whose tokens stretch ``index`` of so many frames is made."""
        start = index * self.chunk
        low = max(0, start - BEFORE - self._decoder.context)
        return low, min(frames, start + self.chunk + LOOKAHEAD)

    def depends(self, codes: npt.NDArray[np.integer], index: int) -> bytes:
        """Layer, timbre and rate, the stretch's place, the tokens in reach and the notes near them."""
        low, high = self.reach(index, codes.shape[1])
        notes, start = near(self._notes, low, high), index * self.chunk
        stop = min(start + self.chunk, codes.shape[1])
        names = f"{self._layer}\0{self._timbre}\0{self.scale}\0".encode()
        places = np.array([start, stop, low, high, len(notes)], "<i8")
        arrays = (places, notes.start, notes.end, notes.pitch, notes.velocity)
        tokens = np.ascontiguousarray(codes[:, low:high], "<u2")
        return names + b"".join(array.tobytes() for array in (*arrays, tokens))

    def chunk_of(self, codes: npt.NDArray[np.integer], index: int) -> L.Floats:
        """Stretch ``index`` of codes [K, T] alone: the bits that the whole has there."""
        low, high = self.reach(index, codes.shape[1])
        self._held, self._first = codes[:, low:high].astype(np.int64), low
        self._next, self._ended = index * self.chunk, True
        return self._stretch(min(self.chunk, codes.shape[1] - self._next))

    def _stretch(self, frames: int) -> L.Floats:
        """The next frames' sound."""
        first, channels = self._next, self.scale
        begin, end = max(0, first - BEFORE - self._decoder.context), first + frames + LOOKAHEAD
        notes = near(self._notes, begin, min(self.frames, end))
        controls, seen = self._trunk(notes, first - BEFORE, frames + BEFORE + EDGE)
        where = RestStretch(self._layer, notes, first, frames, self.scale, channels)
        made = rest(controls, where) + self._partials(controls, seen, where)
        if not bool(np.isfinite(made).all()):
            raise StemwrightError(
                f"{self._decoder.bundle.path}: gave audio that is not finite; get the bundle again"
            )
        self._next += frames
        self._forget(self._next - BEFORE - self._decoder.context)
        if channels == 1:
            mono: L.Floats = made[0]
            return mono
        return np.stack([made[0] + made[1], made[0] - made[1]], axis=1)

    def _trunk(self, notes: Notes, first: int, frames: int) -> tuple[Controls, L.Floats]:
        """Controls of frames and what notes see of them; beyond the layer, those of its first and last."""
        low, high = max(0, first), min(self.frames, first + frames)
        begin, end = max(0, low - self._decoder.context), min(self.frames, high + AHEAD)
        seen, made = self._decoder.floats(
            TRUNK,
            {
                "codes": self._held[None, :, begin - self._first : end - self._first],
                "told": frame_features(notes, begin, end - begin)[None],
                "timbre": self._slot,
            },
            (1, end - begin, None),
            (1, end - begin, CONTROLS),
        )
        inside = np.clip(np.arange(first, first + frames), 0, self.frames - 1) - begin
        return _controls(made[0][inside]), seen[0][inside]

    def _partials(self, controls: Controls, seen: L.Floats, where: RestStretch) -> L.Floats:
        from stemwright.native.oscillators import render

        low, high = max(0, where.first - 1), min(self.frames, where.first + where.frames + 1)
        rows = sounding(where.notes, low, high - low)
        if not len(rows.note):
            return np.zeros((where.channels, where.samples), np.float32)
        frame = rows.frame + low - (where.first - BEFORE)
        (levels,) = self._decoder.floats(
            NOTES,
            {
                "seen": seen[frame],
                "told": rows.features,
                "pitch": where.notes.pitch[rows.note],
                "timbre": self._slot,
            },
            (len(rows.note), L.NOTE_OUTPUTS),
        )
        played = self._voices.sounding(
            where.notes, rows, levels, controls.envelope[frame], controls.width[frame], where.channels, low
        )
        made: L.Floats = render(
            played, where.channels, where.samples, where.first * where.hop, where.hop, GATE * self.scale
        )
        return made

    def _forget(self, before: int) -> None:
        """Drop held frames that nothing will need."""
        if before > self._first:
            self._held = self._held[:, before - self._first :]
            self._first = before

    def _joined(self, pieces: list[L.Floats]) -> L.Floats:
        return np.concatenate(pieces) if pieces else np.zeros((0, *self.channels), np.float32)


def _controls(made: L.Floats) -> Controls:
    parts, at = {}, 0
    for name, shape in _SIZES.items():
        size = int(np.prod(shape))
        parts[name] = made[:, at : at + size].reshape(-1, *shape)
        at += size
    return Controls(**parts)


__all__ = ["AHEAD", "CONTROLS", "FRAME_FEATURES", "LOOKAHEAD", "NOTES", "STRETCH", "TRUNK", "ToneStream"]
