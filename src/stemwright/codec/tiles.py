"""A layer's sound as tiles: the chunks of its decoder's fixed grid, each with a key and made when asked for.

A tile's key says all that decides its bits on one machine: the decoder's bundle, the tokens in reach, and
what
else its stream depends on (`ChunkedStream.depends`). So tiles of equal keys are equal, and an edit changes
the keys of those tiles alone that it reaches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

from stemwright.codec.streaming import ChunkedStream, FloatArray, TokenStream

DECODE_VERSION = 1
"""Goes up when the same tokens come to sound otherwise, so that older tiles are not taken for new ones."""


class Tiles(Protocol):
    """A layer's sound, float32 ``[frames * hop, *channels]``, in tiles of ``chunk`` frames but for the last.

    For use by one thread at a time.
    """

    hop: int
    channels: tuple[int, ...]
    chunk: int
    frames: int

    def key(self, index: int) -> str:
        """SHA-256 of all that decides a tile's bits on this machine."""

    def tile(self, index: int) -> FloatArray:
        """Tile ``index``."""


class AloneTiles:
    """Tiles of a stream that makes each of them alone; ``bundle``: the identity of its decoder."""

    def __init__(self, stream: ChunkedStream, codes: npt.NDArray[np.integer], bundle: str) -> None:
        self._stream, self._codes, self._bundle = stream, stream.checked(codes), bundle
        self.hop, self.channels, self.chunk = stream.hop, stream.channels, stream.chunk
        self.frames = codes.shape[1]

    def key(self, index: int) -> str:
        """SHA-256 of the bundle and all that the stream says."""
        return _sha256(self._bundle.encode(), self._stream.depends(self._codes, index))

    def tile(self, index: int) -> FloatArray:
        """Tile ``index``, decoded alone."""
        return self._stream.chunk_of(self._codes, index)


class InOrderTiles:
    """Tiles of what is only made in order, from the start on; one that lies behind starts anew.

    ``begin`` gives the tiles in order; ``content``: says all that decides them, but for tile and place.
    """

    def __init__(
        self,
        begin: Callable[[], Iterator[FloatArray]],
        content: bytes,
        frames: int,
        hop: int,
        channels: tuple[int, ...],
        chunk: int,
    ) -> None:
        self._begin, self._content = begin, _sha256(content)
        self.hop, self.channels, self.chunk, self.frames = hop, channels, chunk, frames
        self._next = 0
        self._coming = begin()

    def key(self, index: int) -> str:
        """SHA-256 of the whole content and the tile's place."""
        return _sha256(self._content.encode(), str(index).encode())

    def tile(self, index: int) -> FloatArray:
        """Tile ``index``; all before it are made on the way."""
        if index < self._next:
            self._next, self._coming = 0, self._begin()
        for made in self._coming:
            self._next += 1
            if self._next > index:
                return made
        raise IndexError(index)


def in_order(start: Callable[[], TokenStream], codes: npt.NDArray[np.integer], bundle: str) -> InOrderTiles:
    """Tiles of a stream whose chunks depend on all that came before: a recurrent graph's."""

    def pieces() -> Iterator[FloatArray]:
        stream = start()
        for at in range(0, codes.shape[1], stream.chunk):
            yield from _cut(stream.push(codes[:, at : at + stream.chunk]), stream)
        yield from _cut(stream.flush(), stream)

    first = start()
    content = bundle.encode() + np.ascontiguousarray(codes, "<u2").tobytes()
    return InOrderTiles(pieces, content, codes.shape[1], first.hop, first.channels, first.chunk)


def _cut(sound: FloatArray, stream: TokenStream) -> Iterator[FloatArray]:
    """Sound that begins with a tile, in tiles."""
    size = stream.chunk * stream.hop
    for at in range(0, len(sound), size):
        yield sound[at : at + size]


def _sha256(*parts: bytes) -> str:
    digest = hashlib.sha256(f"decode {DECODE_VERSION}\0".encode())
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()
