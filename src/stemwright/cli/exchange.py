"""`import` and `export`: MIDI in, MIDI and stems out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines, quoted
from stemwright.cli.watching import watching

_File = Annotated[
    Path, typer.Argument(metavar="FILE.mid", help="A standard MIDI file, type 0 or 1.", show_default=False)
]
_Map = Annotated[
    list[str] | None,
    typer.Option(
        "--track",
        metavar="N=LAYER",
        help="Track N (from 1) is this layer; may be repeated. Default: guessed.",
        show_default=False,
    ),
]
_Flatten = Annotated[
    bool, typer.Option("--ignore-tempo-changes", help="Keep the beats, drop tempo changes after the first.")
]
_Midi = Annotated[bool, typer.Option("--midi", help="Write the scores as one MIDI file.")]
_Stems = Annotated[bool, typer.Option("--stems", help="Write one audio file a layer.")]
_To = Annotated[
    Path | None,
    typer.Option(
        "--to", metavar="FOLDER", help="Where files go. Default: renders/ in the song.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("import", epilog="Example: stemwright import my-song tune.mid --track 2=bass")(import_)
    app.command("export", epilog="Example: stemwright export my-song --midi --stems")(export)


def import_(
    folder: opt.SongDir,
    file: _File,
    track: _Map = None,
    ignore_tempo_changes: _Flatten = False,
    json: opt.Json = False,
) -> None:
    """Give layers the notes of a MIDI file; `generate` then plays them. Makes the song if there is none."""
    from stemwright.producer.imports import import_midi

    facts = import_midi(folder, file, tracks=tuple(track or ()), ignore_tempo_changes=ignore_tempo_changes)
    if json:
        emit_json(facts)
        return
    lines(
        f"{name:<10}{layer['notes']} notes from {_tracks(layer['track'])}"
        for name, layer in facts["layers"].items()
    )
    lines([f"next: stemwright generate {quoted(folder)}"])


def _tracks(numbers: int | list[int]) -> str:
    if isinstance(numbers, int):
        return f"track {numbers}"
    shown = ", ".join(map(str, numbers[:8]))
    return f"tracks {shown}" + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")


def export(
    folder: opt.SongDir,
    midi: _Midi = False,
    stems: _Stems = False,
    quality: opt.Quality = "standard",
    to: _To = None,
    json: opt.Json = False,
) -> None:
    """Write files for other programs: MIDI, stems, or both where neither is named."""
    from stemwright.producer.exports import export_song

    with watching() as watch:
        facts = export_song(folder, midi=midi, stems=stems, quality=quality, to=to, watch=watch)
    if json:
        emit_json(facts)
        return
    lines(
        ([f"{'midi':<10}{facts['midi']}"] if facts["midi"] else [])
        + [f"{n:<10}{p}" for n, p in facts["stems"].items()]
    )
