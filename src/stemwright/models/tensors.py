"""The header of a safetensors file: names, types and shapes, read without loading a weight.

Format: 8 bytes little-endian length, a JSON header, then the data
(https://github.com/huggingface/safetensors).
"""

from __future__ import annotations

import json
from pathlib import Path

from stemwright.errors import UsageError

MAX_HEADER = 16 << 20
_SIZES = {"I8": 1, "U8": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2, "I32": 4, "F32": 4, "I64": 8, "F64": 8}


def read_header(path: Path) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name -> (dtype, shape); raises UsageError where the header does not fit the file."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if size < 8 or length > min(MAX_HEADER, size - 8):
            raise UsageError(f"{path}: not a safetensors file (bad header length): get the bundle again")
        data = stream.read(length)
    try:
        header = json.loads(data.decode("utf-8"))
        header.pop("__metadata__", None)
        return {name: _entry(value, size - 8 - length) for name, value in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{path}: bad safetensors header ({str(error)[:80]}): get the bundle again"
        ) from None


def _entry(value: dict[str, object], room: int) -> tuple[str, tuple[int, ...]]:
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or not isinstance(shape, list) or not isinstance(offsets, list):
        raise TypeError("wrong types")
    count = 1
    for n in shape:
        if not isinstance(n, int) or n < 0:
            raise ValueError("bad shape")
        count *= n
    start, end = offsets
    if type(start) is not int or type(end) is not int:
        raise TypeError("offsets are not whole numbers")
    if not (0 <= start <= end <= room) or end - start != count * _SIZES[dtype]:
        raise ValueError("offsets do not fit the shape")
    return dtype, tuple(shape)
