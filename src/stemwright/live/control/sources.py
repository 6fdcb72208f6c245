"""Which control of a MIDI controller moved, and how far: notes, controllers of 7 and 14 bits, NRPN, bends,
program changes, pressure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

from stemwright.live.midi.messages import Message

SourceKind = Literal[
    "note", "control", "control14", "nrpn", "nrpn14", "bend", "program", "pressure", "poly_pressure"
]
SOURCE_KINDS: tuple[SourceKind, ...] = get_args(SourceKind)
LAST_NUMBER: dict[SourceKind, int] = {
    "note": 127, "control": 127, "control14": 31, "nrpn": 16383, "nrpn14": 16383, "bend": 0,
    "program": 127, "pressure": 0, "poly_pressure": 127,
}  # fmt: skip
"""The highest number that a source of each kind may have."""
_DATA, _DATA_FINE, _UP, _DOWN = 6, 38, 96, 97
_NRPN_FINE, _NRPN, _RPN_FINE, _RPN = 98, 99, 100, 101
_NULL = 16383
SEVEN, FOURTEEN = 127, 16383


@dataclass(frozen=True, slots=True)
class Source:
    """A control. `number`: note, controller, parameter or program; 0 where a channel has one."""

    kind: SourceKind
    channel: int
    number: int = 0

    def __str__(self) -> str:
        number = "" if self.kind in ("bend", "pressure") else f" {self.number}"
        return f"{self.kind}{number} on channel {self.channel + 1}"


@dataclass(frozen=True, slots=True)
class Movement:
    """A control at `value` of `most`, at the sample `at`. `step`: 1 or -1 where an NRPN says so."""

    source: Source
    value: int
    most: int
    at: int = 0
    step: int = 0

    @property
    def travel(self) -> float:
        """0 to 1."""
        return self.value / self.most


@dataclass(slots=True)
class _Channel:
    coarse: dict[int, int] = field(default_factory=dict)  # of controllers 0 to 31
    owed: set[int] = field(default_factory=set)  # coarse halves whose fine half has not come yet
    number: list[int] = field(default_factory=lambda: [127, 127])  # the NRPN that is chosen; 127 127 is none
    data: int = 0


class Decoder:
    """Messages of one port -> movements, in every reading that they may have: a coarse half is both a 7-bit
    controller and half of a 14-bit one. Mappings pick theirs.
    """

    def __init__(self) -> None:
        self._channels = [_Channel() for _ in range(16)]

    def movements(self, messages: Iterable[Message]) -> list[Movement]:
        return [movement for message in messages for movement in self._read(message)]

    def _read(self, message: Message) -> list[Movement]:
        channel, first, second, at = message.channel, message.first, message.second, message.at
        match message.kind:
            case "note_on":
                return [Movement(Source("note", channel, first), second, SEVEN, at)]
            case "note_off":
                return [Movement(Source("note", channel, first), 0, SEVEN, at)]
            case "program":
                return [Movement(Source("program", channel, first), SEVEN, SEVEN, at)]
            case "pressure":
                return [Movement(Source("pressure", channel), first, SEVEN, at)]
            case "poly_pressure":
                return [Movement(Source("poly_pressure", channel, first), second, SEVEN, at)]
            case "bend":
                return [Movement(Source("bend", channel), message.wide, FOURTEEN, at)]
            case "control":
                return self._control(message)
        return []

    def _control(self, message: Message) -> list[Movement]:
        state = self._channels[message.channel]
        number, value = message.first, message.second
        if number in (_NRPN, _NRPN_FINE):
            state.number[number == _NRPN_FINE] = value
            state.data = 0
            return []
        if number in (_RPN, _RPN_FINE):  # tuning and bend ranges: none of a performer's controls
            state.number = [127, 127]
            return []
        chosen = state.number[0] << 7 | state.number[1]
        if number in (_DATA, _DATA_FINE, _UP, _DOWN) and chosen != _NULL:
            return self._parameter(state, chosen, message)
        plain = Movement(Source("control", message.channel, number), value, SEVEN, message.at)
        return [plain, *self._wide(state, message)]

    def _parameter(self, state: _Channel, chosen: int, message: Message) -> list[Movement]:
        narrow = Source("nrpn", message.channel, chosen)
        wide = Source("nrpn14", message.channel, chosen)
        number, value, at = message.first, message.second, message.at
        if number in (_UP, _DOWN):
            return [Movement(narrow, 0, SEVEN, at, 1 if number == _UP else -1)]
        if number == _DATA:
            state.data = value << 7
            return [Movement(narrow, value, SEVEN, at)]
        state.data = state.data & ~127 | value
        return [Movement(wide, state.data, FOURTEEN, at)]

    def _wide(self, state: _Channel, message: Message) -> list[Movement]:
        """Of 14-bit controllers. One that never sends a fine half is read by its coarse half."""
        number, value = message.first, message.second
        if number < 32:
            is_alone = number in state.owed  # the coarse half before this one stayed alone as well
            state.coarse[number] = value
            state.owed.add(number)
            source, wide = Source("control14", message.channel, number), value << 7 | value
            return [Movement(source, wide, FOURTEEN, message.at)] if is_alone else []
        if number < 64 and number - 32 in state.coarse:
            state.owed.discard(number - 32)
            wide = state.coarse[number - 32] << 7 | value
            return [Movement(Source("control14", message.channel, number - 32), wide, FOURTEEN, message.at)]
        return []
