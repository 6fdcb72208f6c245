"""Decoding piece by piece, on a fixed grid of chunks with context on both sides.

Chunk i holds frames ``[i * chunk, (i + 1) * chunk)`` and is computed from up to ``context`` frames before
and after it. What a
chunk is computed from depends on its place and the end of the tokens alone, never on how they arrived: the
pieces of a
stream joined together are, bit for bit, the whole decoded at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError

FloatArray = npt.NDArray[np.float32]


class TokenStream(Protocol):
    """What :func:`decoded` runs: pushes of tokens give samples of ``channels``, ``hop`` a frame, in chunks of
    ``chunk`` frames; a flush gives the rest.
    """

    hop: int
    channels: tuple[int, ...]
    chunk: int

    def push(self, tokens: npt.NDArray[np.integer]) -> FloatArray:
        """Add tokens ``[K, t]``; the audio that is now certain."""

    def flush(self) -> FloatArray:
        """The rest."""


class ChunkedStream(TokenStream, Protocol):
    """A stream of which each chunk can also be made alone, from the middle of a layer."""

    def checked(self, tokens: npt.NDArray[np.integer]) -> npt.NDArray[np.integer]:
        """The tokens. UsageError where they are none that the stream takes."""

    def depends(self, codes: npt.NDArray[np.integer], index: int) -> bytes:
        """What else than the decoder's bundle decides the bits of chunk ``index`` of codes ``[K, T]``."""

    def chunk_of(self, codes: npt.NDArray[np.integer], index: int) -> FloatArray:
        """Chunk ``index`` of codes ``[K, T]``: the bits that the whole has there. The stream is then at its
        end, and may be asked for another.
        """


class StreamingDecoder:
    """Takes tokens ``[8, t]`` in pieces of any length, gives audio as soon as a chunk and its context are
    there.
    """

    def __init__(
        self,
        run: Callable[[npt.NDArray[np.int64]], FloatArray],
        codebooks: int,
        chunk: int,
        context: int,
        hop: int,
        channels: tuple[int, ...] = (),
    ) -> None:
        self._run = run  # codes [K, t] -> audio [t * hop, *channels]
        self._codebooks, self._context = codebooks, context
        self._held = np.zeros((codebooks, 0), dtype=np.int64)
        self._first = 0  # frame number of the first held frame
        self._next = 0  # frame number where the next chunk starts
        self._ended = False
        self.hop, self.channels, self.chunk = hop, channels, chunk

    def push(self, tokens: npt.NDArray[np.integer]) -> FloatArray:
        """Add tokens ``[8, t]``; the audio that is now certain (often none), float32."""
        if self._ended:
            raise UsageError("this stream was flushed: start another")
        self._held = np.concatenate((self._held, self.checked(tokens).astype(np.int64)), axis=1)
        made = []
        while self._first + self._held.shape[1] >= self._next + self.chunk + self._context:
            made.append(self._decode(self._next + self.chunk, self._next + self.chunk + self._context))
        return self._joined(made)

    def checked(self, tokens: npt.NDArray[np.integer]) -> npt.NDArray[np.integer]:
        """The tokens. UsageError where they are not ``[codebooks, frames]`` of whole numbers."""
        if tokens.ndim != 2 or tokens.shape[0] != self._codebooks:
            raise UsageError(f"tokens: shape is {list(tokens.shape)}; it must be [{self._codebooks}, frames]")
        if not np.issubdtype(tokens.dtype, np.integer):
            raise UsageError(f"tokens: type is {tokens.dtype}; codes must be whole numbers")
        return tokens

    def flush(self) -> FloatArray:
        """The rest; no more can be pushed."""
        self._ended = True
        end = self._first + self._held.shape[1]
        made = []
        while self._next < end:
            stop = min(end, self._next + self.chunk)
            made.append(self._decode(stop, min(end, stop + self._context)))
        return self._joined(made)

    def reach(self, index: int, frames: int) -> tuple[int, int]:
        """The frames, from and to, of whose tokens chunk ``index`` of so many frames is made."""
        start = index * self.chunk
        return max(0, start - self._context), min(frames, start + self.chunk + self._context)

    def depends(self, codes: npt.NDArray[np.integer], index: int) -> bytes:
        """The tokens in reach, and where among them the chunk lies."""
        low, high = self.reach(index, codes.shape[1])
        start = index * self.chunk
        places = np.array([start - low, min(start + self.chunk, codes.shape[1]) - low], "<i8")
        return places.tobytes() + np.ascontiguousarray(codes[:, low:high], "<u2").tobytes()

    def chunk_of(self, codes: npt.NDArray[np.integer], index: int) -> FloatArray:
        """Chunk ``index`` of codes ``[K, T]`` alone. Not for recurrent graphs, which must hear all before."""
        low, high = self.reach(index, codes.shape[1])
        self._held, self._first = codes[:, low:high].astype(np.int64), low
        self._next, self._ended = index * self.chunk, True
        return self._decode(min(codes.shape[1], self._next + self.chunk), high)

    def _decode(self, stop: int, high: int) -> FloatArray:
        low = max(0, self._next - self._context)
        audio = self._run(self._held[:, low - self._first : high - self._first])
        piece = audio[(self._next - low) * self.hop : (stop - low) * self.hop]
        self._next = stop
        keep = max(0, stop - self._context)
        self._held = self._held[:, keep - self._first :]
        self._first = keep
        return piece

    def _joined(self, pieces: list[FloatArray]) -> FloatArray:
        return np.concatenate(pieces) if pieces else np.zeros((0, *self.channels), dtype=np.float32)


def decoded(stream: TokenStream, codes: npt.NDArray[np.integer]) -> FloatArray:
    """All that a new stream makes of codes ``[K, T]``: float32 ``[T * hop, *channels]``. It is made in
    pieces, of which one is held beside the whole.
    """
    audio, at = np.empty((codes.shape[1] * stream.hop, *stream.channels), dtype=np.float32), 0
    for start in range(0, codes.shape[1], stream.chunk):
        piece = stream.push(codes[:, start : start + stream.chunk])
        audio[at : at + len(piece)] = piece
        at += len(piece)
    audio[at:] = stream.flush()
    return audio
