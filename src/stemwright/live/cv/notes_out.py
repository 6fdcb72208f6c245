"""Notes as voltages: one voice's pitch, gate, trigger and velocity on `cv` nodes, from NOTE commands.

So a companion's voice plays a modular: what is posted to a MIDI port goes through `CvVoice.translate`
instead. The voice has one note at a time; the companion's own `polyphony` should be 1. Gates rise at their
note's sample; one that is still up falls a millisecond before, so that envelopes begin anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stemwright.live.commands import Command, Op, Tickets, cancel
from stemwright.live.cv.calibration import EXACT, Calibration
from stemwright.live.cv.scale import GATE, volts_of

LEVEL = 0
"""The parameter of a `cv` node that is its level."""
TRIGGER = 0.001
"""Seconds of a trigger, and of the gap between two gates."""
_FULL_VELOCITY = 10.0


@dataclass(frozen=True, slots=True)
class CvOut:
    """A `cv` node and what its channel makes of voltages."""

    node: int
    calibration: Calibration = EXACT

    def set(self, at: int, volts: float, ticket: int = 0) -> Command:
        """The command that gives these volts from a sample on."""
        return Command(at, Op.SET, self.node, LEVEL, self.calibration.level(volts), ticket=ticket)


@dataclass(slots=True)
class _Last:
    """The note that was posted last. `begun`: the ticket of its note, `own` of its voltages, `fall` of its
    end.
    """

    pitch: int
    on: int
    off: int
    begun: int
    own: int
    fall: int


class CvVoice:
    """Outputs for pitch and gate, and, where there are any, for triggers and velocity (0 to 10 V)."""

    def __init__(
        self,
        pitch: CvOut,
        gate: CvOut,
        rate: int,
        tickets: Tickets,
        trigger: CvOut | None = None,
        velocity: CvOut | None = None,
    ) -> None:
        self._pitch, self._gate, self._trigger, self._velocity = pitch, gate, trigger, velocity
        self._gap, self._tickets = round(TRIGGER * rate), tickets
        self._last: _Last | None = None

    def translate(self, commands: Iterable[Command]) -> list[Command]:
        """What NOTE and CANCEL commands of one voice are as voltages, in order; other commands are left
        out.
        """
        out: list[Command] = []
        for command in commands:
            if command.op is Op.CANCEL:
                self._cancel(command.index, out)
            elif command.op is Op.NOTE and command.index >> 8 & 127:
                self._begin(command, out)
            elif command.op is Op.NOTE:
                self._end(command, out)
        return out

    def rest(self, now: int) -> list[Command]:
        """The gate and trigger fall; the pitch stays, so that tails keep in tune."""
        self._last = None
        return [each.set(now, 0.0) for each in (self._gate, self._trigger) if each is not None]

    def _begin(self, command: Command, out: list[Command]) -> None:
        at, last = command.at, self._last
        own, fall = self._tickets.next(), self._tickets.next()
        if last is not None and last.off > at - self._gap:
            if last.off > at:
                out.append(cancel(last.fall, self._gate.node))
            out.append(self._gate.set(min(at, max(at - self._gap, last.on + 1)), 0.0, own))
        off = at + int(command.value) if command.value else at
        out.append(self._pitch.set(at, volts_of(command.index & 127), own))
        if self._velocity is not None:
            share = (command.index >> 8 & 127) / 127
            out.append(self._velocity.set(at, share * _FULL_VELOCITY, own))
        out.append(self._gate.set(at, GATE, own))
        if self._trigger is not None:
            out += [self._trigger.set(at, GATE, own), self._trigger.set(at + self._gap, 0.0)]
        if command.value:
            out.append(self._gate.set(off, 0.0, fall))
        self._last = _Last(command.index & 127, at, off, command.ticket, own, fall)

    def _end(self, command: Command, out: list[Command]) -> None:
        last = self._last
        if last is None or last.pitch != command.index & 127:
            return
        at = max(command.at, last.on)
        before, last.fall, last.off = last.fall, self._tickets.next(), at
        out.append(self._gate.set(at, 0.0, last.fall))
        out.append(cancel(before, self._gate.node))

    def _cancel(self, ticket: int, out: list[Command]) -> None:
        last = self._last
        if last is not None and ticket == last.begun:
            out += [cancel(last.own, each.node) for each in self._outs()]
            self._last = None

    def _outs(self) -> list[CvOut]:
        return [each for each in (self._pitch, self._gate, self._trigger, self._velocity) if each is not None]
