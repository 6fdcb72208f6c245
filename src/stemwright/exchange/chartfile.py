"""Chords from a file or from standard input, where the user gives these instead of the chords themselves."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stemwright.errors import UsageError, argument
from stemwright.song.harmony import is_chord
from stemwright.song.roman import is_roman

LIMIT = 1 << 20
"""Bytes of a chart."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_FILE = re.compile(r"[^|\n]+\.(txt|text|cho|chopro|chordpro|crd|pro|md)", re.IGNORECASE)


@contextmanager
def chart_text(given: str | None) -> Iterator[str | None]:
    """The chart that `--chords` gives: "-" is standard input, "@FILE" and the path of a file that is there
    are what it holds, anything else is the chart. What is found wrong with its chords inside of the `with`
    names the file. UsageError where it cannot be read, is no text, or too long.
    """
    name, text = _read(given)
    try:
        yield text
    except UsageError as error:
        if name is None or not str(error).startswith("chords: "):
            raise
        raise UsageError(f"{name}: {error.marked}", error.field) from None


def _read(given: str | None) -> tuple[str | None, str | None]:
    """The file's name, if it is one, and the chart."""
    if given == "-":
        return "standard input", _decoded(sys.stdin.buffer.read(LIMIT + 1), "standard input")
    if given is None or not (given.startswith("@") or _is_file(given)):
        if given is not None and _FILE.fullmatch(given):
            raise UsageError(
                f"{argument('chords')} {given[:60]!r}: is not there; give chords, or a file that is"
            )
        return None, given
    path = Path(given.removeprefix("@"))
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise UsageError(
            f"{argument('chords')} {given[:60]!r}: cannot be read ({reason}); give a text file"
        ) from None
    return str(path), _decoded(data, str(path))


def _is_file(text: str) -> bool:
    """Whether a text is the path of a file; one that is a chord, too, is the chord."""
    try:
        return Path(text).is_file() and not (is_chord(text) or is_roman(text))
    except (OSError, ValueError):  # too long for a path, or with signs that none has
        return False


def _decoded(data: bytes, name: str) -> str:
    """UTF-8, UTF-16 where a byte order mark says so, else Latin-1."""
    if len(data) > LIMIT:
        raise UsageError(f"{name}: is longer than {LIMIT >> 20} MiB; give a chart as text")
    try:
        text = data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text:
        raise UsageError(f"{name}: is no text; save the chart as plain text (UTF-8)")
    return text
