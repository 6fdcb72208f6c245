"""What `log` tells: every run in plain values, and the positions as a graph like `git log --graph`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from stemwright.store import positions
from stemwright.store.folder import SongFolder

_RUN_FIELDS = ("run", "parent", "command", "layers", "seed", "rtf", "peak_memory_mb", "seconds", "made")


def history(path: Path) -> dict[str, Any]:
    """Every run, first to last, with where the song stood after it (`at`, on `branch`) and the positions that
    it was made from; the branch that is worked on, and where each stands.
    """
    records = SongFolder.open(path).runs.list()
    steps = list(positions.steps(records))
    return {
        "runs": [_run(record, step) for record, step in zip(records, steps, strict=True)],
        "branch": steps[-1].at.branch if steps else positions.MAIN,
        "branches": positions.latest(steps),
    }


def _run(record: Mapping[str, Any], step: positions.Step) -> dict[str, Any]:
    return {
        **{name: record.get(name) for name in _RUN_FIELDS},
        "what": record.get("what", ""),
        "message": record.get("message", ""),
        "author": record.get("author", ""),
        "branch": step.at.branch,
        "at": step.at.run,
        "parents": list(step.parents),
    }


def graph(facts: Mapping[str, Any]) -> Iterator[str]:
    """The positions of a history, newest first, each with what made it, the branches that stand at it, and
    whether the song does. Runs that changed nothing, and moves, are none.
    """
    runs = {run["run"]: run for run in facts["runs"] if run["at"] == run["run"]}
    here = facts["branches"].get(facts["branch"], 0)
    for lines, number in _drawn({0: (), **{number: run["parents"] for number, run in runs.items()}}):
        if number is None:
            yield lines
            continue
        run = runs.get(number)
        parts = [lines, f"{number:>4}", _told(run) if run else "the beginning"]
        names = [name for name, at in facts["branches"].items() if at == number]
        parts += [f"({', '.join(names)})"] if names else []
        parts += ["<- the song stands here"] if number == here else []
        parts += [f'"{run["message"]}"'] if run and run["message"] else []
        yield " ".join(parts)


def _told(run: Mapping[str, Any]) -> str:
    """The command and what it changed: in its own words, or which layers."""
    return " ".join([run["command"], run["what"] or ",".join(run["layers"])]).rstrip()


def _drawn(parents: Mapping[int, Sequence[int]]) -> Iterator[tuple[str, int | None]]:
    """Lines of a graph of positions, each with the position that it shows; None where lines only meet or
    part. A column holds the position that its line leads to.
    """
    columns: list[int] = []
    for number in sorted(parents, reverse=True):
        if number not in columns:
            columns.append(number)
        at = columns.index(number)
        while number in columns[at + 1 :]:
            other = columns.index(number, at + 1)
            yield _meeting(len(columns), at, other), None
            del columns[other]
        yield " ".join("*" if column == at else "|" for column in range(len(columns))), number
        first, *joined = parents[number] or (-1,)
        columns[at] = first
        for parent in joined:
            yield _parting(len(columns), at), None
            columns.insert(at + 1, parent)


def _meeting(columns: int, at: int, other: int) -> str:
    """The line on which a column's line comes to that of another one at its left."""
    signs = [" "] * (2 * columns)
    for column in range(columns):
        signs[2 * column - (column >= other)] = "/" if column >= other else "|"
    for between in range(at + 1, other):
        signs[2 * between - 1] = "_"
    return "".join(signs).rstrip()


def _parting(columns: int, at: int) -> str:
    """The line on which a second line leaves a column to the right."""
    signs = [" "] * (2 * columns + 1)
    for column in range(columns):
        signs[2 * column + (column > at)] = "\\" if column > at else "|"
    signs[2 * at + 1] = "\\"
    return "".join(signs).rstrip()
