"""What an ONNX file may hold, checked before ONNX Runtime sees it.

The file is Protocol Buffers; only its skeleton is walked here, never a weight
(https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Refused are weights in other files (their paths
could point anywhere), operators from elsewhere than the standard, and parts that no model here has a use for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from stemwright.errors import StemwrightError

_DEPTH = 24
LENGTH, VARINT, FIXED64, FIXED32 = 2, 0, 1, 5

# message: field number -> the message it holds
_INSIDE = {
    "model": {7: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_REFUSED = {
    ("model", 20): "training steps",
    ("model", 25): "functions of its own",
    ("tensor", 13): "weights in another file",
}
_STANDARD = (b"", b"ai.onnx")


class Field(NamedTuple):
    """A field of a message: its number, wire type, and its value where that is a number, else its bytes."""

    field: int
    wire: int
    number: int
    data: memoryview


def check_graph(data: bytes, where: str) -> None:
    """StemwrightError in one line, naming `where`, unless `data` is a plain self-contained ONNX model."""
    try:
        graphs = _walk(memoryview(data), "model", where, 0)
    except (ValueError, IndexError) as error:
        raise StemwrightError(f"{where}: not an ONNX file ({error}): get the bundle again") from None
    if graphs != 1:
        raise StemwrightError(f"{where}: not an ONNX file (it holds {graphs} graphs): get the bundle again")


def _walk(data: memoryview, kind: str, where: str, depth: int) -> int:
    """Check one message and all inside it; returns how many messages it holds directly."""
    if depth > _DEPTH:
        raise ValueError("nested too deeply")
    held = 0
    for field, wire, number, inside in fields(data):
        what = _REFUSED.get((kind, field))
        if kind == "tensor" and field == 14 and number != 0:
            what = "weights in another file"
        if kind == "node" and field == 7 and wire == LENGTH and bytes(inside) not in _STANDARD:
            what = "operators that are not standard"
        if what is not None:
            raise StemwrightError(f"{where}: holds {what}, which is refused: get the bundle again")
        inner = _INSIDE[kind].get(field)
        if inner is not None and wire == LENGTH:
            held += 1
            _walk(inside, inner, where, depth + 1)
    return held


def fields(data: memoryview) -> Iterator[Field]:
    """The fields of a message. ValueError where it is none."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        field, wire = tag >> 3, tag & 7
        if field == 0:
            raise ValueError("field 0")
        if wire == VARINT:
            number, at = varint(data, at)
            yield Field(field, wire, number, data[:0])
            continue
        if wire == LENGTH:
            length, at = varint(data, at)
        elif wire in (FIXED64, FIXED32):
            length = 8 if wire == FIXED64 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if length > len(data) - at:
            raise ValueError("cut off")
        yield Field(field, wire, 0, data[at : at + length])
        at += length


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """The number that begins at `at`, seven bits a byte, and where it ends; ValueError where it does not."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("cut off")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("a number is too long")
