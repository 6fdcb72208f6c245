"""`styles` and `timbres`: what there is to choose from."""

from __future__ import annotations

from typing import Annotated

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines, table

_AnyLayer = Annotated[
    str | None,
    typer.Argument(metavar="[LAYER]", help="One layer only: drums, bass, harmony, lead.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("styles", epilog="Example: stemwright styles")(styles)
    app.command("timbres", epilog="Example: stemwright timbres lead")(timbres)


def styles(json: opt.Json = False) -> None:
    """List the styles that --style takes: other names, usual tempo (BPM), timbres, and what each is like."""
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
            row["about"] if row["patterns"] == row["name"] else f"played like {row['patterns']}",
        )
        for row in facts["styles"]
    ]
    table(("style", "bpm", "also called", "drums, bass, harmony, lead", "what it is like"), rows)


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
