"""A MIDI out port as the audio side has it, on the virtual clock: what it is told, and which notes sound."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from stemwright.live.commands import Command, Op

Key = tuple[int, int, int]


class Sink:
    """Commands are posted at a sample; those of earlier samples hold at once."""

    def __init__(self) -> None:
        self.now = 0
        self.sounding: dict[Key, int] = {}
        self.began: list[tuple[int, Key, int]] = []
        self.lengths: list[int] = []
        self.programs: list[tuple[int, int, int, int]] = []
        self.all: list[Command] = []
        self._since: dict[Key, int] = {}
        self._waiting: list[tuple[int, int, int, Command, int]] = []
        self._count = self._notes = 0

    def post(self, now: int, commands: Iterable[Command]) -> None:
        """Time comes to `now`, then the commands are seen."""
        self.run(now)
        for command in commands:
            self.all.append(command)
            if command.op is Op.CANCEL:
                self._waiting = [w for w in self._waiting if w[4] or w[3].ticket != command.index]
                heapq.heapify(self._waiting)
            else:
                self._push(max(command.at, now), 1, command)
        self.run(now)

    def run(self, now: int) -> None:
        """Time comes to `now`, this sample too."""
        while self._waiting and self._waiting[0][0] <= now:
            at, _, _, command, number = heapq.heappop(self._waiting)
            self._apply(at, command, number)
        self.now = max(self.now, now)

    def _push(self, at: int, posted: int, command: Command, number: int = 0) -> None:
        heapq.heappush(self._waiting, (at, posted, self._count, command, number))
        self._count += 1

    def _apply(self, at: int, command: Command, number: int) -> None:
        first, second, third = command.index.to_bytes(3, "little")
        if command.op is Op.MIDI:
            self.programs.append((at, command.node, first, second))
            return
        assert command.op is Op.NOTE
        key = (command.node, third, first)
        if not second:
            if not number or self.sounding.get(key) == number:
                self._end(key, at)
            return
        self._end(key, at)
        self._notes += 1
        self.sounding[key], self._since[key] = self._notes, at
        self.began.append((at, key, second))
        if command.value:
            end = Command(at + int(command.value), Op.NOTE, command.node, command.index & ~0x7F00)
            self._push(end.at, 0, end, self._notes)

    def _end(self, key: Key, at: int) -> None:
        if self.sounding.pop(key, None) is not None:
            self.lengths.append(at - self._since.pop(key))
