"""Weights of ONNX graphs in ten bits each, as the shipped decoders have them: made float32 before ONNX
Runtime sees the file.

32 numbers share a scale, a float16. Of each number's ten bits the upper eight are an int8, and the lower two
lie in a byte with those of three others. In a graph such a weight is an initializer of type uint8 ``[bytes]``
(scales, upper bits, lower bits), whose ``doc_string`` tells its shape: ``ten bits: 384 1152``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError
from stemwright.models.onnx_checks import LENGTH, VARINT, Field, fields

Floats = npt.NDArray[np.float32]

BLOCK = 32  # numbers that share a scale
MARK = "ten bits:"
MAX_NUMBERS = 1 << 28  # of one weight
_MOST = 511  # of ten bits with a sign
_LANES = 4  # numbers whose lower bits share a byte
_SHIFTS = np.array([0, 2, 4, 6], np.int16)[:, None]
_GRAPH, _INITIALIZER = 7, 5  # fields of a model and of a graph
_DIMS, _TYPE, _NAME, _RAW, _DOC = 1, 2, 8, 9, 12  # fields of a tensor
_FLOAT = 1  # ONNX's number of float32


def packed(values: Floats) -> bytes:
    """Numbers, a multiple of 32, as bytes. ValueError for one that is too large or not finite."""
    blocks = values.astype(np.float32).reshape(-1, _LANES, BLOCK // _LANES)
    exact = np.abs(blocks).max(axis=(1, 2), keepdims=True) / _MOST
    if not bool((exact <= np.finfo(np.float16).max).all()):
        raise ValueError("does not fit into ten bits")
    scale = exact.astype(np.float16)
    scale = np.where(scale < exact, np.nextafter(scale, np.float16(np.inf)), scale)  # none beyond _MOST
    whole = np.rint(blocks / np.where(scale == 0, np.float16(1), scale).astype(np.float32)).astype(np.int16)
    lower = ((whole & 3) << _SHIFTS).sum(axis=1).astype(np.uint8)
    return b"".join(part.tobytes() for part in (scale.astype("<f2"), (whole >> 2).astype(np.int8), lower))


def unpacked(data: bytes | memoryview, shape: Sequence[int]) -> Floats:
    """The numbers again. ValueError where there are not as many bytes as the shape needs."""
    count = math.prod(shape)
    blocks = count // BLOCK
    if not 0 < count <= MAX_NUMBERS or count % BLOCK or len(data) != 2 * blocks + count + count // _LANES:
        raise ValueError("as many bytes as its shape needs are not there")
    scale = np.frombuffer(data, "<f2", blocks).astype(np.float32)[:, None, None]
    upper = np.frombuffer(data, np.int8, count, 2 * blocks).reshape(blocks, _LANES, -1)
    lower = np.frombuffer(data, np.uint8, offset=2 * blocks + count).reshape(blocks, 1, -1)
    out = upper.astype(np.float32)
    out *= 4
    out += (lower >> _SHIFTS.astype(np.uint8)) & 3
    out *= scale
    return out.reshape(tuple(shape))


def unpacked_graph(data: bytes, where: str) -> bytes:
    """An ONNX file with its packed weights as float32; one without is given back as it is.

    `data` is a file that `models.onnx_checks.check_graph` has passed. StemwrightError, naming `where`, for a
    weight that cannot be unpacked.
    """
    if MARK.encode() not in data:
        return data
    try:
        pieces: list[bytes | memoryview] = []
        for one in fields(memoryview(data)):
            if one.field == _GRAPH:
                inner = list(_graph(one.data))
                pieces += [_head(_GRAPH, sum(map(len, inner))), *inner]
            else:
                pieces += _as_it_is(one)
        return b"".join(pieces)
    except ValueError as error:
        raise StemwrightError(f"{where}: a packed weight: {error}: get the bundle again") from None


def _graph(data: memoryview) -> Iterator[bytes | memoryview]:
    for one in fields(data):
        tensor = _tensor(one.data) if one.field == _INITIALIZER and one.wire == LENGTH else None
        if tensor is None:
            yield from _as_it_is(one)
        else:
            yield _head(_INITIALIZER, sum(map(len, tensor)))
            yield from tensor


def _tensor(data: memoryview) -> list[bytes | memoryview] | None:
    """A packed weight as the fields of a float32 one; None for any other tensor."""
    found = {one.field: one.data for one in fields(data)}
    said = bytes(found.get(_DOC, b""))
    if not said.startswith(MARK.encode()):
        return None
    shape = [int(number) for number in said[len(MARK) :].split()]
    values = unpacked(found.get(_RAW, memoryview(b"")), shape).astype("<f4")
    dims = b"".join(_varint(_DIMS << 3 | VARINT) + _varint(number) for number in shape)
    name = found.get(_NAME, memoryview(b""))
    kind = _varint(_TYPE << 3 | VARINT) + _varint(_FLOAT)
    raw = memoryview(values.tobytes())
    return [dims, kind, _head(_NAME, len(name)), name, _head(_RAW, len(raw)), raw]


def _as_it_is(one: Field) -> list[bytes | memoryview]:
    if one.wire == VARINT:
        return [_varint(one.field << 3 | VARINT), _varint(one.number)]
    if one.wire == LENGTH:
        return [_head(one.field, len(one.data)), one.data]
    return [_varint(one.field << 3 | one.wire), one.data]


def _head(field: int, length: int) -> bytes:
    return _varint(field << 3 | LENGTH) + _varint(length)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)
