"""Where a song stands in its history: runs are the chain of what happened, positions the tree of what came
of it.

A position is the run that made the song what it is, 0 for the song as it was begun. Each run tells in `at`
the position after it (its own number, where it changed the song; an earlier one after an undo), in `parents`
those that it was made from, and the `branch` that it was made on. Runs of older versions tell nothing of
it: each followed the one before, on the branch `MAIN`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stemwright.errors import StemwrightError
from stemwright.store.runs import Runs

MAIN = "main"


@dataclass(frozen=True, slots=True)
class Position:
    """The run that made the song what it is (0: none), and the branch that is worked on."""

    run: int = 0
    branch: str = MAIN


def position(runs: Runs) -> Position:
    """Where the song stands. StemwrightError where a run that tells of it is damaged."""
    return after(runs, max(runs.numbers(), default=0))


def after(runs: Runs, number: int) -> Position:
    """Where the song stood after a run; after 0, at its beginning."""
    while number > 0:
        record = runs.read(number)
        if "at" in record:
            return Position(_whole(record, "at", record["at"]), _branch(record))
        if changed(record):
            return Position(number)
        number -= 1
    return Position()


def parents(runs: Runs, number: int) -> tuple[int, ...]:
    """The positions that a run was made from: one, two where it joined branches, none at the beginning."""
    if number < 1:
        return ()
    record = runs.read(number)
    if "parents" not in record:
        return (after(runs, number - 1).run,)
    found = record["parents"]
    if not isinstance(found, list) or not found:
        raise StemwrightError(f"runs/{number:06d}.json: field parents should be a list of runs")
    return tuple(_whole(record, "parents", parent) for parent in found)


def heads(runs: Runs) -> dict[str, int]:
    """The position of each branch, in the order in which they were begun."""
    found: dict[str, int] = {MAIN: 0}
    for number in runs.numbers():
        record = runs.read(number)
        if "at" in record:
            found[_branch(record)] = _whole(record, "at", record["at"])
        elif changed(record):
            found[MAIN] = number
    return found


def ancestors(runs: Runs, number: int) -> list[int]:
    """A position and all that it came from, each once, nearest first."""
    found: list[int] = []
    seen = {number}
    waiting = [number]
    while waiting:
        waiting.sort()
        found.append(here := waiting.pop())
        for parent in parents(runs, here):
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return found


def changed(record: Mapping[str, Any]) -> bool:
    """Whether a run made the song another one."""
    step = record.get("song")
    return isinstance(step, Mapping) and step.get("before") != step.get("after")


def _branch(record: Mapping[str, Any]) -> str:
    found = record.get("branch", MAIN)
    if not isinstance(found, str):
        raise StemwrightError(f"runs/{record['run']:06d}.json: field branch should be a name")
    return found


def _whole(record: Mapping[str, Any], field: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= record["run"]:
        raise StemwrightError(f"runs/{record['run']:06d}.json: field {field} should be the number of a run")
    return value
