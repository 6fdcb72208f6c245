"""`layer`: what a layer is, and its place in the mix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines, quoted

_Layer = Annotated[str, typer.Argument(metavar="LAYER", help="The layer.", show_default=False)]
_Gain = Annotated[
    float | None,
    typer.Option(
        "--gain",
        metavar="DB",
        help="So much louder than its kind's usual level beside the others, -60 to 24.",
        show_default=False,
    ),
]
_Pan = Annotated[
    str | None,
    typer.Option(
        "--pan",
        metavar="P",
        help="From -1, left, to 1, right; auto: where its kind usually stands.",
        show_default=False,
    ),
]
_Mute = Annotated[
    bool | None,
    typer.Option("--mute/--no-mute", help="Leave it out of mix and stems.", show_default=False),
]
_Solo = Annotated[
    bool | None,
    typer.Option(
        "--solo/--no-solo", help="Mix it alone, with others that are soloed, too.", show_default=False
    ),
]
_Kind = Annotated[
    str | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help="What it is written, played and mixed like: drums, bass, harmony or lead. Default: what its "
        "name begins with.",
        show_default=False,
    ),
]
_Timbre = Annotated[
    str | None,
    typer.Option("--timbre", metavar="NAME", help="What its next take is played in.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add this family's command."""
    app.command("layer", epilog="Example: stemwright layer my-song bass --gain -3 --pan 0.2")(layer)


def layer(
    folder: opt.SongDir,
    layer: _Layer,
    gain: _Gain = None,
    pan: _Pan = None,
    mute: _Mute = None,
    solo: _Solo = None,
    kind: _Kind = None,
    timbre: _Timbre = None,
    json: opt.Json = False,
) -> None:
    """Set a layer's level, place, kind or timbre, or leave it out of the mix. Its takes stay as they are."""
    from stemwright.face.song import Song

    made = Song(folder).layer(layer, gain=gain, pan=pan, mute=mute, solo=solo, kind=kind, timbre=timbre)
    facts = made.to_json()
    if json:
        emit_json(facts)
        return
    said = described(facts) or f"mixed as {facts['kind']} usually is"
    lines([f"{layer}: {said}; hear it with: stemwright mix {quoted(folder)}", *facts["remarks"]])


def described(facts: Mapping[str, Any]) -> str:
    """What of a layer's place in the mix is not as usual: "gain -3 dB, pan +0.2, muted"; "" for nothing."""
    told = [f"gain {facts['gain_db']:+g} dB"] if facts["gain_db"] else []
    told += [f"pan {facts['pan']:+g}"] if facts["pan"] is not None else []
    told += [word for field, word in (("mute", "muted"), ("solo", "soloed")) if facts[field]]
    return ", ".join(told)
