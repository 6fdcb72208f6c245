"""`lyrics`: the words of a song, given, placed, corrected, drafted, written to files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, in_options, lines, quoted

_File = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE]",
        help="Lyrics: text with [Verse] above its parts or blank lines between them, LRC, or a sheet that "
        "--out wrote; - reads standard input. Default: show the song's.",
        show_default=False,
    ),
]
_Layer = Annotated[
    str | None,
    typer.Option(
        "--layer",
        metavar="NAME",
        help="The layer that has the melody; alone: place the words to it. Default: lead.",
        show_default=False,
    ),
]
_Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="LL",
        help="Of the file's words: en, de, fr, es, it, pt. Default: found in them.",
        show_default=False,
    ),
]
_Line = Annotated[
    int | None,
    typer.Option("--line", metavar="N", help="Give line N other words, --text.", show_default=False),
]
_Text = Annotated[
    str | None, typer.Option("--text", metavar="TEXT", help="The words of --line.", show_default=False)
]
_Write = Annotated[
    str | None,
    typer.Option(
        "--write",
        metavar="THEME",
        help="Draft words: 'leaving town by night', 'the sea'. The song's are replaced.",
        show_default=False,
    ),
]
_By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="PROGRAM",
        help="The program, with its arguments, that drafts (docs/lyrics.md). Default: Stemwright itself.",
        show_default=False,
    ),
]
_Timeout = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        help="How long the program may take. Default: 120.",
        show_default=False,
    ),
]
_Seed = Annotated[
    int | None,
    typer.Option(
        "--seed", metavar="N", help="Another draft for another N. Default: the song's.", show_default=False
    ),
]
_Remove = Annotated[bool, typer.Option("--remove", help="Take the lyrics out of the song.")]
_Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Write them to FILE: .txt, .lrc, .json, or .sheet, syllables on beats to edit and give back.",
        show_default=False,
    ),
]
_WordTimes = Annotated[bool, typer.Option("--word-times", help="In an .lrc file, the times of words, too.")]


def register(app: typer.Typer) -> None:
    """Add this family's command."""
    app.command("lyrics", epilog="Example: stemwright lyrics my-song words.txt")(lyrics)


def lyrics(
    folder: opt.SongDir,
    file: _File = None,
    layer: _Layer = None,
    language: _Language = None,
    line: _Line = None,
    text: _Text = None,
    write: _Write = None,
    by: _By = None,
    timeout: _Timeout = None,
    seed: _Seed = None,
    remove: _Remove = False,
    out: _Out = None,
    word_times: _WordTimes = False,
    json: opt.Json = False,
) -> None:
    """Show a song's lyrics with their syllables over bars, give it some, correct, draft or export them. Each
    syllable gets a note of the melody, or a beat where there is none.
    """
    from stemwright.errors import UsageError, argument
    from stemwright.face.song import Song

    if (line is None) != (text is None):
        raise UsageError(f"{argument('line')} and {argument('text')} belong together")
    made = Song(folder).lyrics(
        file,
        layer=layer,
        language=language,
        line=None if line is None or text is None else (line, text),
        write=write,
        by=by,
        timeout=timeout,
        seed=seed,
        remove=remove,
        out=out,
        word_times=word_times,
    )
    facts = in_options(made.to_json())
    if json:
        emit_json(facts)
        return
    if remove:
        lines([f"{quoted(folder)}: has no lyrics now"])
        return
    lines(_shown(facts))
    lines(f"note: {remark}" for remark in facts["remarks"])
    lines([f"wrote {facts['file']}"] if facts["file"] else [])


def _shown(facts: Mapping[str, Any]) -> list[str]:
    """Lines with the syllables over bars: "Twin-kle, twin-kle, | lit-tle star"."""
    out = [f"sung to {facts['layer']}" if facts["layer"] else "on the beats: no layer has a melody"]
    last = None
    for line in facts["lines"]:
        if line["section"] != last:
            out += ["", f"[{line['section'] or 'beyond the song'}]"]
            last = line["section"]
        stop = line["bar"] + line["bars"] - 1
        bars = f"{line['bar']}" if stop == line["bar"] else f"{line['bar']}-{stop}"
        hand = "  (by hand)" if line["by_hand"] else ""
        out.append(f"{line['line']:>3}  {bars:<9}{_over_bars(line)}{hand}")
    return out


def _over_bars(line: Mapping[str, Any]) -> str:
    if not line["syllables"]:
        return f"{line['text']}  (stands nowhere)"
    text, bar = "", line["bar"]
    for syllable in line["syllables"]:
        while bar < syllable["bar"]:
            bar += 1
            text += " " if text.endswith("-") else ""
            text += "| "
        text += syllable["text"] + ("-" if syllable["kind"] in ("begin", "middle") else " ")
    return text.rstrip()
