"""One open MIDI port of RtMidi's: what comes is stamped and waits, what goes out is paced."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from stemwright.live.midi.echoes import Echoes
from stemwright.live.midi.port import PortLost
from stemwright.live.midi.sending import Sender
from stemwright.live.midi.stamps import Stamps

MAX_RECEIVED = 8192
"""Messages that wait to be polled; what comes after them is lost, and counted."""
_LOOK_EVERY = 0.5


class Connection:
    """One open connection (`midi.port.Port`); made by `devices.MidiPorts`."""

    def __init__(
        self,
        name: str,
        ends: tuple[Any, Any],
        present: Callable[[], bool],
        sample_at: Callable[[int], int],
        echoes: Echoes | None = None,
    ) -> None:
        """`ends`: RtMidi's in and out, either may be None. `present`: whether the port is still there;
        `sample_at`: the graph's sample of a moment of `time.monotonic_ns`; `echoes`: what keeps messages of
        all ports from going round.
        """
        self.name = name
        self.lost = 0
        """Messages that came while `MAX_RECEIVED` waited, or that are none."""
        self._in, self._out = ends
        self._present, self._sample_at, self._echoes = present, sample_at, echoes
        self._received: deque[tuple[int, bytes]] = deque()
        self._stamps = Stamps()
        self._looked = time.monotonic()
        self.alive = True
        self._sender = None if self._out is None else Sender(self._send)
        if self._in is not None:
            self._in.ignore_types(sysex=False, timing=False, active_sense=True)
            self._in.set_callback(self._arrived)

    def _arrived(self, event: tuple[list[int], float], _: object = None) -> None:
        """Called by the driver's thread: it may not raise, and does as little as it can."""
        heard = time.monotonic()
        try:
            message, step = event
            if len(self._received) < MAX_RECEIVED:
                self._received.append((round(self._stamps.at(step, heard) * 1e9), bytes(message)))
                return
        except (TypeError, ValueError):  # not what RtMidi promises
            pass
        self.lost += 1

    def send(self, data: bytes) -> None:
        """Queues one or more whole messages; they go out in order, as fast as a port takes them."""
        self._look()
        if self._sender is not None:
            self._sender.post(data)

    def _send(self, message: bytes) -> None:
        if self._echoes is not None:
            self._echoes.sent(message, time.monotonic())
        self._out.send_message(message)

    def poll(self) -> list[tuple[int, bytes]]:
        """(sample, bytes) of what came since the last call, also of a port that is gone by now."""
        out = []
        while self._received:
            moment, message = self._received.popleft()
            if self._echoes is None or not self._echoes.is_one(message, moment / 1e9):
                out.append((self._sample_at(moment), message))
        if not out:
            self._look()
        return out

    def _look(self) -> None:
        if not self.alive:
            raise PortLost(f"{self.name}: the port was closed")
        now = time.monotonic()
        failed = self._sender is not None and self._sender.failure
        if not failed and now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        if failed or not self._present():
            self.close()
            raise PortLost(f"{self.name}: the port is gone; was it unplugged?")

    def close(self) -> None:
        """Sends what waits and gives the port back."""
        if not self.alive:
            return
        self.alive = False
        if self._sender is not None:
            self._sender.close()
        for end in (self._in, self._out):
            if end is not None:
                end.delete()

    stop = close
