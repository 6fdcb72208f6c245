"""Sounds that were worked out: `cache/sound/<key>`, arrays under the SHA-256 of all that they depend on.

A key names everything that decides the numbers, so no entry ever goes out of date. A damaged entry counts as
absent. The folder is bounded: `trim` removes what was used least recently. Each file is a header and the raw
numbers, little-endian; a checksum (CRC-32) over both and the key tells whether it is whole.
"""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import StemwrightError
from stemwright.store import atomic
from stemwright.store.records import is_sha, read_limited

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SOUND_NAME = "sound"
"""The folder's name in `cache/`."""
SOUND_LIMIT = 1 << 30
"""Bytes that a song's cache of sounds may hold after a mix."""
FILE_LIMIT = 1 << 26
"""Bytes of one file."""

_MAGIC = b"SWSOUND1"
_HEADER = struct.Struct("<8s2sBxIII")  # magic, type, dimensions, (a zero), shape, checksum
_TYPES = (b"f4", b"f8")


class Sounds:
    """The arrays in `path`; `limit`: bytes that `trim` leaves, None for any number.

    Reading is safe beside a writer. Only one process at a time may write (the song's lock).
    """

    def __init__(self, path: Path, limit: int | None = SOUND_LIMIT) -> None:
        self.path, self.limit = path, limit

    def get(self, key: str) -> npt.NDArray[Any] | None:
        """The array under a key, read-only; None where there is none or it is damaged."""
        import numpy as np

        path = self.file(key)
        try:
            found = _content(read_limited(path, key, FILE_LIMIT), key)
        except (FileNotFoundError, StemwrightError):
            return None
        with contextlib.suppress(OSError):  # as used now; where that cannot be written, nothing is lost
            os.utime(path)
        kind, shape, data = found
        return np.frombuffer(data, f"<{kind}").reshape(shape)

    def touch(self, key: str) -> bool:
        """Whether there is a file under a key, which counts as used now; whether it is whole shows when it is
        read.
        """
        path = self.file(key)
        try:
            os.utime(path)
        except OSError:  # not there, or not to be changed
            return path.is_file()
        return True

    def put(self, key: str, array: npt.NDArray[np.floating]) -> bool:
        """Keep an array, float32 or float64 of one or two dimensions; whether there was room for it."""
        import numpy as np

        whole = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        kind, shape = whole.dtype.str[1:].encode(), (*whole.shape, 0)[:2]
        if kind not in _TYPES or whole.ndim not in (1, 2):
            raise ValueError(
                f"{whole.dtype} {list(whole.shape)} is not float32 or float64 of 1 or 2 dimensions"
            )
        data = whole.tobytes()
        if len(data) + _HEADER.size > FILE_LIMIT or self.path.is_symlink():
            return False
        checksum = _checksum(kind, whole.ndim, shape, key, data)
        header = _HEADER.pack(_MAGIC, kind, whole.ndim, *shape, checksum)
        return self._write(self.file(key), header + data)

    def trim(self) -> int:
        """Remove what was used least recently until the limit holds, and what killed processes left; returns
        the bytes that are there now. Only under the song's lock.
        """
        atomic.sweep([self.path])
        found = sorted((status.st_mtime_ns, status.st_size, name) for name, status in self._files())
        held = sum(size for _, size, _ in found)
        for _, size, name in found:
            if self.limit is None or held <= self.limit:
                break
            with contextlib.suppress(OSError):
                (self.path / name).unlink()
                held -= size
        return held

    def problems(self) -> Iterator[str]:
        """What `verify` says of this folder: a line for each file that is damaged or does not belong."""
        if self.path.is_symlink() or (os.path.lexists(self.path) and not self.path.is_dir()):
            yield f"cache/{SOUND_NAME}: is not a folder"
            return
        for key, _ in sorted(self._files()):
            name = f"cache/{SOUND_NAME}/{key}"
            if not is_sha(key):
                yield f"{name}: does not belong here"
                continue
            try:
                _content(read_limited(self.path / key, name, FILE_LIMIT), key)
            except FileNotFoundError:
                continue
            except StemwrightError:
                yield f"{name}: is damaged; delete it: the next mix makes it again"

    def file(self, key: str) -> Path:
        """Where a key's array lies. StemwrightError unless it is 64 hex digits."""
        if not is_sha(key):
            raise StemwrightError(f"not a key of a sound (64 hex digits): {str(key)[:80]!r}")
        return self.path / key

    def _files(self) -> Iterator[tuple[str, os.stat_result]]:
        """Names, and what the system says of them."""
        from stemwright.store.folder import is_foreign

        with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(self.path) as entries:
            for entry in entries:
                if not atomic.is_temp(entry.name) and not is_foreign(entry.name):
                    with contextlib.suppress(FileNotFoundError):
                        yield entry.name, entry.stat(follow_symlinks=False)

    def _write(self, path: Path, data: bytes) -> bool:
        """Whole or not at all. Not flushed to the disk: what a power cut damages counts as absent."""
        temp = atomic.temp_path(self.path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with open(temp, "xb") as file:
                file.write(data)
            os.replace(temp, path)
        except OSError:
            with contextlib.suppress(OSError):
                temp.unlink()
            return False
        return True


def _content(data: bytes, key: str) -> tuple[str, tuple[int, ...], memoryview]:
    """Type, shape and numbers of a file. StemwrightError where a bit of it is wrong."""
    if len(data) < _HEADER.size:
        raise StemwrightError(f"{key}: is too short")
    magic, kind, dimensions, rows, columns, checksum = _HEADER.unpack_from(data)
    numbers = memoryview(data)[_HEADER.size :]
    if magic != _MAGIC or kind not in _TYPES or dimensions not in (1, 2) or data[11]:
        raise StemwrightError(f"{key}: is not a sound")
    if checksum != _checksum(kind, dimensions, (rows, columns), key, numbers):
        raise StemwrightError(f"{key}: is damaged")
    shape = (rows,) if dimensions == 1 else (rows, columns)
    if len(numbers) != int(kind[1:]) * rows * (columns if dimensions == 2 else 1):
        raise StemwrightError(f"{key}: is of another size")
    return kind.decode(), shape, numbers


def _checksum(
    kind: bytes, dimensions: int, shape: tuple[int, ...], key: str, numbers: bytes | memoryview
) -> int:
    head = struct.pack("<2sBII", kind, dimensions, *shape) + key.encode()
    return zlib.crc32(numbers, zlib.crc32(head))
