"""Stems that are decoded tile by tile, and the shelf where tiles lie: in the song's cache, or outside of it
for as long as the mix takes.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stemwright.store.sounds import SOUND_LIMIT, SOUND_NAME, Sounds
from stemwright.work.machine import PACKAGES, processor, versions
from stemwright.work.threads import Cancel, each

if TYPE_CHECKING:
    import numpy.typing as npt

    from stemwright.codec.tiles import Tiles
    from stemwright.store import SongFolder
    from stemwright.work.progress import Watch

_HELD = 3
"""Tiles of a stem that are held: what lies on either side of a piece is read with it."""


class Shelf:
    """Where sounds lie under their keys: in `song`, which may be None or only read, else in `scratch`."""

    def __init__(self, song: Sounds | None, writing: bool, scratch: Sounds) -> None:
        self._song, self._writing, self._scratch = song, writing and song is not None, scratch

    def get(self, key: str) -> npt.NDArray[Any] | None:
        """The array under a key; None where there is none here, of this machine."""
        here = _on_this_machine(key)
        found = None if self._song is None else self._song.get(here)
        return found if found is not None else self._scratch.get(here)

    def has(self, key: str) -> bool:
        """Whether there is a file under a key; whether it is whole shows when it is read. It counts as used:
        a mix that finds its sum has no need to read it, and yet it is the song's.
        """
        here = _on_this_machine(key)
        return any(place.touch(here) for place in (self._song, self._scratch) if place is not None)

    def put(self, key: str, array: npt.NDArray[np.floating[Any]]) -> bool:
        """Keep an array; whether there was room for it."""
        here = _on_this_machine(key)
        if self._writing and self._song is not None and self._song.put(here, array):
            return True
        return self._scratch.put(here, array)


@contextlib.contextmanager
def shelf(folder: SongFolder, *, writable: bool, size: int) -> Iterator[Shelf]:
    """The shelf for stems of `size` bytes in all. What is more than the song's cache may hold, and all where
    the song cannot be written to, goes outside of it and is gone when the block ends.
    """
    song = Sounds(folder.cache.path / SOUND_NAME, SOUND_LIMIT)
    with tempfile.TemporaryDirectory(prefix="stemwright-") as scratch:
        yield Shelf(song, writable and size <= SOUND_LIMIT, Sounds(Path(scratch), None))
        if writable:
            song.trim()


@cache
def _machine() -> bytes:
    """What the bits of a decoded sound depend on beside its key: processor and libraries."""
    found = versions()
    return "\0".join([processor(), *(found[name] for name in PACKAGES)]).encode()


def _on_this_machine(key: str) -> str:
    return hashlib.sha256(_machine() + b"\0" + key.encode()).hexdigest()


class TiledStem:
    """A stem of a mix (`mix.stems.Stem`) whose tiles are decoded where the shelf does not have them."""

    def __init__(self, tiles: Tiles, on: Shelf) -> None:
        self._tiles, self._shelf = tiles, on
        self._size = tiles.chunk * tiles.hop
        self._held: dict[int, npt.NDArray[np.float32]] = {}
        self.length, self.channels = tiles.frames * tiles.hop, 2 if tiles.channels else 1
        self.keys = [tiles.key(index) for index in range(-(-tiles.frames // tiles.chunk))]

    def missing(self) -> list[int]:
        """Tiles that are not on the shelf."""
        return [index for index, key in enumerate(self.keys) if not self._shelf.has(key)]

    def make(self, index: int) -> npt.NDArray[np.float32]:
        """Decode a tile, and keep it."""
        made = self._tiles.tile(index)
        self._shelf.put(self.keys[index], made)
        return made

    def read(self, start: int, stop: int) -> npt.NDArray[np.float32]:
        """Samples from and to, float32 [n] or [n, 2]."""
        if stop <= start:
            return np.zeros((0, 2) if self.channels == 2 else 0, np.float32)
        first, last = start // self._size, (stop - 1) // self._size
        found = [self._tile(index) for index in range(first, last + 1)]
        joined = found[0] if len(found) == 1 else np.concatenate(found)
        return joined[start - first * self._size : stop - first * self._size]

    def key(self, start: int, stop: int) -> str:
        """The keys of the tiles that hold these samples."""
        return ",".join(self.keys[start // self._size : -(-stop // self._size)])

    def _tile(self, index: int) -> npt.NDArray[np.float32]:
        if index not in self._held:
            found = self._shelf.get(self.keys[index])
            self._held[index] = self.make(index) if found is None else np.asarray(found, np.float32)
            if len(self._held) > _HELD:
                del self._held[next(iter(self._held))]
        return self._held[index]


def fill(stems: Mapping[str, TiledStem], watch: Watch) -> None:
    """Decode all tiles that are missing, of several stems at once."""

    def decode(item: tuple[str, TiledStem], cancelled: Cancel) -> None:
        for index in item[1].missing():
            if cancelled():
                return
            item[1].make(index)

    each(list(stems.items()), decode, watch, "decode")
