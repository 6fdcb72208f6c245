"""Progressions in Roman numerals with moods, a table of `mode`, `chords` and `moods`, a bar a chord (Ludovic
Drolez). In `prog_minor` degrees are those of the minor scale, elsewhere of the major one; M and m after a
numeral are its third, "dom7" a dominant seventh.
"""

from __future__ import annotations

import re
from pathlib import Path

from stemwright.compose.degrees import bar_text, token
from stemwright.corpus.charted import Charted, Part, mode_of
from stemwright.corpus.readers.tables import rows_of
from stemwright.errors import UsageError
from stemwright.song.qualities import parse_quality

_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
_CHORD = re.compile(r"([b#]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(M|m|dom|dim)?(?:-5)?([a-z0-9]*)")


def progressions(path: Path) -> list[Charted]:
    """The progressions of the table. UsageError names the line that cannot be read."""
    found = []
    for number, row in enumerate(rows_of(path, "\t"), 2):
        kind = row.get("mode") or ""
        if not kind.startswith("prog_"):
            continue
        try:
            bars = tuple(_bar(word, kind == "prog_min") for word in (row.get("chords") or "").split())
        except ValueError as error:
            raise UsageError(f"{path}: line {number}: {error}; get the set again") from None
        if len(bars) > 1:
            mode = {"prog_maj": "major", "prog_min": "minor"}.get(kind) or mode_of(bars)
            part = Part("", len(bars), bars)
            found.append(Charted("chord_progressions", row["chords"], "pop", mode, "4/4", 0, (part,)))
    return found


def _bar(word: str, minor: bool) -> str:
    found = _CHORD.fullmatch(word)
    if found is None:
        raise ValueError(f"{word[:20]!r} is not a Roman numeral")
    sign, numeral, third, more = found.groups()
    scale = _MINOR if minor and not sign else _MAJOR
    semitones = scale[_NUMERALS.index(numeral.upper())] + {"": 0, "b": -1, "#": 1}[sign]
    small = third == "m" or (numeral.islower() and third != "M")
    if third == "dim":
        return bar_text([token(semitones, "dim")] + ["."] * 3)
    head = "m" if small else ""
    if more == "7":
        head, more = (
            ("m7" if small else "7" if third == "dom" or numeral.upper() in ("V", "VII") else "maj7"),
            "",
        )
    quality = parse_quality(head + more) if not more.startswith("sus") else parse_quality(more)
    return bar_text([token(semitones, head if quality is None else quality)] + ["."] * 3)
