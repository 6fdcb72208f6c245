"""The metronome: a note on every beat, told ahead as commands with their samples."""

from __future__ import annotations

from itertools import pairwise

from stemwright.live.clock.ahead import ToldAhead
from stemwright.live.clock.transport import Transport
from stemwright.live.commands import Op, Tickets, packed
from stemwright.native.live_commands import CLICK_ACCENT, CLICK_BEAT

VELOCITY = 100


class Click(ToldAhead):
    """What follows a transport and beats its time on one `click` node, while it plays and is on."""

    def __init__(self, transport: Transport, node: int, tickets: Tickets) -> None:
        super().__init__(transport, Op.NOTE, node, tickets)
        self.on = False

    def switch(self, on: bool, sample: int) -> None:
        """Beat, or be silent, from a sample on."""
        self.on = on
        self._revise(sample)

    def _tell(self, start: int, until: int) -> None:
        if not self.on:
            return
        changes = [state.sample for state in self._transport.states(start + 1, until)]
        for first, last in pairwise([start, *changes, until]):
            if self._transport.playing(first):
                self._between(first, last)

    def _between(self, first: int, last: int) -> None:
        """The beats of a stretch in which the transport plays on."""
        grid, tempo = self._transport.grid, self._transport.tempo
        sample = first
        while sample < last:
            place = grid.next_step(self._transport.position(sample))
            at = tempo.sample(place)
            if first <= at < last:
                pitch = CLICK_ACCENT if grid.bar(place).start == place else CLICK_BEAT
                self._send(at, packed(pitch, VELOCITY))
            sample = max(at, sample) + 1
