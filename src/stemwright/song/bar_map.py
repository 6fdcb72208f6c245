"""What changes at bar lines, as tempo and meter do: a first value, and changes, each a bar and its value.

As text "112, 9: 126": 112 from the beginning, 126 from bar 9 on. Texts count bars from 1, all else from 0.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import TypeVar

from stemwright.errors import UsageError

Value = TypeVar("Value")
Changes = tuple[tuple[int, Value], ...]
"""(bar, value from it on), the bars ascending, from the second on."""
_CHANGE = re.compile(r"\s*([0-9]{1,6})\s*:(.*)", re.ASCII | re.DOTALL)
SHOWN = 4
"""Changes that `told` writes out at most."""


def parse_map(text: str, name: str, read: Callable[[str], Value]) -> tuple[Value, Changes[Value]]:
    """First value and changes from "112, 9: 126". `read`: a value from its text. UsageError, which begins
    with `name`, where a change has no bar, or one that does not come after the one before.
    """
    head, *items = text.split(",")
    found = [_CHANGE.fullmatch(item) for item in items]
    if not any(found):
        return read(text), ()
    changes: list[tuple[int, Value]] = []
    for item, change in zip(items, found, strict=True):
        if change is None:
            raise UsageError(f'{name}: {item.strip()[:40]!r} has no bar; write changes as "9: VALUE"')
        bar = int(change[1]) - 1
        if bar <= (changes[-1][0] if changes else 0):
            after = "a bar after the one before" if changes else "a bar from 2 on, what comes first has none"
            raise UsageError(f"{name}: bar {bar + 1} in {item.strip()[:40]!r} is out of order; give {after}")
        changes.append((bar, read(change[2])))
    return read(head), tuple(changes)


def map_text(first: Value, changes: Changes[Value], write: Callable[[Value], str] = str) -> str:
    """The text that `parse_map` reads."""
    return ", ".join([write(first), *(f"{bar + 1}: {write(value)}" for bar, value in changes)])


def told(first: Value, changes: Changes[Value], write: Callable[[Value], str] = str) -> str:
    """A map for people: "112 (126 from bar 9)", of many changes the first ones."""
    shown = [f"{write(value)} from bar {bar + 1}" for bar, value in changes[:SHOWN]]
    if len(changes) > SHOWN:
        shown.append(f"and {len(changes) - SHOWN} more")
    return write(first) + (f" ({', '.join(shown)})" if shown else "")


def plain(first: Value, changes: Iterable[tuple[int, Value]], name: str, bars: int) -> Changes[Value]:
    """The changes without those to the value that is there already. UsageError where one is out of order, or
    outside of a song of `bars` bars.
    """
    out: list[tuple[int, Value]] = []
    last, now = 0, first
    for bar, value in changes:
        if not last < bar < bars:
            outside = f"outside the song; it has bars 1 to {bars}"
            problem = f"not after bar {last + 1}; write changes upwards" if bar <= last else outside
            raise UsageError(f"{name}: changes at bar {bar + 1}, which is {problem}")
        if value != now:
            out.append((bar, value))
        last, now = bar, value
    return tuple(out)


def at_bar(first: Value, changes: Changes[Value], bar: int) -> Value:
    """The value that holds in a bar."""
    index = bisect_right(changes, bar, key=lambda change: change[0])
    return changes[index - 1][1] if index else first


def cut(first: Value, changes: Changes[Value], start: int, stop: int) -> tuple[Value, Changes[Value]]:
    """First value and changes of the bars from `start` to before `stop`, counted from `start`."""
    inside = tuple((bar - start, value) for bar, value in changes if start < bar < stop)
    return at_bar(first, changes, start), inside
