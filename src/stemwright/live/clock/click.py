"""The metronome: a note on every beat, told ahead as commands with their samples."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

from stemwright.live.clock.transport import Transport
from stemwright.live.commands import Command, Op, Tickets, cancel, packed
from stemwright.native.live_commands import CLICK_ACCENT, CLICK_BEAT

VELOCITY = 100


class Click:
    """What follows a transport and beats its time on one `click` node, while it plays and is on."""

    def __init__(self, transport: Transport, node: int, tickets: Tickets) -> None:
        self.on = False
        self._transport, self._node, self._tickets = transport, node, tickets
        self._sent = 0  # all before this sample are
        self._ahead: deque[tuple[int, int]] = deque()  # (sample, ticket) of what may still be cancelled
        self._out: list[Command] = []
        transport.listeners.append(self._revise)

    def switch(self, on: bool, sample: int) -> None:
        """Beat, or be silent, from a sample on."""
        self.on = on
        self._revise(sample)

    def commands(self, now: int, until: int) -> list[Command]:
        """What is to be posted before the sample `until`, without what was given already; `now`: the first
        sample that can still be reached.
        """
        while self._ahead and self._ahead[0][0] < now:
            self._ahead.popleft()
        start = max(self._sent, now)
        if self.on and start < until:
            self._beats(start, until)
        self._sent = max(self._sent, until)
        out, self._out = self._out, []
        return out

    def _beats(self, start: int, until: int) -> None:
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
                self._send(at, CLICK_ACCENT if grid.bar(place).start == place else CLICK_BEAT)
            sample = max(at, sample) + 1

    def _send(self, sample: int, pitch: int) -> None:
        ticket = self._tickets.next()
        self._out.append(Command(sample, Op.NOTE, self._node, packed(pitch, VELOCITY), ticket=ticket))
        self._ahead.append((sample, ticket))

    def _revise(self, sample: int) -> None:
        """Take back what was told from a sample on: time is another there."""
        while self._ahead and self._ahead[-1][0] >= sample:
            self._out.append(cancel(self._ahead.pop()[1], self._node))
        self._sent = min(self._sent, sample)
