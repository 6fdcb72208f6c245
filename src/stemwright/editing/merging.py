"""`merge`: what was done on another branch joins what was done on this one, layer by layer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.editing.joining import OURS, THEIRS, Three, everything, join
from stemwright.editing.moves import at_run, differing
from stemwright.errors import UsageError, argument, shown
from stemwright.producer.clock import Clock
from stemwright.producer.details import JoinedBranch
from stemwright.producer.record import Act, commit
from stemwright.producer.standing import out_of_date, report
from stemwright.producer.workspace import writing
from stemwright.store import positions

if TYPE_CHECKING:
    from stemwright.store import SongFolder

ALL = "all"


def merge(path: Path, branch: str, ours: Iterable[str] = (), theirs: Iterable[str] = ()) -> dict[str, Any]:
    """Join another branch into the one that is worked on. Where both changed the same, `conflicts` tells it
    and nothing is changed. `ours`, `theirs`: layers and fields of the song, "state" for what all layers
    share, that count as they are here or there; "all": all that are conflicts.

    UsageError for a branch that is not there or is worked on, and for a name that is the same on both.
    """
    clock = Clock()
    with writing(path) as folder:
        here, there = positions.position(folder.runs), _head(folder, branch)
        past = positions.ancestors(folder.runs, here.run)
        if there in past:
            return _facts(branch, [])
        others = set(positions.ancestors(folder.runs, there))
        base = next(run for run in past if run in others)
        three = Three(at_run(folder, base), folder.load(), at_run(folder, there))
        found = join(three, _chosen(three, list(ours), list(theirs)))
        if found.conflicts or found.song == three.ours:
            return _facts(branch, found.conflicts)
        layers = differing(three.ours, found.song)
        told = JoinedBranch(branch, there, base, found.taken)
        number = commit(folder, found.song, Act("merge", layers, details=told, joined=there), clock)["run"]
        stale = out_of_date(folder, found.song)
    facts = _facts(branch, [])
    made = {"run": number, "layers": layers, "taken": found.taken}
    return {**facts, **made, **report(path, stale)}


def _head(folder: SongFolder, branch: str) -> int:
    """Where another branch stands."""
    heads = positions.heads(folder.runs)
    if branch not in heads:
        raise UsageError(
            f"branch {shown(branch)}: is not in this song; it has {', '.join(heads)}", field="branch"
        )
    if positions.position(folder.runs).branch == branch:
        raise UsageError(f"branch {branch!r}: is the one that is worked on; name another", field="branch")
    return heads[branch]


def _chosen(three: Three, ours: list[str], theirs: list[str]) -> dict[str, str]:
    """Whose counts, by name."""
    chosen: dict[str, str] = {}
    for side, names in ((OURS, ours), (THEIRS, theirs)):
        if ALL in names:
            chosen |= everything(three, side)
    both = set(ours) & set(theirs)
    if both:
        raise UsageError(f"{argument('ours')} and {argument('theirs')}: {sorted(both)[0]} is in both")
    for side, names in ((OURS, ours), (THEIRS, theirs)):
        for name in names:
            if name == ALL:
                continue
            if name not in three.differing:
                raise UsageError(
                    f"{argument(side)} {shown(name)}: is the same here and there, or not in the song; what "
                    f"differs: {', '.join(three.differing)}"
                )
            chosen[name] = side
    return chosen


def _facts(branch: str, conflicts: list[tuple[str, str]]) -> dict[str, Any]:
    """What is told where nothing was changed."""
    return {
        "run": None,
        "branch": branch,
        "layers": [],
        "taken": {},
        "conflicts": [{"name": name, "line": line} for name, line in conflicts],
        "stale": [],
        "remarks": [],
    }
