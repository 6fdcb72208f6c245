"""TensorFlow checkpoints in their published layout, written without TensorFlow."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

MAGIC = 0xDB4775248B80FB57


def varint(number: int) -> bytes:
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    return bytes([*made, number])


def field(number: int, value: int | bytes) -> bytes:
    """A field of a message: a whole number, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def entry(shape: tuple[int, ...], offset: int, size: int, kind: int = 1, shard: int = 0) -> bytes:
    axes = b"".join(field(2, field(1, axis)) for axis in shape)
    return field(1, kind) + field(2, axes) + field(3, shard) + field(4, offset) + field(5, size)


def block(items: list[tuple[bytes, bytes]], compression: int = 0) -> bytes:
    """A block and its trailer; keys leave out what they share with the one before."""
    made, before = b"", b""
    for key, value in items:
        shared = next((i for i, (a, b) in enumerate(zip(key, before, strict=False)) if a != b), None)
        shared = min(len(key), len(before)) if shared is None else shared
        made += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    return made + struct.pack("<II", 0, 1) + bytes([compression]) + bytes(4)


def table(items: list[tuple[bytes, bytes]], per_block: int = 3, compression: int = 0) -> bytes:
    made, index = b"", []
    for first in range(0, len(items), per_block):
        part = items[first : first + per_block]
        data = block(part, compression)
        index.append((part[-1][0], varint(len(made)) + varint(len(data) - 5)))
        made += data
    meta, places = block([]), block(index)
    footer = varint(len(made)) + varint(len(meta) - 5)
    footer += varint(len(made) + len(meta)) + varint(len(places) - 5)
    return made + meta + places + footer.ljust(40, b"\0") + struct.pack("<Q", MAGIC)


def header(shards: int = 1, order: int = 0) -> bytes:
    return field(1, shards) + (field(2, order) if order else b"") + field(3, field(1, 1))


def write_checkpoint(folder: Path, tensors: dict[str, np.ndarray]) -> tuple[Path, Path]:
    """`.index` and `.data-00000-of-00001` in a folder, as musicnn has them."""
    folder.mkdir(parents=True, exist_ok=True)
    items, data = [(b"", header())], b""
    for name in sorted(tensors):
        raw = tensors[name].astype("<f4").tobytes()
        items.append((name.encode(), entry(tensors[name].shape, len(data), len(raw))))
        data += raw
    places = folder / ".index", folder / ".data-00000-of-00001"
    places[0].write_bytes(table(items))
    places[1].write_bytes(data)
    return places
