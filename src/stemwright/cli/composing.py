"""`compose`: new notes for layers, to what stands in the song."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines
from stemwright.cli.watching import watching

_Layers = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[LAYER]...", help="Layers to write; all where none is named.", show_default=False
    ),
]
_Bars = Annotated[
    str | None,
    typer.Option(
        "--bars",
        metavar="A-B",
        help="Write only these bars, counted from 1; the rest keeps every note.",
        show_default=False,
    ),
]
_Seed = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="Default: derived from the song's.", show_default=False),
]
_Chords = Annotated[
    str | None,
    typer.Option(
        "--chords",
        metavar="TEXT",
        help="Chords of these bars: 'Am7 | D9 | ii7 V7', @FILE or - for standard input; 'new' has them "
        "written too. Default: as they are.",
        show_default=False,
    ),
]


def _number(name: str, what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, metavar="N", help=what, show_default=False)
    return option


_Density = Annotated[float | None, _number("--density", "About so many notes a quarter.")]
_Register = Annotated[
    float | None, _number("--register", "About this mean pitch, 0 to 127 (60 is middle C).")
]
_Polyphony = Annotated[float | None, _number("--polyphony", "About so many notes at once.")]
_Syncopation = Annotated[float | None, _number("--syncopation", "About so syncopated: 0 none, 2 very.")]
_Velocity = Annotated[float | None, _number("--velocity", "About this loud, 1 to 127.")]
_Length = Annotated[float | None, _number("--length", "Notes of about so many quarters.")]
_Swing = Annotated[
    float | None, _number("--swing", "Second eighths at this place: 0.5 straight, 0.67 swung.")
]
_Range = Annotated[
    str | None,
    typer.Option("--range", metavar="LOW-HIGH", help="Only pitches from LOW to HIGH.", show_default=False),
]
_Voices = Annotated[int | None, _number("--voices", "At most so many notes at once.")]
_InKey = Annotated[bool, typer.Option("--in-key", help="Only notes of the key.")]
_OnChord = Annotated[bool, typer.Option("--chord-tones", help="Only chord tones on beats.")]
_Rhythm = Annotated[bool, typer.Option("--keep-rhythm", help="Notes begin where they did; pitches are new.")]
_Rest = Annotated[
    str | None,
    typer.Option("--rest", metavar="A-B", help="No new notes sound in these bars.", show_default=False),
]
_Variations = Annotated[
    int | None,
    _number("--variations", "Write so many versions as MIDI files into --out; the song stays as it is."),
]
_Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Where --variations go.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add this family's command."""
    example = "Example: stemwright compose my-song lead --bars 5-8 --density 2 --in-key"
    app.command("compose", epilog=example)(compose)


def compose(
    folder: opt.SongDir,
    layers: _Layers = None,
    bars: _Bars = None,
    seed: _Seed = None,
    chords: _Chords = None,
    density: _Density = None,
    register: _Register = None,
    polyphony: _Polyphony = None,
    syncopation: _Syncopation = None,
    velocity: _Velocity = None,
    length: _Length = None,
    swing: _Swing = None,
    range: _Range = None,
    voices: _Voices = None,
    in_key: _InKey = False,
    chord_tones: _OnChord = False,
    keep_rhythm: _Rhythm = False,
    rest: _Rest = None,
    variations: _Variations = None,
    out: _Out = None,
    json: opt.Json = False,
) -> None:
    """Write new notes to what stands in the song; `generate` then performs what is new."""
    from stemwright.face.song import Song

    with watching() as watch:
        composed = Song(folder).compose(
            *(layers or ()),
            bars=bars,
            seed=seed,
            chords=chords,
            density=density,
            register=register,
            polyphony=polyphony,
            syncopation=syncopation,
            velocity=velocity,
            length=length,
            swing=swing,
            range=range,
            voices=voices,
            in_key=in_key,
            chord_tones=chord_tones,
            keep_rhythm=keep_rhythm,
            rest=rest,
            variations=variations,
            out=out,
            progress=watch,
        )
    made = composed.to_json()
    if json:
        emit_json(made)
        return
    if "files" in made:
        lines([f"seed {seed:<22}{file}" for seed, file in made["files"].items()])
        lines(["take one with: stemwright compose DIR ... --seed N"])
        return
    lines([f"{name:<10}{layer['notes']} notes" for name, layer in made["layers"].items()])
    lines(f"chords: {remark}" for remark in composed.chart_remarks)
    lines(made["remarks"])
    lines([f"seed {made['seed']}; stemwright generate {folder} performs what is new"])
