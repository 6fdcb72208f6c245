"""Loops of cables and patch bays: what was sent comes back, is answered, and comes back again."""

from __future__ import annotations

from collections import deque
from threading import Lock

_BACK = 0.1
"""Seconds within which what was sent is back, where it comes back."""
_SURE = 16
"""Messages in a row that came back before a loop is believed: nobody plays so many by accident."""
_OVER = 2.0
"""Seconds without an echo after which the loop is thought to be open again."""
_MOST = 256


class Echoes:
    """Compares what a port is sent with what comes from it; only notes, controllers and the like, since a
    clock looks the same from everybody. Any thread may call it.
    """

    def __init__(self) -> None:
        self.dropped = 0
        """Messages that were kept from going round."""
        self._sent: deque[tuple[float, bytes]] = deque(maxlen=_MOST)
        self._row = 0
        self._last = float("-inf")
        self._lock = Lock()

    def sent(self, message: bytes, at: float) -> None:
        """A message went out at `at` seconds."""
        if _counts(message):
            with self._lock:
                self._sent.append((at, message))

    def stands(self, at: float) -> bool:
        """Whether there is a loop."""
        return self._row >= _SURE and at - self._last <= _OVER

    def is_one(self, message: bytes, at: float) -> bool:
        """Whether a message that came at `at` seconds goes round in a loop and is to be dropped."""
        if not _counts(message):
            return False
        with self._lock:
            back = self._take(message, at)
            if at - self._last > _OVER or not (back or self._row >= _SURE):
                self._row = 0
            if not back:
                return False
            self._row, self._last = self._row + 1, at
            self.dropped += self._row >= _SURE
            return self._row >= _SURE

    def _take(self, message: bytes, at: float) -> bool:
        """Whether it was sent a moment ago; what was sent once comes back once."""
        while self._sent and at - self._sent[0][0] > _BACK:
            self._sent.popleft()
        found = next((place for place, (_, sent) in enumerate(self._sent) if sent == message), None)
        if found is None:
            return False
        del self._sent[found]
        return True


def _counts(message: bytes) -> bool:
    return bool(message) and 0x80 <= message[0] < 0xF0
