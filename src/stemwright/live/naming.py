"""Devices and ports as users name them: whole, or by a part that no other one has."""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.errors import UsageError, few, shown


def chosen(wanted: str, names: Sequence[str], what: str) -> str:
    """The one of `names` that is `wanted`, or has it in its name; capitals do not matter.

    `what`: "MIDI input" and the like, for the message. UsageError where none or several fit.
    """
    small = wanted.casefold()
    for fitting in (
        [name for name in names if name == wanted],
        [name for name in names if name.casefold() == small],
        [name for name in names if small and small in name.casefold()],
    ):
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            listed = "; ".join(few(fitting, "more"))
            raise UsageError(f"{what}: {shown(wanted)} fits several ({listed}): say more of the name")
    there = "; ".join(few(list(names), "more")) or "none at all"
    raise UsageError(f"{what}: there is none named {shown(wanted)}; there is: {there}")


def numbered(names: Sequence[str]) -> list[str]:
    """The names, each unlike all before it: the second "X" is called "X (2)"."""
    out: list[str] = []
    for name in names:
        unlike, count = name, 2
        while unlike in out:
            unlike, count = f"{name} ({count})", count + 1
        out.append(unlike)
    return out
