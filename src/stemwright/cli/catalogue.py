"""`styles` and `timbres`: what there is to choose from; `style check`: a style file of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines, table
from stemwright.errors import UsageError

_AnyLayer = Annotated[
    str | None,
    typer.Argument(metavar="[LAYER]", help="One layer only: drums, bass, harmony, lead.", show_default=False),
]

_MidiFiles = Annotated[list[Path], typer.Argument(metavar="FILE...", help="MIDI files in that style.")]
_Out = Annotated[
    Path,
    typer.Option("--out", metavar="my-NAME.toml", help="The style file that is written.", show_default=False),
]
_Replace = Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")]
_StyleFile = Annotated[Path, typer.Argument(metavar="FILE", help="A style, my-NAME.toml.")]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("styles", epilog="Example: stemwright styles")(styles)
    family = typer.Typer(help="Styles of your own (docs/styles.md).", no_args_is_help=True)
    family.callback(epilog="Example: stemwright style check my-waltz.toml")(lambda: None)
    family.command("check", epilog="Example: stemwright style check my-waltz.toml")(check)
    family.command("learn", epilog="Example: stemwright style learn a.mid b.mid --out my-band.toml")(learn)
    app.add_typer(family, name="style")
    app.command("timbres", epilog="Example: stemwright timbres lead")(timbres)


def styles(json: opt.Json = False) -> None:
    """List the styles that --style takes: other names, usual tempo (BPM), timbres, the layers that it usually
    has besides, and what each is like.
    """
    from stemwright.face.choices import styles as known

    facts = known().to_json()
    if json:
        emit_json(facts)
        return
    rows = [
        (
            row["name"],
            "{}-{}".format(*row["bpm"]),
            ", ".join(row["aliases"]) or None,
            ", ".join(row["timbres"].values()),
            ", ".join(name for name in row["layers"] if name not in row["timbres"]) or None,
            row["about"] if row["patterns"] == row["name"] else f"played like {row['patterns']}",
        )
        for row in facts["styles"]
    ]
    table(("style", "bpm", "also called", "drums, bass, harmony, lead", "also has", "what it is like"), rows)


def check(file: _StyleFile, json: opt.Json = False) -> None:
    """Check a style file: tell what it holds and where to put it, or every fault with its field and how to
    mend it.
    """
    from stemwright.shown.stylesheet import check_style

    facts = check_style(file)
    faults = facts["faults"]
    if json:
        emit_json(facts)
    if faults:
        lines([] if json or len(faults) == 1 else [f"{file}: {fault}" for fault in faults])
        raise UsageError(f"{file}: {faults[0]}" if len(faults) == 1 else f"{file}: has {len(faults)} faults")
    if json:
        return
    table(("field", "patterns"), facts["holds"].items())
    low, high = facts["bpm"]
    lines(
        [
            f"{facts['name']}: {facts['about']}",
            f"{low}-{high} bpm, swing {facts['swing']}, {facts['meter'] or 'any meter'}, patterns of its own"
            + (f" over those of {facts['patterns']}" if facts["patterns"] != facts["name"] else ""),
            f"layers: {', '.join(facts['layers'])}",
            f"put it into {facts['folder']} and write --style {facts['name']}",
        ]
    )


def learn(files: _MidiFiles, out: _Out, replace: _Replace = False, json: opt.Json = False) -> None:
    """Write a style file from MIDI files: tempi, swing, grooves, fills, bass lines, comping, rhythms of
    melodies (never their pitches), progressions, timbres and feel; what they do not tell, from the shipped
    style that is likest.
    """
    from stemwright.exchange.learning import learn_style

    facts = learn_style(files, out, replace)
    if json:
        emit_json(facts)
        return
    table(("field", "found"), facts["found"].items())
    lines(f"{file}: not read: {why}" for file, why in facts["unread"].items())
    bars = sum(facts["learned"].values())
    lines(
        [
            f"{facts['name']}: from {len(facts['learned'])} file(s), {bars} bars; like {facts['like']}",
            f"from {facts['like']}: {', '.join(facts['taken']) or 'nothing'}",
            f"wrote {facts['file']}; put it into {facts['folder']} and write --style {facts['name']}",
        ]
    )


def timbres(layer: _AnyLayer = None, json: opt.Json = False) -> None:
    """List the timbres that --timbre takes, by layer, with the notes that each can play. The first is taken
    where none is named.
    """
    from stemwright.face.choices import timbres as known
    from stemwright.song.pitch import pitch_text

    facts = known(layer).to_json()
    if json:
        emit_json(facts)
        return
    rows = [
        (
            name,
            timbre["name"],
            "{} to {}".format(*map(pitch_text, timbre["range"])) if timbre["range"] else None,
        )
        for name, found in facts["layers"].items()
        for timbre in found["timbres"]
    ]
    table(("layer", "timbre", "range"), rows)
    lines(["change one: stemwright generate DIR LAYER --timbre NAME"])
