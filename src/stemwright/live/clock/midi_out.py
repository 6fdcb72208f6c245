"""MIDI clock to other machines: 24 pulses a quarter, sent ahead as commands, each with its sample.

Sent while stopped too. Start, stop, continue and song position come at their samples before the pulse of that
sample: the pulse after a start is beat one.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor

from stemwright.live.clock.ahead import ToldAhead
from stemwright.live.clock.transport import SIXTEENTH, Act, State, Transport
from stemwright.live.commands import Op, Tickets, packed

PULSES = 24
"""Pulses a quarter note."""
POSITIONS = 2**14
"""Song positions in sixteenths that MIDI can tell; after them they are counted round."""
CLOCK, POSITION = 0xF8, 0xF2
START, CONTINUE, STOP = 0xFA, 0xFB, 0xFC
_BYTES = {Act.PLAY: START, Act.CONTINUE: CONTINUE, Act.STOP: STOP}


class MidiClockOut(ToldAhead):
    """What follows a transport and writes its clock for one `midi` node."""

    def __init__(self, transport: Transport, node: int, tickets: Tickets) -> None:
        super().__init__(transport, Op.MIDI, node, tickets)

    def _tell(self, start: int, until: int) -> None:
        found = [(state.sample, 0, _acts(state)) for state in self._transport.states(start, until)]
        places = self._transport.tempo.places(Fraction(1, PULSES), start, until)
        found += [(sample, 1, [packed(CLOCK)]) for sample, _ in places]
        for sample, _, messages in sorted(found):
            for message in messages:
                self._send(sample, message)


def _acts(state: State) -> list[int]:
    """The messages of an act. A position may be told only to what stands still."""
    if state.act is not Act.LOCATE:
        return [packed(_BYTES[state.act])]
    sixteenths = floor(state.position / SIXTEENTH) % POSITIONS
    told = packed(POSITION, sixteenths & 127, sixteenths >> 7)
    return [packed(STOP), told, packed(CONTINUE)] if state.playing else [told]
