"""Output at the speed that a port takes. Drivers lose what comes too fast without a word: of a burst of 2,000
notes through JACK's MIDI more than half.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from stemwright.live.midi.messages import REAL_TIME, Message

DIN = 3125
"""Bytes a second through a five-pin cable: 31,250 baud, ten bits a byte."""
MAX_WAITING = 4096
"""Messages that may wait; note-offs always may."""

_REAL_TIME = frozenset(REAL_TIME.values())
_ORDERED = frozenset((0, 6, 32, 38, *range(96, 102), *range(120, 128)))
"""Controllers whose order is their meaning: banks, (N)RPN and data entry, channel mode."""


class Pacer:
    """A queue in front of one port. Notes keep their order; of controllers, bends and pressures that wait,
    the newest of each is enough; clock and transport go first. A note that would come too late is left out,
    both its ends: what is given must have one note-off for each note-on (`held.Held`).
    """

    def __init__(
        self, rate: int, bytes_per_second: int = DIN, burst: int = 128, patience: float = 0.1
    ) -> None:
        """`rate`: samples a second; `burst`: bytes that may go at once, at least what goes between two
        calls of `due`; `patience`: seconds that a note-on may wait.
        """
        self.dropped = 0
        """Notes that were left out, and other messages that found no room."""
        self.thinned = 0
        """Messages that a newer one made needless."""
        self._rate, self._speed = rate, bytes_per_second
        self._most = burst * rate  # allowances are counted in bytes times samples a second: whole numbers
        self._allowance, self._checked = self._most, 0
        self._patience = round(patience * rate)
        self._first: list[Message] = []
        self._waiting: dict[Hashable, Message] = {}
        self._refused: set[tuple[int, int]] = set()  # notes of which the first end found no room
        self._late: set[tuple[int, int]] = set()  # notes of which the first end has waited too long
        self._count = 0

    def __len__(self) -> int:
        return len(self._first) + len(self._waiting)

    def add(self, messages: Iterable[Message]) -> None:
        """Takes messages in; `Message.at` says from when on a note waits."""
        for message in messages:
            if message.kind in _REAL_TIME:
                self._first.append(message)
            else:
                self._queue(message)

    def _queue(self, message: Message) -> None:
        key = _stream(message)
        place = (message.channel, message.first)
        if key is not None and self._waiting.pop(key, None) is not None:
            self.thinned += 1  # the newest goes to the end, so that the last state comes last
        elif message.kind == "note_off" and place in self._refused:
            self._refused.remove(place)
            return
        elif len(self._waiting) >= MAX_WAITING and message.kind != "note_off":
            self.dropped += 1
            if message.kind == "note_on":
                self._refused.add(place)
            return
        self._count += 1
        self._waiting[self._count if key is None else key] = message

    def due(self, at: int) -> list[Message]:
        """What may go out at the sample `at`, in order."""
        self._allowance += max(at - self._checked, 0) * self._speed
        self._allowance = min(self._allowance, self._most)
        self._checked = max(at, self._checked)
        out, self._first = self._first, []
        self._allowance -= sum(self._cost(message) for message in out)
        while self._waiting and self._allowance >= 0:
            message = self._waiting.pop(next(iter(self._waiting)))
            if self._is_needed(message, at):
                self._allowance -= self._cost(message)
                out.append(message)
        return out

    def _is_needed(self, message: Message, at: int) -> bool:
        place = (message.channel, message.first)
        if message.kind == "note_off" and place in self._late:
            self._late.remove(place)
            return False
        if message.kind == "note_on" and at - message.at > self._patience:
            self._late.add(place)
            self.dropped += 1
            return False
        return True

    def _cost(self, message: Message) -> int:
        return len(message.encoded()) * self._rate


def _stream(message: Message) -> Hashable:
    """What a message is the newest value of, None where each one counts."""
    if message.kind == "control" and message.first not in _ORDERED:
        return message.kind, message.channel, message.first
    if message.kind == "poly_pressure":
        return message.kind, message.channel, message.first
    return (message.kind, message.channel) if message.kind in ("bend", "pressure") else None
