"""What the commands print: one JSON object for machines, or lines for people."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stemwright.errors import Message
from stemwright.song.bar_map import told


def in_options(value: Any) -> Any:
    """A text, or plain values with texts in them, messages with arguments as options: --keep-rhythm."""
    if isinstance(value, Message):
        return value.naming(lambda name: "--" + name.replace("_", "-"))
    if isinstance(value, Mapping):
        return {key: in_options(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [in_options(inner) for inner in value]
    return value


def emit_json(value: Mapping[str, Any]) -> None:
    """One JSON object on standard output; ASCII, so that any encoding and any file name comes through."""
    sys.stdout.write(json.dumps(in_options(value), allow_nan=False) + "\n")
    sys.stdout.flush()


def lines(texts: Iterable[str]) -> None:
    """Lines for people on standard output, whatever its encoding can show."""
    encoding = sys.stdout.encoding or "utf-8"
    for text in texts:
        sys.stdout.write(in_options(text).encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain aligned table: narrow enough for a terminal, easy to cut with other tools."""
    cells = [list(head), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}"
    return str(value)


def changing(facts: Mapping[str, Any], what: str) -> str:
    """The "bpm" or the "meter" of a song and its changes, of many the first ones: "112 (126 from bar 9)"."""
    changes = facts["tempos" if what == "bpm" else "meters"]
    return told(facts[what], tuple((each["bar"] - 1, each[what]) for each in changes))


def played_by(facts: Mapping[str, Any]) -> str:
    """What a take is played in: a sampler's file and preset, or a performer's timbre ("" for none)."""
    player = facts["player"]
    return f"{player['name']} {player['preset']}".rstrip() if player else facts["timbre"]


def quoted(path: Path) -> str:
    """A path as it can be typed after a command."""
    return shlex.quote(str(path))


def short(sha: str | None) -> str:
    """The first twelve digits of a hash, enough to tell two apart by eye."""
    return sha[:12] if sha else "-"
