"""Open Sound Control 1.0 as bytes: messages, bundles, types i f s b T F h d. Read with limits."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

MAX_BYTES = 8192
"""Of one datagram."""
MAX_ARGUMENTS = 64
MAX_DEPTH = 4
"""Bundles within bundles."""
MAX_MESSAGES = 256
"""In all bundles of one datagram."""
IMMEDIATELY = 1
"""The time tag of what is to be done at once. Others are seconds since 1900 times 2**32."""
_BUNDLE = b"#bundle\0"
_NUMBERS = {"i": ">i", "f": ">f", "h": ">q", "d": ">d"}

OscValue = int | float | str | bytes | bool


class OscError(ValueError):
    """The bytes are no OSC, or more of it than is taken."""


@dataclass(frozen=True, slots=True)
class OscMessage:
    """`time`: the time tag of the bundle that it came in."""

    address: str
    arguments: tuple[OscValue, ...] = ()
    time: int = IMMEDIATELY


def parse_packet(data: bytes) -> list[OscMessage]:
    """The messages of a datagram, those of bundles in order. OscError where one byte of it is wrong: nothing
    of such a datagram is to be believed.
    """
    if len(data) > MAX_BYTES:
        raise OscError(f"a datagram of over {MAX_BYTES} bytes")
    if not data or len(data) % 4:
        raise OscError("a datagram whose length is no multiple of 4")
    found: list[OscMessage] = []
    _packet(data, IMMEDIATELY, 0, found)
    return found


def _packet(data: bytes, time: int, depth: int, found: list[OscMessage]) -> None:
    if data.startswith(_BUNDLE):
        _bundle(data, depth + 1, found)
    elif len(found) == MAX_MESSAGES:
        raise OscError(f"over {MAX_MESSAGES} messages in a bundle")
    else:
        found.append(_message(data, time))


def _bundle(data: bytes, depth: int, found: list[OscMessage]) -> None:
    if depth > MAX_DEPTH:
        raise OscError(f"bundles nested over {MAX_DEPTH} deep")
    if len(data) < 16:
        raise OscError("a bundle without its time")
    (time,) = struct.unpack_from(">Q", data, 8)
    place = 16
    while place < len(data):
        if place + 4 > len(data):
            raise OscError("a bundle that is cut off")
        (size,) = struct.unpack_from(">i", data, place)
        place += 4
        if size <= 0 or size % 4 or place + size > len(data):
            raise OscError("a bundle with an element of a wrong size")
        _packet(data[place : place + size], time, depth, found)
        place += size


def _message(data: bytes, time: int) -> OscMessage:
    address, place = _text(data, 0)
    if not address.startswith("/"):
        raise OscError("an address that does not begin with /")
    if place == len(data):
        return OscMessage(address, (), time)  # old senders leave the types out where there are none
    types, place = _text(data, place)
    if not types.startswith(","):
        raise OscError("a message without its types")
    if len(types) - 1 > MAX_ARGUMENTS:
        raise OscError(f"over {MAX_ARGUMENTS} arguments")
    arguments: list[OscValue] = []
    for kind in types[1:]:
        value, place = _argument(data, place, kind)
        arguments.append(value)
    if place != len(data):
        raise OscError("bytes after the last argument")
    return OscMessage(address, tuple(arguments), time)


def _argument(data: bytes, place: int, kind: str) -> tuple[OscValue, int]:
    if kind in "TF":
        return kind == "T", place
    if kind == "s":
        return _text(data, place)
    if kind == "b":
        size, place = int(_number(data, place, ">i")), place + 4
        end = place + _padded(size)
        if size < 0 or end > len(data):
            raise OscError("a blob that is cut off")
        return data[place : place + size], end
    if kind not in _NUMBERS:
        raise OscError(f"an argument of the type {kind!r}, which is not read")
    return _number(data, place, _NUMBERS[kind]), place + struct.calcsize(_NUMBERS[kind])


def _number(data: bytes, place: int, form: str) -> int | float:
    if place + struct.calcsize(form) > len(data):
        raise OscError("an argument that is cut off")
    value: int | float = struct.unpack_from(form, data, place)[0]
    return value


def _text(data: bytes, place: int) -> tuple[str, int]:
    end = data.find(b"\0", place)
    if end < 0:
        raise OscError("a text without its end")
    after = place + _padded(end - place + 1)
    if after > len(data) or any(data[end:after]):
        raise OscError("a text that is not filled up with zeros")
    try:
        return data[place:end].decode(), after
    except UnicodeDecodeError:
        raise OscError("a text that is not UTF-8") from None


def _padded(size: int) -> int:
    return (size + 3) // 4 * 4


def write_message(address: str, arguments: Sequence[OscValue] = ()) -> bytes:
    """Bytes of a message. Numbers beyond 32 bits are sent as h and d, others as i and f."""
    types, body = ",", b""
    for value in arguments:
        kind, part = _written(value)
        types, body = types + kind, body + part
    return _filled(address.encode()) + _filled(types.encode()) + body


def write_bundle(packets: Sequence[bytes], time: int = IMMEDIATELY) -> bytes:
    """Bytes of a bundle of messages, or of bundles."""
    return _BUNDLE + struct.pack(">Q", time) + b"".join(struct.pack(">i", len(p)) + p for p in packets)


def _written(value: OscValue) -> tuple[str, bytes]:
    if isinstance(value, bool):
        return "T" if value else "F", b""
    if isinstance(value, int):
        is_short = -(2**31) <= value < 2**31
        return ("i", struct.pack(">i", value)) if is_short else ("h", struct.pack(">q", value))
    if isinstance(value, float):
        try:
            return "f", struct.pack(">f", value)
        except OverflowError:
            return "d", struct.pack(">d", value)
    if isinstance(value, str):
        return "s", _filled(value.split("\0", 1)[0].encode(errors="replace"))
    return "b", struct.pack(">i", len(value)) + value + bytes(-len(value) % 4)


def _filled(text: bytes) -> bytes:
    return text + bytes(_padded(len(text) + 1) - len(text))
