"""Emulated Launchpads and the ports of a machine that they are plugged into. They read bytes on their own and
refuse what a real one would not understand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from stemwright.live.midi.port import PortLost

INQUIRY = bytes.fromhex("f07e7f0601f7")
PADS = {10 * row + column for row in range(1, 9) for column in range(1, 9)}
EDGE = {*range(91, 99), 99, *range(19, 90, 10)}
LEDS = {
    0x0E: PADS | EDGE | {90, *range(10, 81, 10), *range(101, 109), *range(1, 9)},
    0x0C: PADS | EDGE,
    0x0D: PADS | EDGE,
}
MOST_SPECS = {0x0E: 106, 0x0C: 81, 0x0D: 81}
DATA = {0: 1, 1: 2, 2: 1, 3: 3}  # bytes after type and index


class Malformed(AssertionError):
    """Bytes that a Launchpad would not understand."""


@dataclass
class EmulatedLaunchpad:
    """`number`: the header byte. `leds`: index -> (type, data) of those that are lit; `mode`: 0 live,
    1 programmer; `specs`: how many lights were set, `messages`: by how many messages.
    """

    number: int = 0x0E
    is_plugged: bool = True
    answers: bool = True
    family: bytes = bytes([0x13, 0x01, 0, 0])
    mode: int = 0
    leds: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    entered: int = 0
    specs: int = 0
    messages: int = 0
    out: list[tuple[int, bytes]] = field(default_factory=list)

    def replug(self) -> None:
        """Switched off and on: live mode, dark."""
        self.is_plugged, self.mode, self.leds, self.out = True, 0, {}, []

    def receive(self, data: bytes) -> None:
        if not data.startswith(b"\xf0") or not data.endswith(b"\xf7"):
            raise Malformed(f"no whole system exclusive message: {data.hex(' ')}")
        body = data[1:-1]
        if any(byte > 127 for byte in body):
            raise Malformed(f"a byte over 127 within: {data.hex(' ')}")
        if data == INQUIRY:
            self._identify()
            return
        if body[:5] != bytes([0x00, 0x20, 0x29, 0x02, self.number]):
            raise Malformed(f"another device's header: {data.hex(' ')}")
        self._command(body[5], body[6:])

    def _identify(self) -> None:
        if self.answers:
            self.say(b"\xf0\x7e\x00\x06\x02\x00\x20\x29" + self.family + b"\x00\x04\x01\x02\xf7")

    def _command(self, command: int, data: bytes) -> None:
        if command == 0x0E and len(data) == 1 and data[0] < 2:
            self.mode = data[0]
            self.entered += data[0]
        elif command == 0x03 and data:
            self._light(data)
        else:
            raise Malformed(f"command {command:02x} with {data.hex(' ')}")

    def _light(self, data: bytes) -> None:
        if self.mode != 1:
            raise Malformed("lights outside of programmer mode")
        place = count = 0
        while place < len(data):
            kind, index = data[place], data[place + 1]
            end = place + 2 + DATA[kind]
            if index not in LEDS[self.number] or end > len(data):
                raise Malformed(f"a light that is none: {data[place:].hex(' ')}")
            value = data[place + 2 : end]
            self.leds[index] = (kind, value)
            if not any(value):
                del self.leds[index]
            place, count = end, count + 1
        if count > MOST_SPECS[self.number]:
            raise Malformed(f"{count} lights in a message")
        self.specs += count
        self.messages += 1

    def say(self, data: bytes, at: int = 0) -> None:
        self.out.append((at, data))

    def press(self, key: int, velocity: int = 100, at: int = 0) -> None:
        self.say(bytes([0x90 if key in PADS else 0xB0, key, velocity]), at)

    def release(self, key: int, at: int = 0) -> None:
        self.press(key, 0, at)

    def pads(self) -> dict[int, tuple[int, bytes]]:
        return {index: light for index, light in self.leds.items() if index in PADS}


@dataclass
class EmulatedPort:
    name: str
    device: EmulatedLaunchpad
    closed: Callable[[], None]

    def send(self, data: bytes) -> None:
        if not self.device.is_plugged:
            raise PortLost(f"{self.name} is gone")
        self.device.receive(data)

    def poll(self) -> Sequence[tuple[int, bytes]]:
        if not self.device.is_plugged:
            raise PortLost(f"{self.name} is gone")
        out, self.device.out = self.device.out, []
        return out

    def close(self) -> None:
        self.closed()


@dataclass
class EmulatedPorts:
    """Of a machine. `devices`: by the name of their MIDI port; `others`: further names; `refused`: ports that
    another program holds.
    """

    devices: dict[str, EmulatedLaunchpad] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    is_open: dict[str, int] = field(default_factory=dict)

    def inputs(self) -> Sequence[str]:
        return [name for name, device in self.devices.items() if device.is_plugged] + self.others

    def outputs(self) -> Sequence[str]:
        return self.inputs()

    def open(self, source: str, target: str) -> EmulatedPort:
        device = self.devices.get(target)
        if device is None or not device.is_plugged or source in self.refused:
            raise PortLost(f"{source} is held by another program")
        self.is_open[source] = self.is_open.get(source, 0) + 1

        def closed() -> None:
            self.is_open[source] -= 1

        return EmulatedPort(source, device, closed)
