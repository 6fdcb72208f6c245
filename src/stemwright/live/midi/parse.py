"""Bytes from a MIDI port -> messages. Whatever comes, in pieces of any size, nothing raises or grows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from stemwright.live.midi.messages import CHANNEL, COMMON, REAL_TIME, SYSEX, SYSEX_END, Message

MAX_SYSEX = 65536
"""Bytes between F0 and F7 that are kept; a longer message is passed over whole."""


@dataclass(slots=True)
class Faults:
    """How often something came that is no MIDI."""

    stray: int = 0
    """Data bytes that belong to no message, and an F7 that ends none."""
    cut: int = 0
    """Messages that another one, or the loss of the port, cut off."""
    oversized: int = 0
    """System exclusive messages of more than `MAX_SYSEX` bytes."""
    undefined: int = 0
    """Status bytes that MIDI does not define: F4, F5, F9, FD."""

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def __str__(self) -> str:
        texts = (
            (self.stray, "bytes that belong to no message"),
            (self.cut, "messages cut off"),
            (self.oversized, f"system exclusive messages over {MAX_SYSEX} bytes"),
            (self.undefined, "undefined status bytes"),
        )
        return ", ".join(f"{text}: {count}" for count, text in texts if count)


class Parser:
    """Takes the bytes of one port. Running status, real-time bytes in the midst of other messages, note-ons
    of velocity 0 (which are note-offs), system exclusive messages in pieces.
    """

    def __init__(self) -> None:
        self.faults = Faults()
        self._status = 0  # of the message under way, or running status; 0: none
        self._wanted = 0  # data bytes it has in all
        self._data = bytearray()
        self._skipping = False  # a system exclusive message that is too long

    def feed(self, at: int, data: Iterable[int]) -> list[Message]:
        """The messages that are whole with `data`, which came at the sample `at`."""
        found: list[Message] = []
        for byte in data:
            if byte >= 0xF8:
                self._real_time(byte, at, found)
            elif byte >= 0x80:
                self._begin(byte, at, found)
            else:
                self._add(byte, at, found)
        return found

    def vanished(self) -> None:
        """The port is gone: what was under way never ends."""
        self._cut()
        self._status = 0

    def _real_time(self, byte: int, at: int, found: list[Message]) -> None:
        if byte in REAL_TIME:
            found.append(Message(REAL_TIME[byte], at=at))
        else:
            self.faults.undefined += 1

    def _begin(self, byte: int, at: int, found: list[Message]) -> None:
        if byte == SYSEX_END:
            self._end_sysex(at, found)
            return
        self._cut()
        kind_and_length = CHANNEL.get(byte & 0xF0) if byte < SYSEX else COMMON.get(byte)
        if byte == SYSEX:
            self._status = SYSEX
        elif kind_and_length is None:
            self._status = 0
            self.faults.undefined += 1
        else:
            self._status, self._wanted = byte, kind_and_length[1]
            if not self._wanted:
                self._complete(at, found)

    def _add(self, byte: int, at: int, found: list[Message]) -> None:
        if not self._status:
            self.faults.stray += 1
        elif self._status != SYSEX:
            self._data.append(byte)
            if len(self._data) == self._wanted:
                self._complete(at, found)
        elif len(self._data) < MAX_SYSEX:
            self._data.append(byte)
        else:
            self._skipping = True

    def _complete(self, at: int, found: list[Message]) -> None:
        status, (first, second) = self._status, (*self._data, 0, 0)[:2]
        self._data.clear()
        if status >= SYSEX:
            found.append(Message(COMMON[status][0], 0, first, second, at))
            self._status = 0  # these have no running status, and end that of others
            return
        kind = CHANNEL[status & 0xF0][0]
        if kind == "note_on" and second == 0:
            found.append(Message("note_off", status & 0x0F, first, 64, at))
        else:
            found.append(Message(kind, status & 0x0F, first, second, at))

    def _end_sysex(self, at: int, found: list[Message]) -> None:
        if self._status != SYSEX:
            self._cut()
            self.faults.stray += 1
        elif self._skipping:
            self.faults.oversized += 1
        else:
            found.append(Message("sysex", at=at, data=bytes(self._data)))
        self._forget()

    def _cut(self) -> None:
        """What is under way is not whole, and never will be. Running status alone is nothing under way."""
        if self._data or self._status == SYSEX:
            self.faults.cut += 1
        self._forget()

    def _forget(self) -> None:
        self._data.clear()
        self._skipping = False
        self._status = 0
