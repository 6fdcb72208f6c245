"""Captions to measure by: what people write, and what it says. Those of `captions.tsv` were written by hand
before there were readers, templates or an encoder; nothing is trained on them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from stemwright.compose.styles import BOOK
from stemwright.errors import UsageError

SHIPPED = Path(__file__).with_name("captions.tsv")
FIELDS = ("caption", "style", "bpm", "key", "meter")
NONE = "-"
MAX_BYTES, MAX_CAPTIONS = 4 << 20, 20_000


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption and its style; tempo ("120", or "60-76" where a term says it), key and meter, "" where it
    names none.
    """

    caption: str
    style: str
    bpm: str = ""
    key: str = ""
    meter: str = ""


def read_captions(path: Path = SHIPPED) -> list[Caption]:
    """The captions of a table with tabs between caption, style, bpm, key and meter, and "-" for nothing.
    UsageError naming the line that is none.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: is larger than {MAX_BYTES} bytes; give fewer captions")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); give a table of captions") from None
    rows = list(csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or tuple(rows[0]) != FIELDS or not 1 < len(rows) <= MAX_CAPTIONS:
        raise UsageError(
            f"{path}: is no table of captions; the first line must be {' '.join(FIELDS)}, tabs between"
        )
    out = []
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(FIELDS) or row[1] not in BOOK or not row[0].strip():
            raise UsageError(f"{path}: line {line} is no caption, style, bpm, key and meter, tabs between")
        out.append(Caption(row[0], row[1], *("" if value == NONE else value for value in row[2:])))
    return out
