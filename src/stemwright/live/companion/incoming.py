"""What a performer's MIDI messages mean: notes that begin and end (a pedal holds them), programs, all off."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

_PEDAL, _SOUND_OFF, _RESET, _NOTES_OFF = 64, 120, 121, 123
_DOWN = 64
"""From this value on a pedal is down."""


class Kind(Enum):
    """What a message does."""

    BEGIN = "begin"
    END = "end"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Heard:
    """`number`: a pitch or a program; `value`: a velocity."""

    kind: Kind
    number: int
    value: int = 0


@dataclass(slots=True)
class Channel:
    """One MIDI channel of one input: what sounds on it, as the listener hears it."""

    keys: dict[int, None] = field(default_factory=dict)
    pedalled: dict[int, None] = field(default_factory=dict)
    pedal: bool = False

    def hear(self, data: bytes) -> list[Heard]:
        """What a complete message (status byte first) means. What is none of a player's business, such as
        clocks, SysEx, damaged messages and the ends of notes that do not sound, means nothing.
        """
        if len(data) < 2 or not 0x80 <= data[0] < 0xF0 or any(byte > 127 for byte in data[1:]):
            return self._all() if data[:1] == b"\xff" else []
        kind = data[0] & 0xF0
        if kind == 0xC0:
            return [Heard(Kind.PROGRAM, data[1])]
        if len(data) < 3:
            return []
        if kind == 0x90 and data[2]:
            return self._begin(data[1], data[2])
        if kind in (0x80, 0x90):
            return self._end(data[1])
        return self._control(data[1], data[2]) if kind == 0xB0 else []

    def _begin(self, pitch: int, velocity: int) -> list[Heard]:
        ended = [Heard(Kind.END, pitch)] if pitch in self.keys or pitch in self.pedalled else []
        self.pedalled.pop(pitch, None)
        self.keys[pitch] = None
        return [*ended, Heard(Kind.BEGIN, pitch, velocity)]

    def _end(self, pitch: int) -> list[Heard]:
        if pitch not in self.keys:
            return []
        del self.keys[pitch]
        if self.pedal:
            self.pedalled[pitch] = None
            return []
        return [Heard(Kind.END, pitch)]

    def _control(self, number: int, value: int) -> list[Heard]:
        if number == _PEDAL:
            self.pedal = value >= _DOWN
            return [] if self.pedal else self._release()
        if number == _RESET:
            self.pedal = False
            return self._release()
        return self._all() if number == _SOUND_OFF or number >= _NOTES_OFF else []

    def _release(self) -> list[Heard]:
        ended = [Heard(Kind.END, pitch) for pitch in self.pedalled]
        self.pedalled.clear()
        return ended

    def _all(self) -> list[Heard]:
        ended = [Heard(Kind.END, pitch) for pitch in (*self.keys, *self.pedalled)]
        self.keys.clear()
        self.pedalled.clear()
        self.pedal = False
        return ended
