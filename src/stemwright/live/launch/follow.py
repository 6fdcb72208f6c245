"""Follow actions: what comes after a clip by itself, drawn from a seeded generator.

Draws are made by number and not in a row (Philox, counter-based: Salmon et al., 2011): a draw that is taken
back and made again is the same, so that a session can be replayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from numpy.random import Philox

from stemwright.errors import UsageError

MAX_COUNT = 999


class FollowAction(StrEnum):
    """What comes next. A group is what lies together in a column without an empty slot between."""

    NONE = "none"
    STOP = "stop"
    AGAIN = "again"
    PREVIOUS = "previous"
    NEXT = "next"
    FIRST = "first"
    LAST = "last"
    ANY = "any"
    OTHER = "other"
    JUMP = "jump"


@dataclass(frozen=True, slots=True)
class Follow:
    """After the clip was heard `count` times, the `action`, with a `chance` of 0 to 1; else it plays on.
    `target`: the row to which one jumps.
    """

    action: FollowAction = FollowAction.NONE
    count: int = 1
    chance: Fraction = Fraction(1)
    target: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MAX_COUNT:
            raise UsageError(f"follow: {self.count} times; give 1 to {MAX_COUNT}", field="count")
        if not 0 <= self.chance <= 1:
            raise UsageError(f"follow: a chance of {float(self.chance):g}; give 0 to 1", field="chance")
        if self.target < 0:
            raise UsageError(f"follow: row {self.target} is none; give 0 or more", field="target")


def draw(seed: int, column: int, number: int) -> int:
    """The 64 random bits of a column's draw of a number."""
    generator = Philox(key=[seed, column], counter=[number, 0, 0, 0])
    return int(generator.random_raw())


def group(filled: Sequence[bool], row: int) -> range:
    """The rows of the group in which a filled row lies."""
    first, stop = row, row + 1
    while first > 0 and filled[first - 1]:
        first -= 1
    while stop < len(filled) and filled[stop]:
        stop += 1
    return range(first, stop)


def chosen(follow: Follow, filled: Sequence[bool], row: int, bits: tuple[int, int]) -> int | None:
    """The row that comes after `row`, None for silence. `filled`: which rows have or will have a clip;
    `bits`: two draws, for the chance and for the choice.
    """
    rows = group(filled, row)
    action = follow.action if bits[0] < follow.chance * 2**64 else FollowAction.AGAIN
    others = [r for r in rows if r != row]
    match action:
        case FollowAction.STOP:
            return None
        case FollowAction.PREVIOUS:
            return rows[(row - rows.start - 1) % len(rows)]
        case FollowAction.NEXT:
            return rows[(row - rows.start + 1) % len(rows)]
        case FollowAction.FIRST:
            return rows[0]
        case FollowAction.LAST:
            return rows[-1]
        case FollowAction.ANY:
            return rows[bits[1] * len(rows) >> 64]
        case FollowAction.OTHER:
            return others[bits[1] * len(others) >> 64] if others else row
        case FollowAction.JUMP:
            there = follow.target < len(filled) and filled[follow.target]
            return follow.target if there else row
        case _:
            return row
