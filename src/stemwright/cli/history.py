"""`log`, `verify` (for git's users also `fsck`), `takes`, `use`: what happened to a song, whether
it is whole, and going back.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines, played_by, quoted, short, table
from stemwright.cli.saying import said

_Layer = Annotated[str, typer.Argument(metavar="LAYER", help="The layer.", show_default=False)]
_AnyLayer = Annotated[
    str | None, typer.Argument(metavar="[LAYER]", help="One layer only.", show_default=False)
]
_Take = Annotated[
    int, typer.Argument(metavar="TAKE", help="The number that `takes` shows.", show_default=False)
]

_Graph = Annotated[
    bool,
    typer.Option("--graph", help="Draw what came of what, as git does: newest first, branches by name."),
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("log", epilog="Example: stemwright log my-song --json")(log)
    app.command("verify", epilog="Example: stemwright verify my-song && echo whole")(verify)
    app.command("fsck", hidden=True)(verify)
    app.command("takes", epilog="Example: stemwright takes my-song lead")(takes)
    app.command("use", epilog="Example: stemwright use my-song lead 1")(said(use))


def log(folder: opt.SongDir, graph: _Graph = False, json: opt.Json = False) -> None:
    """List the song's runs: what each one did, how fast, and what it made; why, by whom, on which branch."""
    from stemwright.face.song import Song

    facts = Song(folder).log().to_json()
    if json:
        emit_json(facts)
    elif graph:
        from stemwright.shown.log import graph as drawn

        lines(drawn(facts))
    else:
        _table(facts["runs"])


def _table(runs: list[dict[str, Any]]) -> None:
    """The runs, with columns for branch, position, message and author where there is something in them."""
    head = ["run", "command", "layers", "seed", "rtf", "peak MB", "seconds", "made"]
    more = {
        "branch": len({run["branch"] for run in runs}) > 1,
        "at": any(run["at"] not in (run["run"], run["parents"][0]) for run in runs),
        "what": any(run["what"] for run in runs),
        "author": len({run["author"] for run in runs} - {""}) > 1,
        "message": any(run["message"] for run in runs),
    }
    extra = [name for name, told in more.items() if told]
    rows = [
        (
            run["run"],
            run["command"],
            ",".join(run["layers"]),
            run["seed"],
            run["rtf"],
            run["peak_memory_mb"],
            run["seconds"],
            len(run["made"]),
            *(run[name] for name in extra),
        )
        for run in runs
    ]
    table((*head, *extra), rows)


def verify(folder: opt.SongDir, json: opt.Json = False) -> None:
    """Check every file of the song against its checksum. Exit code 1 where something is wrong."""
    from stemwright.face.song import Song

    facts = Song(folder).verify().to_json()
    if json:
        emit_json(facts)
    elif facts["ok"]:
        lines([f"ok: {facts['objects']} objects"])
    else:
        lines(facts["problems"])
    if not json:
        lines(f"note: {note}" for note in facts["notes"])
    if not facts["ok"]:
        raise typer.Exit(1)


def takes(folder: opt.SongDir, layer: _AnyLayer = None, json: opt.Json = False) -> None:
    """List every take of every layer; a star marks the active one."""
    from stemwright.face.song import Song

    facts = Song(folder).takes(layer).to_json()
    if json:
        emit_json(facts)
        return
    rows = [
        (
            name,
            f"{take['take']}{'*' if take['active'] else ''}",
            played_by(take) or None,
            take["seed"],
            take["run"],
            short(take["tokens_sha256"] or take["audio_sha256"]),
        )
        for name, found in facts["layers"].items()
        for take in found
    ]
    table(("layer", "take", "played by", "seed", "run", "object"), rows)


def use(folder: opt.SongDir, layer: _Layer, take: _Take, json: opt.Json = False) -> None:
    """Make another take of a layer the active one. Nothing is deleted."""
    from stemwright.face.song import Song

    facts = Song(folder).use(layer, take).to_json()
    if json:
        emit_json(facts)
    else:
        lines([f"{layer}: take {take} is active; hear it with: stemwright mix {quoted(folder)}"])
