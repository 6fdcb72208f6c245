"""`play` and `watch`: hearing a song while one works on it."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines
from stemwright.cli.watching import watching

_From = Annotated[
    int | None,
    typer.Option(
        "--from",
        metavar="BAR",
        help="Where it begins. Default: bar 1, or the loop's first.",
        show_default=False,
    ),
]
_Loop = Annotated[
    str | None,
    typer.Option(
        "--loop", metavar="A-B", help="Go round in these bars till Ctrl-C, without a gap.", show_default=False
    ),
]
_Solo = Annotated[
    list[str] | None,
    typer.Option(
        "--solo",
        metavar="LAYER",
        help="Only this layer; may be repeated. The song stays.",
        show_default=False,
    ),
]
_Click = Annotated[bool, typer.Option("--click", help="With a click on each beat.")]
_Quality = Annotated[
    str,
    typer.Option("--quality", metavar="NAME", help="standard: 24 kHz, in half the time. high: 48 kHz."),
]
_PlayedOut = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Write it to a file (.wav, .flac, .ogg or .mp3) and play nothing; a loop once. Default: it is "
        "played, or where there is no output device, written to renders/ in the song.",
        show_default=False,
    ),
]
_Out = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="FILE", help="Where the mix goes. Default: renders/ in the song.", show_default=False
    ),
]
_Interval = Annotated[float, typer.Option("--interval", metavar="SECONDS", help="How often it is looked.")]
_Once = Annotated[bool, typer.Option("--once", help="Mix once, as it is now, and leave.")]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("play", epilog="Example: stemwright play my-song --loop 5-8 --solo bass --click")(play)
    app.command("watch", epilog="Example: stemwright watch my-song --out mix.wav")(watch)


def play(
    folder: opt.SongDir,
    start: _From = None,
    loop: _Loop = None,
    solo: _Solo = None,
    click: _Click = False,
    quality: _Quality = "standard",
    out: _PlayedOut = None,
    json: opt.Json = False,
) -> None:
    """Play the active takes; Ctrl-C stops. Without an output device they are written to a file."""
    from stemwright.face.song import Song

    with watching() as progress:
        made = Song(folder).play(
            start=start, loop=loop, solo=solo, click=click, quality=quality, out=out, progress=progress
        )
    facts = made.to_json()
    if json:
        emit_json(facts)
        return
    said = f"{facts['file']}" if facts["file"] else "stopped" if facts["stopped"] else "played"
    lines([*facts["remarks"], f"{said}, {facts['seconds']:.1f} s"])


def watch(
    folder: opt.SongDir,
    out: _Out = None,
    quality: opt.Quality = None,
    interval: _Interval = 0.5,
    once: _Once = False,
    json: opt.Json = False,
) -> None:
    """Mix the song now, and again whenever another command changed it; a line each. Ctrl-C ends it."""
    from stemwright.face.song import Song

    with suppress(KeyboardInterrupt):
        for made in Song(folder).watch(out=out, quality=quality, interval=interval, once=once):
            facts = made.to_json()
            if json:
                emit_json(facts)
                continue
            told = facts["error"] or (
                f"{facts['mix']}, {facts['seconds']:.1f} s, {facts['loudness_lufs']:.1f} LUFS, "
                f"true peak {facts['true_peak_dbtp']:.1f} dBTP"
            )
            lines([f"{time.strftime('%H:%M:%S')} {told}", *facts.get("remarks", ())])
