"""`edit`, `bars`, `section`, `extend`, `remix`, `vary`, `inpaint`: a song that is there made another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from stemwright.cli import options as opt
from stemwright.cli.changed import DryRun, said_changed
from stemwright.cli.saying import said
from stemwright.cli.watching import watching

_Layer = Annotated[str, typer.Argument(metavar="LAYER", help="The layer.", show_default=False)]
_Span = Annotated[str, typer.Argument(metavar="A-B", help="Bars, counted from 1.", show_default=False)]
_Bars = Annotated[
    str, typer.Option("--bars", metavar="A-B", help="Bars, counted from 1.", show_default=False)
]
_At = Annotated[
    int,
    typer.Argument(
        metavar="BAR", help="The bar that comes after; one more than there are: the end.", show_default=False
    ),
]
_Count = Annotated[int, typer.Argument(metavar="N", help="How many bars.", show_default=False)]
_Times = Annotated[int, typer.Option("--times", metavar="N", help="How often more.")]
_SectionName = Annotated[
    str | None,
    typer.Option(
        "--section", metavar="NAME", help="Begin a section of this name with them.", show_default=False
    ),
]
_Number = Annotated[int, typer.Argument(metavar="N", help="Which section, from 1.", show_default=False)]
_Name = Annotated[str, typer.Argument(metavar="NAME", help="Its new name.", show_default=False)]
_Order = Annotated[
    str, typer.Argument(metavar="ORDER", help="The sections' numbers: '1 3 2 4'.", show_default=False)
]
_Chords = Annotated[
    str | None,
    typer.Option(
        "--chords", metavar="TEXT", help="BAR: CHORDS, as '6: Dm7 G7; 8-9: C | F'.", show_default=False
    ),
]
_Bpm = Annotated[
    str | None,
    typer.Option(
        "--bpm", metavar="N", help="Another tempo; '112, 9: 126' changes at bar 9.", show_default=False
    ),
]
_Key = Annotated[
    str | None,
    typer.Option(
        "--key", metavar="KEY", help="Another key; notes and chords move along.", show_default=False
    ),
]
_KeepNotes = Annotated[
    bool, typer.Option("--keep-notes", help="Of a key: leave notes and chords as they are.")
]
_Meter = Annotated[
    str | None,
    typer.Option(
        "--meter",
        metavar="N/D",
        help="Another meter. What the arranger wrote it writes anew; given notes stay at their places, and "
        "those beyond the end of a shorter bar are left out and told.",
        show_default=False,
    ),
]
_Style = Annotated[
    str | None,
    typer.Option(
        "--style", metavar="NAME", help="The style of what is written from now on.", show_default=False
    ),
]
_NewStyle = Annotated[str, typer.Option("--style", metavar="NAME", help="The style.", show_default=False)]
_Title = Annotated[
    str | None, typer.Option("--title", metavar="TEXT", help="Another title.", show_default=False)
]
_Keep = Annotated[
    list[str] | None,
    typer.Option(
        "--keep", metavar="LAYER", help="A layer that stays as it is; may be repeated.", show_default=False
    ),
]
_Amount = Annotated[float, typer.Option("--amount", metavar="X", help="How much of it, 0 to 1.")]
_Seed = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="Default: derived from the song's.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("edit", epilog="Example: stemwright edit my-song --chords '6: Dm7 G7'")(said(edit))
    app.command("extend", epilog="Example: stemwright extend my-song 8 --section outro")(said(extend))
    app.command("remix", epilog="Example: stemwright remix my-song --style bossa --keep lead")(said(remix))
    app.command("vary", epilog="Example: stemwright vary my-song lead --bars 5-8 --amount 0.3")(said(vary))
    app.command("inpaint", epilog="Example: stemwright inpaint my-song lead --bars 5-8")(said(inpaint))
    for name, about, commands in (
        ("bars", "Insert, delete, repeat and move bars; all else stays as it is.", _BARS),
        ("section", "Rename and reorder sections.", _SECTIONS),
    ):
        family = typer.Typer(help=about, no_args_is_help=True)
        for word, command, example in commands:
            family.command(word, epilog=f"Example: stemwright {name} {word} my-song {example}")(said(command))
        app.add_typer(family, name=name)


def edit(
    folder: opt.SongDir,
    chords: _Chords = None,
    bpm: _Bpm = None,
    key: _Key = None,
    keep_notes: _KeepNotes = False,
    meter: _Meter = None,
    style: _Style = None,
    title: _Title = None,
    keep: _Keep = None,
    dry_run: DryRun = False,
    json: opt.Json = False,
) -> None:
    """Change chords, tempo, key, meter, style or title. Only what the change touches is made again."""
    from stemwright.face.song import Song

    with watching() as watch:
        made = Song(folder).edit(
            chords=chords,
            bpm=bpm,
            key=key,
            keep_notes=keep_notes,
            meter=meter,
            style=style,
            title=title,
            keep=tuple(keep or ()),
            dry_run=dry_run,
            progress=watch,
        )
    said_changed(folder, made.to_json(), json)


def insert(
    folder: opt.SongDir,
    at: _At,
    count: _Count,
    section: _SectionName = None,
    dry_run: DryRun = False,
    json: opt.Json = False,
) -> None:
    """Insert new bars before a bar; they are written and performed."""
    from stemwright.face.song import Song

    with watching() as watch:
        made = Song(folder).insert_bars(at, count, section=section, dry_run=dry_run, progress=watch)
    said_changed(folder, made.to_json(), json)


def delete(folder: opt.SongDir, bars: _Span, dry_run: DryRun = False, json: opt.Json = False) -> None:
    """Take bars out. Nothing is made again."""
    from stemwright.face.song import Song

    said_changed(folder, Song(folder).delete_bars(bars, dry_run=dry_run).to_json(), json)


def repeat(
    folder: opt.SongDir, bars: _Span, times: _Times = 1, dry_run: DryRun = False, json: opt.Json = False
) -> None:
    """Have bars once more, after themselves."""
    from stemwright.face.song import Song

    said_changed(folder, Song(folder).repeat_bars(bars, times, dry_run=dry_run).to_json(), json)


def move(folder: opt.SongDir, bars: _Span, at: _At, dry_run: DryRun = False, json: opt.Json = False) -> None:
    """Move bars before another bar of the song as it is."""
    from stemwright.face.song import Song

    said_changed(folder, Song(folder).move_bars(bars, at, dry_run=dry_run).to_json(), json)


def rename(
    folder: opt.SongDir, number: _Number, name: _Name, dry_run: DryRun = False, json: opt.Json = False
) -> None:
    """Give a section another name."""
    from stemwright.face.song import Song

    said_changed(folder, Song(folder).rename_section(number, name, dry_run=dry_run).to_json(), json)


def order(folder: opt.SongDir, order: _Order, dry_run: DryRun = False, json: opt.Json = False) -> None:
    """Put the sections into another order."""
    from stemwright.face.song import Song

    said_changed(folder, Song(folder).order_sections(order, dry_run=dry_run).to_json(), json)


def extend(
    folder: opt.SongDir,
    count: _Count,
    section: _SectionName = None,
    dry_run: DryRun = False,
    json: opt.Json = False,
) -> None:
    """Go on after the song's end, in its last section or a new one."""
    from stemwright.face.song import Song

    with watching() as watch:
        made = Song(folder).extend(count, section=section, dry_run=dry_run, progress=watch)
    said_changed(folder, made.to_json(), json)


