"""The tensors of a safetensors file: their names, types and shapes, and each one's numbers when asked for.

Format: 8 bytes little-endian length, a JSON header, then the data without gaps
(https://github.com/huggingface/safetensors).
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stemwright.errors import StemwrightError, UsageError
from stemwright.song.sealed import strict_json

if TYPE_CHECKING:
    import numpy as np

MAX_HEADER = 1 << 20
MAX_DIMENSIONS = 8
TYPES = {
    "I8": "<i1", "U8": "<u1", "I16": "<i2", "I32": "<i4", "I64": "<i8",
    "F16": "<f2", "F32": "<f4", "F64": "<f8",
}  # fmt: skip
"""Safetensors' name of a type: NumPy's."""


class StoredTensor(NamedTuple):
    """One tensor: its safetensors type, its shape, and the bytes [start, end) of the file that hold it."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


class TensorFile(Mapping[str, "np.ndarray"]):
    """Name -> array, read from the file anew each time: a whole model need never be in memory at once.

    UsageError where the header does not fit the file, StemwrightError where a tensor cannot be read. The file
    stays open as long as this lives, so all tensors are of one file, though another be put in its place. For
    one thread at a time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = _opened(path)
        self._entries = _read_entries(self._stream, path)

    def __del__(self) -> None:
        if hasattr(self, "_stream"):
            self._stream.close()

    def __getitem__(self, name: str) -> np.ndarray:
        import numpy as np

        entry = self._entries[name]
        data = _read(self._stream, self._path, entry.start, entry.end)
        return np.frombuffer(data, TYPES[entry.dtype]).reshape(entry.shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def read_header(path: Path) -> dict[str, StoredTensor]:
    """Every tensor of a file; raises UsageError where the header does not fit the file."""
    with _opened(path) as stream:
        return _read_entries(stream, path)


def _opened(path: Path) -> FileIO:
    try:
        return path.open("rb", buffering=0)
    except OSError as error:
        raise _unreadable(path, error) from None


def _read(stream: FileIO, path: Path, start: int, end: int) -> bytes:
    """The bytes [start, end). A file that has become shorter is an error; a mapping would crash."""
    try:
        stream.seek(start)
        data = stream.read(end - start)
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(data) != end - start:
        raise StemwrightError(f"{path}: ends too early: get the bundle again")
    return data


def _unreadable(path: Path, error: OSError) -> StemwrightError:
    return StemwrightError(f"{path}: cannot be read ({error.strerror}): get the bundle again")


def _read_entries(stream: FileIO, path: Path) -> dict[str, StoredTensor]:
    size = os.fstat(stream.fileno()).st_size
    length = int.from_bytes(_read(stream, path, 0, min(8, size)), "little")
    if size < 8 or length > min(MAX_HEADER, size - 8):
        raise UsageError(f"{path}: not a safetensors file (bad header length): get the bundle again")
    text, data = _read(stream, path, 8, 8 + length), 8 + length
    try:
        header = strict_json(text)
        header.pop("__metadata__", None)
        entries = {name: _entry(value, data) for name, value in header.items()}
        _need(_gapless(entries, data, size), "tensors overlap, or leave gaps or bytes over")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        line = ascii(str(error)[:80])[1:-1]
        raise UsageError(f"{path}: bad safetensors header ({line}): get the bundle again") from None
    return entries


def _entry(value: dict[str, Any], data: int) -> StoredTensor:
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    _need(isinstance(dtype, str) and dtype in TYPES, "unknown type")
    _need(isinstance(shape, list) and len(shape) <= MAX_DIMENSIONS, "bad shape")
    _need(isinstance(offsets, list) and len(offsets) == 2, "bad offsets")
    _need(all(type(n) is int and 0 <= n < 1 << 40 for n in [*shape, *offsets]), "bad shape or offsets")
    size = math.prod(shape) * int(TYPES[dtype][-1])
    _need(offsets[1] - offsets[0] == size, "offsets do not fit the shape")
    return StoredTensor(dtype, tuple(shape), data + offsets[0], data + offsets[1])


def _gapless(entries: Mapping[str, StoredTensor], start: int, end: int) -> bool:
    """Whether the tensors, one after the other, are exactly the bytes [start, end)."""
    for entry in sorted(entries.values(), key=lambda e: (e.start, e.end)):
        if entry.start != start:
            return False
        start = entry.end
    return start == end


def _need(good: bool, what: str) -> None:
    if not good:
        raise ValueError(what)
