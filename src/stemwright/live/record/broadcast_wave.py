"""Broadcast Wave files that grow while one plays: whole at every moment, and larger than 4 GB where needed.

A file is 32-bit floats with a `bext` chunk (EBU Tech 3285), whose TimeReference lets a DAW put all buses at
their place. Room is kept for the `ds64` chunk of RF64 (EBU Tech 3306), which the file becomes when its size
no longer fits 32 bits. The sizes in the header are written anew after each piece, so a program that is killed
leaves a file that opens, with all but the last piece in it.
"""

from __future__ import annotations

import struct
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

RIFF_LIMIT = 0xFFFFFFFF - 1024
"""Bytes of data from which on a file is RF64; below, its whole size fits 32 bits."""
_HIDDEN = 0xFFFFFFFF  # in a field of 32 bits: look into ds64
_FLOAT = 3  # WAVE_FORMAT_IEEE_FLOAT
_BEXT = struct.Struct("<256s32s32s10s8sIIH64s10s180s")
_DS64 = struct.Struct("<QQQI")


class BroadcastWave:
    """A file that is being recorded. ``began``: when its first sample sounded, by the clock on the wall.

    OSError where it cannot be made or written, FileExistsError where it is there.
    """

    def __init__(self, path: Path, rate: int, channels: int, began: datetime, description: str = "") -> None:
        self.path, self.rate, self.channels = path, rate, channels
        self.frames = 0
        self._stream = path.open("xb", buffering=0)
        self._data = self._begin(began, description)

    def write(self, sound: npt.NDArray[np.float32]) -> None:
        """Append frames: [n, channels], -1 to 1. ValueError for another shape. After an OSError the file is
        as it was before this piece, as far as the disk allows."""
        if sound.ndim != 2 or sound.shape[1] != self.channels:
            raise ValueError(f"frames of shape {sound.shape}, not [n, {self.channels}]")
        if not len(sound):
            return
        self._stream.seek(self._data + self.frames * self._frame)
        left = memoryview(np.ascontiguousarray(sound, "<f4").tobytes())
        while left:
            left = left[self._stream.write(left) :]
        self.frames += len(sound)
        self._put_sizes()

    def cut(self, frames: int) -> None:
        """Let go of all after the first ``frames``."""
        if frames < self.frames:
            self.frames = frames
            self._put_sizes()
            self._stream.truncate(self._data + frames * self._frame)

    def close(self) -> None:
        """Finish the file. Nothing can be written after it."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _frame(self) -> int:
        return 4 * self.channels

    def _begin(self, began: datetime, description: str) -> int:
        """Write the header of an empty file; where its data begin."""
        per_second = self._frame * self.rate
        form = struct.pack("<HHIIHHH", _FLOAT, self.channels, self.rate, per_second, self._frame, 32, 0)
        chunks = [
            (b"JUNK", bytes(_DS64.size)),
            (b"bext", _bext(began, self.rate, description)),
            (b"fmt ", form),
            (b"fact", bytes(4)),
        ]
        header = b"RIFF" + bytes(4) + b"WAVE"
        for name, content in chunks:
            if name == b"fact":
                self._fact = len(header) + 8
            header += name + struct.pack("<I", len(content)) + content
        header += b"data" + bytes(4)
        self._stream.write(header)
        self._put_sizes(len(header))
        return len(header)

    def _put_sizes(self, data: int | None = None) -> None:
        """Write into the header how long everything is."""
        data = self._data if data is None else data
        size = self.frames * self._frame
        whole = data + size - 8
        if size < RIFF_LIMIT:
            self._put(0, b"RIFF" + struct.pack("<I", whole))
            self._put(self._fact, struct.pack("<I", self.frames))
            self._put(data - 4, struct.pack("<I", size))
            return
        hidden = struct.pack("<I", _HIDDEN)
        self._put(12, b"ds64" + struct.pack("<I", _DS64.size) + _DS64.pack(whole, size, self.frames, 0))
        self._put(0, b"RF64" + hidden)
        self._put(self._fact, hidden)
        self._put(data - 4, hidden)

    def _put(self, place: int, content: bytes) -> None:
        self._stream.seek(place)
        self._stream.write(content)


def _bext(began: datetime, rate: int, description: str) -> bytes:
    """The chunk's 602 bytes: version 1, without a UMID."""
    midnight = began.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = began - midnight
    samples = passed.seconds * rate + round(passed.microseconds * rate / 1_000_000)
    text = description.encode("ascii", "replace")[:256]
    day, clock = began.strftime("%Y-%m-%d").encode(), began.strftime("%H:%M:%S").encode()
    low, high = samples & 0xFFFFFFFF, samples >> 32
    return _BEXT.pack(text, b"Stemwright", b"", day, clock, low, high, 1, b"", b"", b"")
