"""What Python tells the audio side, and the numbers by which it is told about later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stemwright.native.live_commands import COMMAND, NOW, Flag, Op, Records

__all__ = ["NOW", "RATE", "Command", "Flag", "Op", "Tickets", "cancel", "packed", "records"]

RATE = 48_000
"""Samples a second of a graph, unless its device says otherwise."""
MAX_TICKET = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Command:
    """`at`: the absolute sample at which it holds. `index`: a clip, parameter, plan, ticket or packed bytes,
    by its `op`; `value`: a parameter's value, or the frame at which a launched clip begins.
    """

    at: int
    op: Op
    node: int = 0
    index: int = 0
    value: float = 0.0
    flags: Flag = Flag.NONE
    ticket: int = 0


class Tickets:
    """Numbers for commands that may be cancelled or reported: 1, 2, 3, ... ; 0 is no ticket."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """A number that no command has, until 2**31 were given."""
        self._last = self._last % MAX_TICKET + 1
        return self._last


def packed(*message: int) -> int:
    """One to three MIDI bytes as a command's index: the first byte lowest."""
    return int.from_bytes(bytes(message), "little")


def cancel(ticket: int, node: int = 0) -> Command:
    """What drops the commands of a ticket that have not been applied; it holds as soon as it is seen."""
    return Command(NOW, Op.CANCEL, node, ticket)


def records(commands: Sequence[Command]) -> Records:
    """The commands as the graph takes them, an array [n]."""
    made = np.zeros(len(commands), COMMAND)
    for index, each in enumerate(commands):
        made[index] = (
            each.at, each.op, each.node, each.ticket, each.index, each.flags, each.value, 0.0, 0, 0
        )  # fmt: skip
    return made
