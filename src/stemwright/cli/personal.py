"""`personal learn|list|remove|export`: a sound of one's own, learnt beside a performer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli import train_needs as needs
from stemwright.cli import train_options as arg
from stemwright.cli.output import emit_json, lines, table

_Name = Annotated[str, typer.Argument(metavar="NAME", help="The style's name.", show_default=False)]
_Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[FILES]...",
        help="Recordings of one instrument, ten minutes in all. MIDI files alone: songs whose chords, "
        "grooves, lines and feel are learnt.",
        show_default=False,
    ),
]
_Layer = Annotated[
    str | None,
    typer.Option(
        "--layer",
        metavar="L",
        help="Whose performer learns it: drums, bass, harmony, lead. Of MIDI files: notes (default) or "
        "companion. Default: bass.",
        show_default=False,
    ),
]
_Minutes = Annotated[
    float | None,
    typer.Option(
        "--minutes",
        metavar="M",
        help="Stop after so many minutes of training. Default: 40, of a companion 4.",
        show_default=False,
    ),
]
_Part = Annotated[
    str | None,
    typer.Option(
        "--layer",
        metavar="L",
        help="This part alone: a layer's, notes or companion. Default: all.",
        show_default=False,
    ),
]
_Midi = Annotated[
    list[Path] | None,
    typer.Option(
        "--midi",
        metavar="FILE",
        help="What a recording plays, from its first sample on; one for each, in order. Without recordings: "
        "as FILES.",
        show_default=False,
    ),
]
_Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DATA",
        help="Training data of the performer, or the companion's corpus, that it may not forget. Default: "
        "what the performer plays by itself; songs of the arranger.",
        show_default=False,
    ),
]
_Consent = Annotated[
    str,
    typer.Option(
        "--consent", metavar="TEXT", help="Whose sound it is, and that you may; kept with the style."
    ),
]
_Out = Annotated[Path, typer.Argument(metavar="OUT", help="A new folder.", show_default=False)]
_Merge = Annotated[
    bool,
    typer.Option("--merge", help="Write a performer's bundle with the style merged into its int8 weights."),
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    group = typer.Typer(help="A sound of your own, learnt from ten minutes of it.", no_args_is_help=True)
    group.command("learn", epilog="Example: stemwright personal learn mine take1.wav take2.wav --layer bass")(
        learn
    )
    group.command("list", epilog="Example: stemwright personal list")(list_)
    group.command("remove", epilog="Example: stemwright personal remove mine")(remove)
    group.command("export", epilog="Example: stemwright personal export mine my-style")(export)
    app.add_typer(group, name="personal")


def learn(
    name: _Name,
    files: _Files = None,
    layer: _Layer = None,
    midi: _Midi = None,
    data: _Data = None,
    consent: _Consent = "",
    minutes: _Minutes = None,
    steps: arg.Steps = None,
    seed: arg.Seed = 0,
    threads: arg.Threads = None,
    settings: arg.Settings = None,
    json: opt.Json = False,
) -> None:
    """Learn a style from recordings (needs the train extra; stopped, the same command goes on), or from MIDI
    files alone, for songs with your chords and patterns.
    """
    from stemwright.face.personal import personal_learn

    made = personal_learn(
        name,
        files or (),
        layer=layer,
        midi=midi or (),
        data=data,
        consent=consent,
        minutes=minutes,
        steps=steps,
        seed=seed,
        threads=threads,
        settings=settings or (),
        report=needs.hush if json else needs.say,
    )
    if json:
        emit_json(made.to_json())
        return
    lines([f"{name} ({made.layer}): {made.path}"])
    if made.layer == "companion":
        lines([f"next: stemwright live DIR --companions NAME --style-of {name}"])
    elif made.song_style is None:
        lines([f"next: stemwright generate DIR {made.layer} --style-of {name}"])
    else:
        lines([f"next: stemwright song DIR --style-of {name}, or --style {made.song_style}"])


def list_(json: opt.Json = False) -> None:
    """List the styles there are."""
    from stemwright.face.personal import personal_list

    found = personal_list()
    if json:
        emit_json(found.to_json())
        return
    rows: list[tuple[Any, ...]] = [
        (
            part.name,
            part.layer,
            part.rank,
            part.timbre or None,
            part.gain_percent,
            part.style_file or (part.base_sha256 or "")[:12] or None,
        )
        for part in found.styles
    ]
    table(("style", "layer", "rank", "nearest timbre", "loss %", "performer, style file"), rows)


def remove(name: _Name, layer: _Part = None, json: opt.Json = False) -> None:
    """Take a style away, or one layer's part of it. Takes that were made with it stay."""
    from stemwright.face.personal import personal_remove

    gone = personal_remove(name, layer)
    if json:
        emit_json(gone.to_json())
        return
    lines([f"removed: {name} ({', '.join(gone.layers)})", *gone.remarks])


def export(
    name: _Name,
    out: _Out,
    layer: _Part = None,
    merge: _Merge = False,
    strength: opt.Strength = 0.8,
    seed: arg.Seed = 0,
    json: opt.Json = False,
) -> None:
    """Write a style's part as a bundle to pass on, or with --merge a performer that plays so by itself."""
    from stemwright.face.personal import personal_export

    made = personal_export(name, out, layer=layer, merge=merge, strength=strength, seed=seed)
    if json:
        emit_json(made.to_json())
        return
    lines([f"{made.kind} {made.sha256[:12]} in {made.bundle}"])
