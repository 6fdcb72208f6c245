"""Lyrics from files and to files: plain text, LRC, sheets of placed syllables, JSON."""

from __future__ import annotations

import codecs
import json
import sys
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError, argument
from stemwright.producer.lyric_drafts import Lyricist, draft
from stemwright.producer.lyrics import align, facts, fitting, give, set_line, show
from stemwright.producer.lyrics import remove as take_out
from stemwright.producer.stem_files import placing
from stemwright.producer.workspace import reading, require_outside
from stemwright.song.lyric_lrc import write_lrc
from stemwright.song.lyric_sheet import write_sheet
from stemwright.song.lyric_text import write_text

LIMIT = 1 << 20
"""Bytes of a file with lyrics."""
ENDINGS = (".txt", ".lrc", ".sheet", ".json")
"""Of files that are written; all but JSON are read, too."""


def read_lyrics(file: Path) -> tuple[str, str]:
    """The text of a file ("-": standard input), and what errors call it. UTF-8, or UTF-16 where a byte order
    mark says so. UsageError where it cannot be read, is empty, too long, or no text.
    """
    name = "standard input" if str(file) == "-" else str(file)
    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(LIMIT + 1)
        else:
            with file.open("rb") as opened:
                data = opened.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise UsageError(f"{name}: cannot be read ({reason}); give a text file") from None
    if len(data) > LIMIT:
        raise UsageError(f"{name}: is longer than {LIMIT >> 20} MiB; give lyrics as plain text")
    if not data.strip():
        raise UsageError(f"{name}: is empty; give lyrics as plain text")
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{name}: is no text in UTF-8; save it as plain text (UTF-8)") from None
    if text.lstrip("\ufeff \r\n\t").startswith("{"):
        raise UsageError(
            f"{name}: is JSON; give plain text, LRC, or a sheet as {argument('out')} x.sheet writes"
        )
    return text, name


def check_out(path: Path, out: Path, word_times: bool) -> str:
    """The ending of a file that `write_lyrics` can write; UsageError where it cannot."""
    kind = out.suffix.lower()
    if kind not in ENDINGS:
        raise UsageError(
            f"{argument('out')} {str(out)[-60:]!r}: give a name that ends in {', '.join(ENDINGS)}"
        )
    if word_times and kind != ".lrc":
        raise UsageError(f"{argument('word_times')}: only a file that ends in .lrc has times of words")
    require_outside(path, out, "out")
    return kind


def write_lyrics(path: Path, out: Path, word_times: bool = False) -> Path:
    """Write the song's lyrics, as they fit it now, to `out`, by its ending: .txt (lines under headings), .lrc
    (with times; of words, too, with `word_times`), .sheet (syllables on beats, to be edited and given back),
    .json. Returns `out`. UsageError for another ending.
    """
    kind = check_out(path, out, word_times)
    folder = reading(path)
    song = folder.load()
    found = fitting(folder, song)
    if kind == ".txt":
        text = write_text(found.lyrics, song.state)
    elif kind == ".lrc":
        text = write_lrc(found.lyrics, song.state, song.title, word_times)
    elif kind == ".sheet":
        text = write_sheet(found.lyrics, song.state)
    else:
        text = json.dumps(facts(found, song, None, found.remarks), ensure_ascii=False, indent=1) + "\n"
    with placing(out.parent) as place:
        place(out.name).write_bytes(text.encode())
    return out


def lyrics(
    path: Path,
    file: Path | None = None,
    *,
    layer: str | None = None,
    language: str | None = None,
    line: tuple[int, str] | None = None,
    write: Lyricist | None = None,
    remove: bool = False,
    out: Path | None = None,
    word_times: bool = False,
) -> dict[str, Any]:
    """What the command `lyrics` does: at most one of `file`, `line`, `write` and `remove`; `layer` alone
    places the words to another melody; nothing: shows them. Then writes them to `out`. Returns the values of
    `producer.lyrics.facts` and `file`. UsageError where these do not go together, and for all that is wrong
    in them.
    """
    asked = {"file": file is not None, "line": line is not None, "write": write is not None, "remove": remove}
    _check_together(asked, layer, language, out, word_times)
    if out is not None:
        check_out(path, out, word_times)
    if file is not None:
        made = give(path, *read_lyrics(file), layer, language)
    elif line is not None:
        made = set_line(path, *line)
    elif write is not None:
        made = draft(path, write, layer)
    elif remove:
        made = take_out(path)
    else:
        made = show(path) if layer is None else align(path, layer)
    written = None if out is None else str(write_lyrics(path, out, word_times))
    return {**made, "file": written}


def _check_together(
    asked: dict[str, bool], layer: str | None, language: str | None, out: Path | None, word_times: bool
) -> None:
    chosen = [name if name == "file" else argument(name) for name, given in asked.items() if given]
    if len(chosen) > 1:
        raise UsageError(f"{chosen[0]} and {chosen[1]}: give one of them at a time")
    if language is not None and not asked["file"]:
        raise UsageError(f"{argument('language')}: goes with a file of lyrics")
    if layer is not None and (asked["line"] or asked["remove"]):
        raise UsageError(f"{argument('layer')}: does not go with {chosen[0]}")
    if out is not None and asked["remove"]:
        raise UsageError(f"{argument('out')}: does not go with {chosen[0]}")
    if word_times and out is None:
        raise UsageError(f"{argument('word_times')}: goes with {argument('out')} FILE.lrc")
