"""`stream`: endless music from one line of text."""

from __future__ import annotations

import io
import os
import stat
import sys
from typing import Annotated

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines
from stemwright.errors import UsageError, argument

_Prompt = Annotated[
    str,
    typer.Argument(
        metavar="PROMPT",
        help="What is to be played, in English: 'slow bossa in G minor, no bass' (docs/prompts.md).",
        show_default=False,
    ),
]
_Out = Annotated[
    str,
    typer.Option(
        "--out",
        metavar="FILE|-|device",
        help="device: play it. FILE.wav: write it, as fast as it goes. -: a WAV stream of 16 bits on "
        "standard output, for ffmpeg, sox or aplay.",
    ),
]
_Seconds = Annotated[
    float | None,
    typer.Option("--seconds", metavar="N", help="How long. Default: till Ctrl-C.", show_default=False),
]
_Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        help="The same seed and prompt give the same music. Default: a random one.",
        show_default=False,
    ),
]
_Player = Annotated[
    str,
    typer.Option(
        "--player",
        metavar="performers|flow",
        help="Who plays: each layer's performer, or the flow model, all layers at once, half a second at a "
        "time.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("stream", epilog="Example: stemwright stream 'dreamy lo-fi with vibraphone, 80 bpm'")(stream)


def stream(
    prompt: _Prompt,
    out: _Out = "device",
    seconds: _Seconds = None,
    seed: _Seed = None,
    layers: opt.Layers = None,
    style: opt.Style = None,
    bpm: opt.Bpm = None,
    key: opt.KeyName = None,
    meter: opt.MeterName = None,
    form: opt.Form = None,
    timbre: opt.Timbres = None,
    player: _Player = "performers",
    json: opt.Json = False,
) -> None:
    """Play music without an end from one line of text, 48 kHz stereo; Ctrl-C ends it.

    While it plays, each line on standard input, of a terminal or a pipe, is a new prompt, heard from the next
    phrase on. Options hold for all prompts. Nothing is kept: `song --prompt` makes a song of a prompt.
    """
    from stemwright.producer.wish import Wish
    from stemwright.shown.runtimes import require_runtimes
    from stemwright.stream.chosen import chosen
    from stemwright.stream.play import play
    from stemwright.stream.sinks import PIPE

    require_runtimes()
    if out == PIPE and json:
        raise UsageError(f"{argument('json')}: the sound is on standard output; write it to a file beside it")
    if out == PIPE and sys.stdout.isatty():
        raise UsageError(f"{argument('out')} -: standard output is a terminal; pipe it, e.g. into: aplay -")
    wish = Wish(
        bpm=bpm, key=key, meter=meter, form=form, style=style, seed=seed, timbres=tuple(timbre or ()),
        layers=layers, prompt=prompt,
    )  # fmt: skip
    facts = play(wish, out=out, seconds=seconds, prompts=_prompts(), playing=chosen(player), tell=_tell)
    if json:
        emit_json(facts)
        return
    said = facts["file"] or ("stopped" if facts["stopped"] else "played")
    closing = f"{said}, {facts['seconds']:.1f} s, first sound after {facts['first_sound_seconds'] or 0:.2f} s"
    if out == PIPE:
        _tell(closing)
    else:
        lines([closing])


def _prompts() -> io.RawIOBase | None:
    """Standard input, where it is a terminal or a pipe: anything else was not typed while it plays."""
    try:
        number = sys.stdin.fileno()
        if sys.stdin.isatty() or stat.S_ISFIFO(os.fstat(number).st_mode):
            return open(number, "rb", buffering=0, closefd=False)
    except (OSError, ValueError):
        pass
    return None


def _tell(line: str) -> None:
    """A line on standard error: standard output may be the sound."""
    from stemwright.cli.output import in_options

    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(in_options(line).encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stderr.flush()
