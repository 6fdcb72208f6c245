"""MIDI clock to other machines: 24 pulses a quarter, sent ahead as commands, each with its sample.

Sent while stopped too. Start, stop, continue and song position come at their samples before the pulse of that
sample: the pulse after a start is beat one.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from math import floor

from stemwright.live.clock.transport import SIXTEENTH, Act, State, Transport
from stemwright.live.commands import Command, Op, Tickets, cancel, packed

PULSES = 24
"""Pulses a quarter note."""
POSITIONS = 2**14
"""Song positions in sixteenths that MIDI can tell; after them they are counted round."""
CLOCK, POSITION = 0xF8, 0xF2
START, CONTINUE, STOP = 0xFA, 0xFB, 0xFC
_BYTES = {Act.PLAY: START, Act.CONTINUE: CONTINUE, Act.STOP: STOP}


class MidiClockOut:
    """What follows a transport and writes its clock for one `midi` node."""

    def __init__(self, transport: Transport, node: int, tickets: Tickets) -> None:
        self._transport, self._node, self._tickets = transport, node, tickets
        self._sent = 0  # all before this sample are
        self._ahead: deque[tuple[int, int]] = deque()  # (sample, ticket) of what may still be cancelled
        self._out: list[Command] = []
        transport.listeners.append(self._revise)

    def commands(self, now: int, until: int) -> list[Command]:
        """What is to be sent before the sample `until`, without what was given already; `now`: the first
        sample that can still be reached.
        """
        while self._ahead and self._ahead[0][0] < now:
            self._ahead.popleft()
        start = max(self._sent, now)
        if start < until:
            found = [(state.sample, 0, _acts(state)) for state in self._transport.states(start, until)]
            places = self._transport.tempo.places(Fraction(1, PULSES), start, until)
            found += [(sample, 1, [packed(CLOCK)]) for sample, _ in places]
            for sample, _, messages in sorted(found):
                for message in messages:
                    self._send(sample, message)
            self._sent = until
        out, self._out = self._out, []
        return out

    def _send(self, sample: int, message: int) -> None:
        ticket = self._tickets.next()
        self._out.append(Command(sample, Op.MIDI, self._node, message, ticket=ticket))
        self._ahead.append((sample, ticket))

    def _revise(self, sample: int) -> None:
        """Take back what was sent from a sample on: time is another there."""
        while self._ahead and self._ahead[-1][0] >= sample:
            self._out.append(cancel(self._ahead.pop()[1], self._node))
        self._sent = min(self._sent, sample)


def _acts(state: State) -> list[int]:
    """The messages of an act. A position may be told only to what stands still."""
    if state.act is not Act.LOCATE:
        return [packed(_BYTES[state.act])]
    sixteenths = floor(state.position / SIXTEENTH) % POSITIONS
    told = packed(POSITION, sixteenths & 127, sixteenths >> 7)
    return [packed(STOP), told, packed(CONTINUE)] if state.playing else [told]
