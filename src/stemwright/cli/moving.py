"""`undo`, `redo`, `restore`, `branch`, `merge`: going back, and working on several versions of a song."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines, quoted
from stemwright.cli.saying import said

_Steps = Annotated[int, typer.Argument(metavar="[N]", help="How many changes to take back.")]
_Run = Annotated[
    int,
    typer.Argument(metavar="RUN", help="The number that `log` shows; 0: the beginning.", show_default=False),
]
_Name = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="The branch to go to, or to begin here.", show_default=False),
]

_Other = Annotated[str, typer.Argument(metavar="BRANCH", help="The branch to join.", show_default=False)]
_Ours = Annotated[
    list[str] | None,
    typer.Option(
        "--ours",
        metavar="NAME",
        help="A conflict's layer, or state, that stays as it is here; or all. May be repeated.",
        show_default=False,
    ),
]
_Theirs = Annotated[
    list[str] | None,
    typer.Option(
        "--theirs",
        metavar="NAME",
        help="A conflict's layer, or state, that becomes as it is there; or all. May be repeated.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("undo", epilog="Example: stemwright undo my-song")(said(undo))
    app.command("redo", epilog="Example: stemwright redo my-song")(said(redo))
    app.command("restore", epilog="Example: stemwright restore my-song 12")(said(restore))
    app.command("branch", epilog="Example: stemwright branch my-song bossa")(said(branch))
    app.command("merge", epilog="Example: stemwright merge my-song bossa --theirs lead")(said(merge))


def undo(folder: opt.SongDir, steps: _Steps = 1, json: opt.Json = False) -> None:
    """Take the last change back, or the last N. Nothing is deleted: redo brings it back."""
    from stemwright.face.song import Song

    _say(Song(folder).undo(steps).to_json(), json)


def redo(folder: opt.SongDir, json: opt.Json = False) -> None:
    """Take the last undo back."""
    from stemwright.face.song import Song

    _say(Song(folder).redo().to_json(), json)


def restore(folder: opt.SongDir, run: _Run, json: opt.Json = False) -> None:
    """Make the song what it was after a run. This is a change like any other, and can be undone."""
    from stemwright.face.song import Song

    _say(Song(folder).restore(run).to_json(), json)


def branch(folder: opt.SongDir, name: _Name = None, json: opt.Json = False) -> None:
    """List the branches; with NAME go to that one, which begins here where it is new."""
    from stemwright.face.song import Song

    if name is not None:
        moved = Song(folder).branch(name).to_json()
        _say(moved, json)
        if moved["new"] and not json:
            lines([f"{name} is new; back with: stemwright branch {quoted(folder)} NAME"])
        return
    facts = Song(folder).branches().to_json()
    if json:
        emit_json(facts)
        return
    lines(
        f"{'*' if there == facts['branch'] else ' '} {there:<20} run {run}"
        for there, run in facts["branches"].items()
    )


def merge(
    folder: opt.SongDir,
    name: _Other,
    ours: _Ours = None,
    theirs: _Theirs = None,
    json: opt.Json = False,
) -> None:
    """Join another branch into this one, layer by layer. Undo takes it back.

    What one branch alone changed comes from it. Where both changed the same, nothing is changed, each
    conflict is told, and the exit code is 1.
    """
    from stemwright.face.song import Song

    facts = Song(folder).merge(name, ours=ours or (), theirs=theirs or ()).to_json()
    if json:
        emit_json(facts)
    elif facts["conflicts"]:
        lines(each["line"] for each in facts["conflicts"])
        lines(["nothing was changed; settle each with --ours NAME (as it is here) or --theirs NAME, or all"])
    elif facts["run"] is None:
        lines([f"nothing to merge: all that {name} has is here already"])
    else:
        taken = (f"{what} ({whose})" for what, whose in facts["taken"].items())
        lines([f"merged {name}: {', '.join(taken)}; back with: stemwright undo {quoted(folder)}"])
        lines(facts["remarks"])
    if facts["conflicts"]:
        raise typer.Exit(1)


def _say(facts: dict[str, Any], json: bool) -> None:
    """Where the song stands now."""
    if json:
        emit_json(facts)
        return
    place = f"run {facts['to']}" if facts["to"] else "its beginning"
    on = f" on branch {facts['branch']}" if facts["branch"] else ""
    layers = ", ".join(facts["layers"]) or "no layer changed"
    lines([f"the song is as at {place}{on}: {layers}"])
