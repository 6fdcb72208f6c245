"""Weights out of a TensorFlow checkpoint (version 2), read without TensorFlow; nothing is unpickled or run.

`NAME.index` is a LevelDB table (a footer with the place of an index block, which names data blocks of keys
that leave out what they share with the key before) from tensor names to `BundleEntryProto`: type 1, shape 2,
shard 3, offset 4, size 5; the key "" is the header, with the number of shards 1 and byte order 2.
`NAME.data-00000-of-00001` holds the numbers. Sources: tensorflow/core/protobuf/tensor_bundle.proto,
leveldb/doc/table_format.md.

Read is what our judges need: float32, one shard, blocks without compression; all else is refused. The
checksums are not looked at, but every place and size is checked before it is used.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import StemwrightError
from stemwright.models.onnx_checks import LENGTH, VARINT, Field, fields, varint

Weights = dict[str, NDArray[np.float32]]

MAX_INDEX, MAX_DATA = 1 << 20, 64 << 20
MAX_ENTRIES, MAX_AXES = 4096, 8

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48
_TRAILER = 5
"""After a block: how it is compressed (0: not), and a checksum of four bytes."""
_FLOAT32 = 1


def read_checkpoint(index: Path, data: Path) -> Weights:
    """Tensors by name, each with its shape. StemwrightError in one line for anything that is not as above."""
    try:
        table = _bytes(index, MAX_INDEX)
        numbers = _bytes(data, MAX_DATA)
        return _tensors(memoryview(table), memoryview(numbers))
    except (ValueError, IndexError, struct.error) as error:
        raise StemwrightError(f"{index}: not a checkpoint that can be read ({error})") from None


def _bytes(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise ValueError(f"{path.name} is larger than {most} bytes")
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path.name}: {error.strerror}") from None


def _tensors(table: memoryview, numbers: memoryview) -> Weights:
    made: Weights = {}
    for key, value in _entries(table):
        if len(made) >= MAX_ENTRIES:
            raise ValueError(f"more than {MAX_ENTRIES} entries")
        if key:
            made[key.decode("utf-8")] = _tensor(value, numbers)
        else:
            _check_header(value)
    return made


def _entries(table: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Keys and values of the table, in its order."""
    if len(table) < _FOOTER or struct.unpack("<Q", table[-8:])[0] != _MAGIC:
        raise ValueError("no table's footer")
    footer = table[-_FOOTER:]
    _, at = varint(footer, 0)
    _, at = varint(footer, at)
    for _, place in _block(table, footer[at:]):
        yield from _block(table, place)


def _block(table: memoryview, place: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Keys and values of the block at a place: its offset and size, as two numbers."""
    offset, at = varint(place, 0)
    size, _ = varint(place, at)
    if size < 4 or offset + size + _TRAILER > len(table):
        raise ValueError("a block lies outside")
    if table[offset + size] != 0:
        raise ValueError("a block is compressed")
    block = table[offset : offset + size]
    restarts = struct.unpack("<I", block[-4:])[0]
    end = size - 4 - 4 * restarts
    if end < 0:
        raise ValueError("a block is cut off")
    block, at, key = block[:end], 0, b""
    while at < end:
        shared, at = varint(block, at)
        own, at = varint(block, at)
        length, at = varint(block, at)
        if shared > len(key) or own + length > end - at:
            raise ValueError("an entry lies outside its block")
        key = key[:shared] + bytes(block[at : at + own])
        yield key, block[at + own : at + own + length]
        at += own + length


def _check_header(value: memoryview) -> None:
    found = {field.field: field.number for field in fields(value) if field.wire == VARINT}
    if found.get(1, 0) != 1 or found.get(2, 0) != 0:
        raise ValueError("it has several shards, or is not little-endian")


def _tensor(value: memoryview, numbers: memoryview) -> NDArray[np.float32]:
    """The numbers of one entry. ValueError unless it is float32 and its place fits its shape."""
    found = {field.field: field for field in fields(value)}
    empty = Field(0, VARINT, 0, value[:0])
    kind, shard, offset, size = (found.get(number, empty).number for number in (1, 3, 4, 5))
    if kind != _FLOAT32 or shard != 0 or 7 in found:
        raise ValueError("a tensor is not float32 in one piece")
    shape = _shape(found.get(2, empty).data)
    if size != 4 * prod(shape) or offset + size > len(numbers):
        raise ValueError("a tensor's place does not fit its shape")
    tensor = np.frombuffer(numbers[offset : offset + size], dtype="<f4").reshape(shape)
    if not bool(np.isfinite(tensor).all()):
        raise ValueError("a tensor holds values that are not finite")
    return tensor.astype(np.float32)


def _shape(message: memoryview) -> tuple[int, ...]:
    """TensorShapeProto: axes 2, each with its size 1."""
    axes = [field.data for field in fields(message) if field.field == 2 and field.wire == LENGTH]
    if len(axes) > MAX_AXES:
        raise ValueError(f"a tensor has more than {MAX_AXES} axes")
    return tuple(next((f.number for f in fields(axis) if f.field == 1), 0) for axis in axes)
