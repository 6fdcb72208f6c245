"""`gc`, `copy`: what a song's folder holds: what can go, and all of it as another folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines, quoted
from stemwright.cli.watching import watching

_Yes = Annotated[bool, typer.Option("--yes", help="Delete it. Without it nothing is touched.")]
_New = Annotated[Path, typer.Argument(metavar="NEW", help="The new folder.", show_default=False)]
_All = Annotated[bool, typer.Option("--all", help="Copy cache and renders too, which can be made again.")]
_WORDS = {
    "objects": "objects that no run reaches",
    "cache": "files of the cache, which can be made again",
    "temporary": "temporary files that killed processes left",
}


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("gc", epilog="Example: stemwright gc my-song --yes")(gc)
    app.command("copy", epilog="Example: stemwright copy my-song my-song-2")(copy)


def gc(folder: opt.SongDir, yes: _Yes = False, json: opt.Json = False) -> None:
    """Tell what no run can reach, objects, cache and temporary files; with --yes delete it.

    Whatever undo, redo, restore or a branch goes back to is kept, and so are renders.
    """
    from stemwright.face.song import Song

    facts = Song(folder).gc(yes=yes).to_json()
    if json:
        emit_json(facts)
        return
    for kind, words in _WORDS.items():
        lines([f"{facts[kind]['files']:>6} {words}, {facts[kind]['bytes']:,} bytes"])
    if yes:
        lines(["deleted; every run can still be restored"])
    elif any(facts[kind]["files"] for kind in _WORDS):
        lines([f"nothing was touched; delete them with: stemwright gc {quoted(folder)} --yes"])


def copy(folder: opt.SongDir, new: _New, whole: _All = False, json: opt.Json = False) -> None:
    """Copy the song with its whole history, and check every file of the copy."""
    from stemwright.face.song import Song

    with watching() as watch:
        facts = Song(folder).copy(new, whole=whole, progress=watch).to_json()
    if json:
        emit_json(facts)
    else:
        lines([f"{new}: {facts['files']} files, {facts['bytes']:,} bytes, verified"])
