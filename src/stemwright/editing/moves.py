"""`undo`, `redo`, `restore`, `branch`: the song as it was, or as it is on another branch.

Each is a run of its own in the chain of what happened, and moves where the song stands
(`store/positions.py`). Nothing is ever taken away: a take that an undo leaves behind is in `objects/`, and
comes back with a redo or a restore.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import StemwrightError, UsageError, shown
from stemwright.producer.clock import Clock
from stemwright.producer.details import Moved
from stemwright.producer.record import Act, commit
from stemwright.producer.workspace import reading, writing
from stemwright.song import document
from stemwright.store import positions
from stemwright.store.positions import Position

if TYPE_CHECKING:
    from stemwright.song.document import Song
    from stemwright.store import SongFolder

_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def undo(path: Path, steps: int = 1) -> dict[str, Any]:
    """Go back by so many changes. UsageError at the song's beginning, StemwrightError where an object of the
    song as it was is missing.
    """
    if steps < 1:
        raise UsageError(f"steps: {steps} changes cannot be taken back; give 1 or more", field="steps")
    with writing(path) as folder:
        here = positions.position(folder.runs)
        song, target = None, here.run
        for _ in range(steps):
            if target == 0:
                raise UsageError(f"{path}: nothing is left to undo; see: stemwright log DIR")
            record = folder.runs.read(target)
            song = _document(folder, record["song"]["before"], target)
            target = positions.parents(folder.runs, target)[0]
        assert song is not None
        return _move(folder, "undo", song, here, Position(target, here.branch))


def redo(path: Path) -> dict[str, Any]:
    """Take the last undo back. UsageError where the song was changed since, or nothing was undone."""
    with writing(path) as folder:
        here, target = positions.position(folder.runs), _undone(folder)
        if target is None:
            raise UsageError(
                f"{path}: nothing to redo; redo follows an undo, before anything else is changed"
            )
        return _move(folder, "redo", at_run(folder, target), here, Position(target, here.branch))


def restore(path: Path, run: int) -> dict[str, Any]:
    """The song as it was after a run, as a change that can be undone. UsageError for no such run."""
    clock = Clock()
    with writing(path) as folder:
        before, song = folder.load(), at_run(folder, known_run(folder, run))
        here = positions.position(folder.runs)
        act = Act("restore", differing(before, song), details=Moved(run, here.run))
        number = None if song == before else commit(folder, song, act, clock)["run"]
    return {"run": number, "to": run, "branch": here.branch, "layers": act.layers}


def branch(path: Path, name: str) -> dict[str, Any]:
    """Go to a branch, or begin it where the song stands. UsageError for an impossible name."""
    if not _BRANCH.fullmatch(name):
        raise UsageError(
            f"branch {shown(name)}: is no name for a branch; use letters, digits, '.', '_' and '-'",
            field="name",
        )
    with writing(path) as folder:
        here, head = positions.position(folder.runs), positions.head(folder.runs, name)
        if here.branch == name:
            return {"run": None, "to": here.run, "branch": name, "new": False, "layers": []}
        target = here.run if head is None else head
        moved = _move(folder, "branch", at_run(folder, target), here, Position(target, name))
        return {**moved, "new": head is None}


def branches(path: Path) -> dict[str, Any]:
    """The branches, each with the run that it stands at, and which one is worked on."""
    runs = reading(path).runs
    return {"branch": positions.position(runs).branch, "branches": positions.heads(runs)}


def at_run(folder: SongFolder, run: int) -> Song:
    """The song as it was after a run, 0: as it was begun. StemwrightError where that is not known, or an
    object that it names is missing.
    """
    if run:
        return _document(folder, folder.runs.read(run)["song"]["after"], run)
    if not folder.runs.numbers():
        return folder.load()
    return _document(folder, folder.runs.read(1)["song"]["before"], run)


def known_run(folder: SongFolder, run: int) -> int:
    """A run's number, 0: the song's beginning. UsageError where the song has no such run."""
    numbers = folder.runs.numbers()
    if run != 0 and run not in numbers:
        there = f"1 to {numbers[-1]}" if numbers else "none yet"
        raise UsageError(
            f"run {run}: is not in this song; it has {there}; see: stemwright log DIR", field="run"
        )
    return run


def _document(folder: SongFolder, sha: str, run: int) -> Song:
    """A song that runs name, once all that sounds in it is known to be there."""
    where = f"{folder.path}: the song as it was at run {run}"
    try:
        song = document.loads(folder.objects.get(sha), "song.json")
    except StemwrightError as error:
        raise StemwrightError(f"{where} cannot be had: {error.marked}") from error
    for layer, entry in song.layers.items():
        needed = [entry.score_sha256, *(sha for take in entry.takes for sha in _named(take))]
        missing = next((sha for sha in needed if sha and not folder.objects.has(sha)), None)
        if missing is not None:
            raise StemwrightError(
                f"{where} cannot be had: {folder.objects.name(missing)} of layer {layer!r} is missing; "
                "restore it from a copy"
            )
    return song


def _named(take: document.Take) -> tuple[str, str]:
    return take.score_sha256, take.content_sha256


def _undone(folder: SongFolder) -> int | None:
    """The position that a redo goes to; None where there is none."""
    taken_back = 0
    for number in reversed(folder.runs.numbers()):
        record = folder.runs.glance(number)
        command = record.get("command")
        if command == "redo":
            taken_back += 1
        elif command == "undo" and not taken_back:
            return Moved.from_json(record.get("details"), f"runs/{number:06d}.json: details").since
        elif command == "undo":
            taken_back -= 1
        elif command == "branch" or positions.changed(record):
            return None
    return None


def _move(folder: SongFolder, command: str, song: Song, here: Position, to: Position) -> dict[str, Any]:
    """The run that makes the song stand elsewhere."""
    layers = differing(folder.load(), song)
    act = Act(command, layers, details=Moved(to.run, here.run), at=to)
    number = commit(folder, song, act, Clock())["run"]
    return {"run": number, "to": to.run, "branch": to.branch, "layers": layers}


def differing(before: Song, after: Song) -> list[str]:
    """The layers that are not the same in two songs."""
    names = dict.fromkeys([*before.layers, *after.layers])
    return [name for name in names if before.layers.get(name) != after.layers.get(name)]
