"""What is sent to a Launchpad and what it says of itself, as bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from stemwright.live.control.launchpad.models import Model
from stemwright.live.midi.messages import SYSEX, SYSEX_END

NOVATION = (0x00, 0x20, 0x29)
INQUIRY = bytes([SYSEX, 0x7E, 0x7F, 0x06, 0x01, SYSEX_END])
"""Universal device inquiry, to whoever listens."""
_LIVE, _PROGRAMMER = 0, 1
_MODE, _LIGHTS = 0x0E, 0x03
_STATIC, _FLASHING, _PULSING, _RGB = 0, 1, 2, 3
_IN_BOOTLOADER = 0x11


@dataclass(frozen=True, slots=True)
class Light:
    """How one LED is lit. `kind` "static" and "pulse" take one palette number, "flash" two (the second is
    shown first), "rgb" takes red, green and blue; all of them 0 to 127.
    """

    kind: Literal["static", "flash", "pulse", "rgb"] = "static"
    data: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        if len(self.data) != _SIZES[self.kind]:
            raise ValueError(f"{self.kind} takes {_SIZES[self.kind]} numbers, not {len(self.data)}")
        if not all(0 <= value <= 127 for value in self.data):
            raise ValueError(f"{self.data} are not all 0 to 127")  # they would break the message


_SIZES = {"static": 1, "flash": 2, "pulse": 1, "rgb": 3}
_KINDS = {"static": _STATIC, "flash": _FLASHING, "pulse": _PULSING, "rgb": _RGB}
OFF = Light()


def rgb(red: int, green: int, blue: int) -> Light:
    return Light("rgb", (red, green, blue))


@dataclass(frozen=True, slots=True)
class Identity:
    """A device's answer to the inquiry. `version`: of its firmware, as its digits."""

    is_novation: bool
    is_in_bootloader: bool
    version: str


def enter(model: Model) -> bytes:
    """Puts it into programmer mode."""
    return _message(model, _MODE, [_PROGRAMMER])


def leave(model: Model) -> bytes:
    """Puts it back into live mode, as its owner knows it."""
    return _message(model, _MODE, [_LIVE])


def light(model: Model, lights: Mapping[int, Light]) -> Iterator[bytes]:
    """Messages that set LEDs, as few as the model allows. ValueError for a number that it has no LED for."""
    wrong = lights.keys() - set(model.lights)
    if wrong:
        raise ValueError(f"{model.name} has no LED {min(wrong)}")
    numbers = sorted(lights)
    for start in range(0, len(numbers), model.most_specs):
        yield _message(
            model,
            _LIGHTS,
            (
                byte
                for number in numbers[start : start + model.most_specs]
                for byte in (_KINDS[lights[number].kind], number, *lights[number].data)
            ),
        )


def dark(model: Model) -> Iterator[bytes]:
    """Messages that put all LEDs out: they stay lit when modes change."""
    return light(model, dict.fromkeys(model.lights, OFF))


def identity(data: bytes) -> Identity | None:
    """What is between F0 and F7 of a system exclusive message, as an answer to the inquiry; else None."""
    if len(data) < 10 or data[0] != 0x7E or data[2:4] != b"\x06\x02":
        return None
    version = "".join(f"{byte:d}" for byte in data[11:15]) or "0"
    return Identity(tuple(data[4:7]) == NOVATION, data[8] == _IN_BOOTLOADER, version)


def _message(model: Model, command: int, data: Iterable[int]) -> bytes:
    return bytes([SYSEX, *NOVATION, 0x02, model.number, command, *data, SYSEX_END])
