"""Sends bytes at a speed that a port takes, from a thread of its own: drivers lose what comes too fast."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from stemwright.live.midi.parse import Parser

SPEED = 31250
"""Bytes a second: ten times that of a five-pin cable, which devices at USB and programs take."""
BURST = 512
"""Bytes that may go at once after a rest."""
MAX_WAITING = 1 << 18
"""Bytes that may wait, eight seconds' worth."""
_ENDING = 2.0


class Sender:
    """A queue of whole messages in front of `send`, which takes one at a time. Order is kept, nothing is
    left out unless `MAX_WAITING` is reached. `send` may raise: then everything later is refused.
    """

    def __init__(self, send: Callable[[bytes], None], speed: int = SPEED) -> None:
        """`speed` in bytes a second."""
        self.lost = 0
        """Messages that found no room."""
        self.failure: Exception | None = None
        """What `send` raised."""
        self._send, self._speed = send, speed
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="midi-out", daemon=True)
        self._thread.start()

    def post(self, data: bytes) -> None:
        """One or more whole messages; returns at once."""
        messages = [message.encoded() for message in Parser().feed(0, data)]
        with self._changed:
            for message in messages:
                if self._closing or self.failure or self._bytes + len(message) > MAX_WAITING:
                    self.lost += 1
                    continue
                self._bytes += len(message)
                self._waiting.append(message)
            self._changed.notify()

    def close(self) -> None:
        """Waits, at most two seconds, until all has gone out."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(_ENDING)

    def _next(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            if not self._waiting:
                return None
            message = self._waiting.popleft()
            self._bytes -= len(message)
            return message

    def _run(self) -> None:
        free = time.monotonic()  # the moment at which all that was sent has gone through the cable
        while (message := self._next()) is not None:
            ahead = free - time.monotonic() - BURST / self._speed
            if ahead > 0:
                time.sleep(ahead)
            try:
                self._send(message)
            except Exception as error:  # whatever a driver raises, this thread has nobody to raise it to
                self.failure = error
                return
            free = max(free, time.monotonic()) + len(message) / self._speed
