"""The desk's faders: what each column's strip is set to, with mute and solo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stemwright.live.desk.desk import Channel
from stemwright.native import live_commands as lc
from stemwright.native.live_commands import Parameter, Records

OPEN_LOW, OPEN_HIGH = 20_000.0, 20.0
"""Cut-offs in Hz from which on a low-pass or high-pass is off."""


SILENT = -60.0
"""dB from which on nothing is heard."""


@dataclass(slots=True)
class Fader:
    """A strip: level in dB, place -1 to 1, cut-offs in Hz."""

    level: float = 0.0
    pan: float = 0.0
    lowpass: float = OPEN_LOW
    highpass: float = OPEN_HIGH
    muted: bool = False
    soloed: bool = False


def gain(level: float) -> float:
    """A level in dB as a factor; -60 and below are silence."""
    return 0.0 if level <= SILENT else 10.0 ** (level / 20)


class Faders:
    """Strips of some channels. Each change gives the commands that make it."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        self.faders = [Fader() for _ in channels]
        self._strips = [channel.strip for channel in channels]
        self._trim, self._tint = 0.0, OPEN_LOW

    def level(self, column: int, value: float) -> list[Records]:
        """Set a level in dB."""
        self.faders[column].level = value
        silent = value <= SILENT
        return [lc.set_to(self._strips[column], Parameter.GAIN, 0.0 if silent else gain(value + self._trim))]

    def pan(self, column: int, value: float) -> list[Records]:
        """Set a place, -1 left to 1 right."""
        self.faders[column].pan = value
        return [lc.set_to(self._strips[column], Parameter.PAN, value)]

    def lowpass(self, column: int, value: float) -> list[Records]:
        """Set a low-pass filter; off at its upper end."""
        self.faders[column].lowpass = value
        heard = min(value, self._tint)
        return [lc.set_to(self._strips[column], Parameter.LOW_PASS, 0 if heard >= OPEN_LOW else heard)]

    def highpass(self, column: int, value: float) -> list[Records]:
        """Set a high-pass filter; off at its lower end."""
        self.faders[column].highpass = value
        return [lc.set_to(self._strips[column], Parameter.HIGH_PASS, 0 if value <= OPEN_HIGH else value)]

    def shade(self, trim: float, tint: float) -> list[Records]:
        """What words do to all columns, beside what hands do: dB more, and a low-pass that no column may be
        above."""
        self._trim, self._tint = trim, tint
        return [
            each
            for column, fader in enumerate(self.faders)
            for each in (*self.level(column, fader.level), *self.lowpass(column, fader.lowpass))
        ]

    def mute(self, column: int, on: bool | None) -> list[Records]:
        """Mute, or the other way round for None."""
        fader = self.faders[column]
        fader.muted = not fader.muted if on is None else on
        return self._mutes()

    def solo(self, column: int, on: bool | None) -> list[Records]:
        """Solo, or the other way round for None."""
        fader = self.faders[column]
        fader.soloed = not fader.soloed if on is None else on
        return self._mutes()

    def silent(self, column: int) -> bool:
        """Whether a column is not heard, muted or for others' solo."""
        fader, alone = self.faders[column], any(fader.soloed for fader in self.faders)
        return fader.muted or (alone and not fader.soloed)

    def _mutes(self) -> list[Records]:
        return [
            lc.set_to(strip, Parameter.MUTE, float(self.silent(column)))
            for column, strip in enumerate(self._strips)
        ]