def remix(
    folder: opt.SongDir,
    style: _NewStyle,
    keep: _Keep = None,
    seed: _Seed = None,
    dry_run: DryRun = False,
    json: opt.Json = False,
) -> None:
    """Arrange the song anew in another style, under its chords and the layers that are kept."""
    from stemwright.face.song import Song

    with watching() as watch:
        made = Song(folder).remix(style, keep=tuple(keep or ()), seed=seed, dry_run=dry_run, progress=watch)
    said_changed(folder, made.to_json(), json)


def vary(
    folder: opt.SongDir,
    layer: _Layer,
    bars: _Bars,
    amount: _Amount = 0.3,
    seed: _Seed = None,
    dry_run: DryRun = False,
    json: opt.Json = False,
) -> None:
    """Change some of the notes of some bars, and keep the others."""
    from stemwright.face.song import Song

    with watching() as watch:
        made = Song(folder).vary(layer, bars, amount=amount, seed=seed, dry_run=dry_run, progress=watch)
    said_changed(folder, made.to_json(), json)


def inpaint(
    folder: opt.SongDir,
    layer: _Layer,
    bars: _Bars,
    seed: _Seed = None,
    dry_run: DryRun = False,
    json: opt.Json = False,
) -> None:
    """Have the composer write bars of a layer anew; it hears what stands before, after and around them."""
    from stemwright.cli.making import say_made
    from stemwright.face.song import Song

    if dry_run:
        said_changed(folder, Song(folder).planned(layer, bars=bars, seed=seed, composer=True).to_json(), json)
        return
    with watching() as watch:
        made = Song(folder).generate(layer, bars=bars, seed=seed, composer=True, progress=watch)
    say_made(made.to_json(), json, "these bars are so already; --seed N makes others")


_BARS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("insert", insert, "9 4"),
    ("delete", delete, "9-12"),
    ("repeat", repeat, "5-8 --times 2"),
    ("move", move, "5-8 17"),
)
_SECTIONS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("rename", rename, "2 bridge"),
    ("order", order, "'1 3 2'"),
)
