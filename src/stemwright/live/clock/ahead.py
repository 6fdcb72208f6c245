"""What is told the audio side ahead of its time, and taken back where time changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque

from stemwright.live.clock.transport import Transport
from stemwright.live.commands import Command, Op, Tickets, cancel


class ToldAhead(ABC):
    """Follows a transport: messages of one kind for one node, each told once, as a command."""

    def __init__(self, transport: Transport, op: Op, node: int, tickets: Tickets) -> None:
        self._transport, self._op, self._node, self._tickets = transport, op, node, tickets
        self._sent = 0  # all before this sample are
        self._ahead: deque[tuple[int, int]] = deque()  # (sample, ticket) of what may still be cancelled
        self._out: list[Command] = []
        transport.listeners.append(self._revise)

    def commands(self, now: int, until: int) -> list[Command]:
        """What is to be posted before the sample `until`, without what was given already; `now`: the first
        sample that can still be reached.
        """
        while self._ahead and self._ahead[0][0] < now:
            self._ahead.popleft()
        start = max(self._sent, now)
        if start < until:
            self._tell(start, until)
            self._sent = until
        out, self._out = self._out, []
        return out

    @abstractmethod
    def _tell(self, start: int, until: int) -> None:
        """Send what lies at samples start..until - 1, in its order."""

    def _send(self, sample: int, index: int) -> None:
        ticket = self._tickets.next()
        self._out.append(Command(sample, self._op, self._node, index, ticket=ticket))
        self._ahead.append((sample, ticket))

    def _revise(self, sample: int) -> None:
        """Take back what was told from a sample on: time is another there."""
        while self._ahead and self._ahead[-1][0] >= sample:
            self._out.append(cancel(self._ahead.pop()[1], self._node))
        self._sent = min(self._sent, sample)
