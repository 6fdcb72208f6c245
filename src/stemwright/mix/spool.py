"""A sound that is too long to hold, in a temporary file outside the song, which is gone with the process."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stemwright.mix.filters import Signal
from stemwright.store.atomic import explain

_IN_MEMORY = 1 << 24
"""Bytes of a short sound, which needs no file."""


class Spool:
    """A stereo sound: appended to, and read in pieces; float32 [length, 2]."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # `spool` closes it
        self.length = 0
        self.highest = 0.0
        """The largest magnitude."""

    def append(self, piece: Signal) -> NDArray[np.float32]:
        """Add samples [n, 2]; they come back as they are kept. StemwrightError where the disk is full."""
        kept = np.ascontiguousarray(piece, np.float32)
        with _told():
            self._file.seek(self.length * 8)
            self._file.write(kept.data.cast("B") if kept.size else b"")
        self.length += len(kept)
        self.highest = max(self.highest, float(np.abs(kept).max(initial=0.0)))
        return kept

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Samples from and to, [n, 2]."""
        with _told():
            self._file.seek(start * 8)
            return np.frombuffer(self._file.read((stop - start) * 8), np.float32).reshape(-1, 2)

    def close(self) -> None:
        """Let it go."""
        self._file.close()


@contextlib.contextmanager
def spool() -> Iterator[Spool]:
    """A new one, for as long as the block lasts."""
    made = Spool()
    try:
        yield made
    finally:
        made.close()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise explain(error, Path(tempfile.gettempdir())) from error
