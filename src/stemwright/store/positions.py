"""Where a song stands in its history: runs are the chain of what happened, positions the tree of what came
of it.

A position is the run that made the song what it is, 0 for the song as it was begun. Each run tells in `at`
the position after it (its own number, where it changed the song; an earlier one after an undo), in `parents`
those that it was made from, and the `branch` that it was made on. Runs of older versions tell nothing of
it: each followed the one before, on the branch `MAIN`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class Step:
    """Where the song stood after a run, what that run was made from, and whether it is a position itself."""

    at: Position
    parents: tuple[int, ...]
    made: bool


def position(runs: Runs) -> Position:
    """Where the song stands. StemwrightError where a run that tells of it is damaged."""
    return after(runs, max(runs.numbers(), default=0))


def after(runs: Runs, number: int) -> Position:
    """Where the song stood after a run; after 0, at its beginning."""
    while number > 0:
        record = runs.glance(number)
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
    record = runs.glance(number)
    return _parents(record) if "parents" in record else (after(runs, number - 1).run,)


def steps(records: Iterable[Mapping[str, Any]]) -> Iterator[Step]:
    """Where the song stood after each run, from all records, first to last."""
    here = Position()
    for record in records:
        parents = _parents(record) if "parents" in record else (here.run,)
        if "at" in record:
            here = Position(_whole(record, "at", record["at"]), _branch(record))
        elif changed(record):
            here = Position(record["run"])
        yield Step(here, parents, here.run == record["run"])


def heads(runs: Runs) -> dict[str, int]:
    """The position of each branch, in the order in which they were begun."""
    return latest(steps(map(runs.glance, runs.numbers())))


def head(runs: Runs, branch: str) -> int | None:
    """The position of one branch, None where there is none of that name; found from the end."""
    for number in reversed(runs.numbers()):
        record = runs.glance(number)
        if (_branch(record) if "at" in record else MAIN) == branch:
            return after(runs, number).run
    return 0 if branch == MAIN else None


def latest(found: Iterable[Step]) -> dict[str, int]:
    """The position of each branch after some steps from the beginning on, as of `heads`."""
    return {MAIN: 0} | {step.at.branch: step.at.run for step in found}


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


def _parents(record: Mapping[str, Any]) -> tuple[int, ...]:
    found = record["parents"]
    if not isinstance(found, list) or not found:
        raise StemwrightError(f"runs/{record['run']:06d}.json: field parents should be a list of runs")
    return tuple(_whole(record, "parents", parent) for parent in found)


def _branch(record: Mapping[str, Any]) -> str:
    found = record.get("branch", MAIN)
    if not isinstance(found, str):
        raise StemwrightError(f"runs/{record['run']:06d}.json: field branch should be a name")
    return found


def _whole(record: Mapping[str, Any], field: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= record["run"]:
        raise StemwrightError(f"runs/{record['run']:06d}.json: field {field} should be the number of a run")
    return value
