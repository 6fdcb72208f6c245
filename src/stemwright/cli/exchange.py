"""`import` and `export`: MIDI and printed music in and out, stems out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import changing, emit_json, in_options, lines, quoted, table
from stemwright.cli.watching import watching

_File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="MIDI (.mid), MusicXML (.musicxml, .mxl, .xml) or ABC (.abc); - reads standard input.",
        show_default=False,
    ),
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
_Only = Annotated[
    list[str] | None,
    typer.Option(
        "--layer",
        metavar="NAME",
        help="Take only this layer's notes; may be repeated. Default: all.",
        show_default=False,
    ),
]
_Every = Annotated[
    bool,
    typer.Option(
        "--every-track",
        help="Each track becomes a layer of its own (harmony, harmony-2, ...): all notes come back. "
        "harmony-2 is played by the harmony's bundle.",
    ),
]
_Flatten = Annotated[
    bool,
    typer.Option(
        "--ignore-tempo-changes",
        help="Keep the beats, drop changes: the tempo and the meter that hold longest are the song's.",
    ),
]
_Strict = Annotated[
    bool, typer.Option("--strict", help="Refuse a damaged file instead of reading what can be read.")
]
_Tune = Annotated[
    int | None,
    typer.Option(
        "--tune", metavar="N", help="The tune X:N of an ABC file. Default: its first.", show_default=False
    ),
]
_Split = Annotated[
    bool, typer.Option("--split-voices", help="Of printed music each voice of a part is a track of its own.")
]
_List = Annotated[bool, typer.Option("--list", help="Only show the file's tracks and what they would be.")]
_Bpm = Annotated[
    str | None,
    typer.Option(
        "--bpm",
        metavar="N",
        help="The file's tempo, beats are kept: 112, or '112, 9: 126'. Default: as it says.",
        show_default=False,
    ),
]
_Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="KEY",
        help="Its key. Default: its signature, or found in its notes.",
        show_default=False,
    ),
]
_Meter = Annotated[
    str | None,
    typer.Option(
        "--meter",
        metavar="N/D",
        help="Its meter, beats are counted anew: 3/4, or '4/4, 9: 3/4'. Default: as it says.",
        show_default=False,
    ),
]
_Form = Annotated[
    str | None,
    typer.Option(
        "--form", metavar="FORM", help="Its sections. Default: from its markers.", show_default=False
    ),
]
_Chords = Annotated[
    str | None,
    typer.Option(
        "--chords",
        metavar="TEXT",
        help="Its chords, 'C | Am | F | V7', @FILE or - for standard input. Default: its own, or found in "
        "its notes.",
        show_default=False,
    ),
]
_Style = Annotated[
    str | None,
    typer.Option("--style", metavar="NAME", help="Its style. Default: ours, or pop.", show_default=False),
]
_Midi = Annotated[bool, typer.Option("--midi", help="Write the scores as one MIDI file.")]
_Stems = Annotated[bool, typer.Option("--stems", help="Write one audio file a layer.")]
_Karaoke = Annotated[
    bool, typer.Option("--karaoke", help="Write scores and lyrics as one karaoke file, .kar.")
]
_MusicXml = Annotated[
    bool, typer.Option("--musicxml", help="Write all layers as one score for notation programs (MusicXML).")
]
_LeadSheet = Annotated[
    bool, typer.Option("--lead-sheet", help="Write the lead with chord symbols on one staff (MusicXML).")
]
_Abc = Annotated[bool, typer.Option("--abc", help="Write the lead with chord symbols as ABC.")]
_Click = Annotated[
    bool, typer.Option("--click", help="Write a click on each beat, higher on the first of a bar.")
]
_CountIn = Annotated[
    int, typer.Option("--count-in", metavar="N", help="Bars that the click counts before the song, 0 to 8.")
]
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
    layer: _Only = None,
    every_track: _Every = False,
    bpm: _Bpm = None,
    key: _Key = None,
    meter: _Meter = None,
    form: _Form = None,
    chords: _Chords = None,
    style: _Style = None,
    ignore_tempo_changes: _Flatten = False,
    strict: _Strict = False,
    tune: _Tune = None,
    split_voices: _Split = False,
    only_list: _List = False,
    json: opt.Json = False,
) -> None:
    """Give layers the notes of a file of MIDI or printed music; `generate` then plays them. Makes the song if
    there is none.
    """
    from stemwright.face.midi import import_midi, list_tracks

    if only_list:
        _show_tracks(list_tracks(file, strict=strict, tune=tune, split_voices=split_voices).to_json(), json)
        return
    made = import_midi(
        folder,
        file,
        track=track,
        layer=layer,
        every_track=every_track,
        bpm=bpm,
        key=key,
        meter=meter,
        form=form,
        chords=chords,
        style=style,
        ignore_tempo_changes=ignore_tempo_changes,
        strict=strict,
        tune=tune,
        split_voices=split_voices,
    )
    facts = in_options(made.to_json())
    if json:
        emit_json(facts)
        return
    sources = facts["sources"]
    for name, part in facts["layers"].items():
        played = f", played by {part['timbre']}" if part["timbre"] else ""
        lines([f"{name:<10}{part['notes']} notes from {_tracks(part['track'])}{played}"])
    said = {"bpm": changing(facts, "bpm"), "meter": changing(facts, "meter"), "key": facts["key"]}
    read = (f"{text} ({sources[what]})" for what, text in said.items())
    lines([f"read as   {', '.join(read)}, {facts['bars']} bars, chords: {sources['chords']}"])
    lines(f"chords:   {remark}" for remark in facts.get("chart_remarks", ()))
    lines(f"note:     {remark}" for remark in facts["remarks"])
    lines([f"next: stemwright generate {quoted(folder)}"])


def _show_tracks(facts: dict[str, Any], json: bool) -> None:
    if json:
        emit_json(facts)
        return
    key = facts["key"] or "no key named"
    lines([f"{facts['bpm']} bpm, {facts['meter']}, {key}, {facts['bars']} bars", ""])
    table(
        ("track", "notes", "program", "layer", "name"),
        (
            (
                item["track"],
                item["notes"],
                "drums" if item["drums"] else item["program"],
                item["layer"],
                item["name"],
            )
            for item in facts["tracks"]
        ),
    )
    lines(f"note: {remark}" for remark in facts["remarks"])


def _tracks(numbers: int | list[int]) -> str:
    if isinstance(numbers, int):
        return f"track {numbers}"
    shown = ", ".join(map(str, numbers[:8]))
    return f"tracks {shown}" + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")


def export(
    folder: opt.SongDir,
    midi: _Midi = False,
    stems: _Stems = False,
    karaoke: _Karaoke = False,
    musicxml: _MusicXml = False,
    lead_sheet: _LeadSheet = False,
    abc: _Abc = False,
    kind: opt.Kind = "wav",
    quality: opt.Quality = None,
    to: _To = None,
    click: _Click = False,
    count_in: _CountIn = 0,
    json: opt.Json = False,
) -> None:
    """Write files for other programs: MIDI, printed music, karaoke, stems, click; by default MIDI, stems."""
    from stemwright.face.song import Song

    with watching() as watch:
        made = Song(folder).export(
            midi=midi,
            stems=stems,
            karaoke=karaoke,
            musicxml=musicxml,
            lead_sheet=lead_sheet,
            abc=abc,
            kind=kind,
            quality=quality,
            to=to,
            click=click,
            count_in=count_in,
            progress=watch,
        )
    facts = made.to_json()
    if json:
        emit_json(facts)
        return
    lines(
        [
            f"{n.replace('_', ' '):<11}{facts[n]}"
            for n in ("midi", "karaoke", "musicxml", "lead_sheet", "abc")
            if facts[n]
        ]
        + [f"{n:<10}{p}" for n, p in facts["stems"].items()]
        + ([f"{'click':<10}{facts['click']}"] if facts["click"] else [])
        + facts["remarks"]
    )
