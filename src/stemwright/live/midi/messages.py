"""MIDI messages (MIDI 1.0 detailed specification) and the bytes that they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "note_off", "note_on", "poly_pressure", "control", "program", "pressure", "bend", "sysex", "time_code",
    "song_position", "song_select", "tune_request", "clock", "start", "continue", "stop", "active_sensing",
    "reset",
]  # fmt: skip

CHANNEL: dict[int, tuple[Kind, int]] = {
    0x80: ("note_off", 2),
    0x90: ("note_on", 2),
    0xA0: ("poly_pressure", 2),
    0xB0: ("control", 2),
    0xC0: ("program", 1),
    0xD0: ("pressure", 1),
    0xE0: ("bend", 2),
}
"""High half of the status byte -> what it begins, and how many data bytes follow."""
COMMON: dict[int, tuple[Kind, int]] = {
    0xF1: ("time_code", 1),
    0xF2: ("song_position", 2),
    0xF3: ("song_select", 1),
    0xF6: ("tune_request", 0),
}
REAL_TIME: dict[int, Kind] = {
    0xF8: "clock",
    0xFA: "start",
    0xFB: "continue",
    0xFC: "stop",
    0xFE: "active_sensing",
    0xFF: "reset",
}
SYSEX, SYSEX_END = 0xF0, 0xF7
_STATUS = {kind: status for table in (CHANNEL, COMMON) for status, (kind, _) in table.items()}
_LENGTH = {kind: length for table in (CHANNEL, COMMON) for kind, length in table.values()}
_REAL_TIME = {kind: status for status, kind in REAL_TIME.items()}

SUSTAIN = 64
PEDALS = (64, 66, 67, 69)
"""Controllers that hold or alter sounding notes: sustain, sostenuto, soft, hold 2."""
ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF = 120, 121, 123


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `channel` is 0 to 15, and 0 where the kind has none; `first`, `second`: data bytes, 0
    where there are none; `data`: what lies between F0 and F7 of a "sysex"; `at`: the sample at which it came.
    """

    kind: Kind
    channel: int = 0
    first: int = 0
    second: int = 0
    at: int = 0
    data: bytes = b""

    @property
    def wide(self) -> int:
        """The 14 bits of "bend" (0 to 16383, 8192 is the middle) and "song_position" (sixteenths)."""
        return self.second << 7 | self.first

    def encoded(self) -> bytes:
        """Its bytes, status included."""
        if self.kind == "sysex":
            return bytes([SYSEX, *self.data, SYSEX_END])
        if self.kind in _REAL_TIME:
            return bytes([_REAL_TIME[self.kind]])
        status = _STATUS[self.kind]
        whole = bytes([status | self.channel if status < SYSEX else status, self.first, self.second])
        return whole[: 1 + _LENGTH[self.kind]]


def note_on(channel: int, pitch: int, velocity: int, at: int = 0) -> Message:
    return Message("note_on", channel, pitch, velocity, at)


def note_off(channel: int, pitch: int, at: int = 0, velocity: int = 64) -> Message:
    return Message("note_off", channel, pitch, velocity, at)


def control(channel: int, number: int, value: int, at: int = 0) -> Message:
    return Message("control", channel, number, value, at)
