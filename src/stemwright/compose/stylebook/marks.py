"""What the texts of a style file may say: patterns of marks, fills, progressions. Each faulty text gives one
line, what is wrong and how to mend it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from stemwright.errors import UsageError
from stemwright.song.form import parse_form
from stemwright.song.qualities import QUALITIES, nearest_quality

STROKES = "Xxsg"
"""Marks of melody rhythms: accent, normal, soft, ghost."""
DRUMS = STROKES + "r"
"""Marks of drums: r is a roll, two soft strokes in a sixteenth."""
CHORDS = STROKES + "nlmhu"
"""Marks of chords: n is the chord that comes next; l the lowest voice alone, h the highest, m the one below
it, u all but the lowest."""
DEGREES = "12345678fnagv"
"""Marks of bass lines: degrees of the chord or its scale, 8 the octave; f the fifth, but the root of a chord
that is new; v the fifth below; n the root of the next chord, a a note that leads to it; g a ghost of the
root."""
FILLS = "shmlkrpocg"
"""Marks of fills, see `compose/drums.py`."""
_BAR = 16
_MAX_BARS = 8
_MAX_CHORD_BARS = 32
_TOKEN = re.compile(r"([b#]?)([1-7])(?::([^\s/]*))?(?:/[b#]?[1-7])?", re.ASCII)


def plain(text: str) -> str:
    """A pattern without the blanks and bar lines that make it easy to read."""
    return "".join(text.replace("|", " ").split())


def pattern_fault(text: str, marks: str) -> str | None:
    """What is wrong with a pattern of bars of 16 marks."""
    shape = _signs(text, marks) or _bars(text)
    if shape is None and plain(text)[0] == "-":
        shape = "begins with -, which holds nothing there; write a note or ."
    return None if shape is None else f"{text[:60]!r} {shape}"


def fill_fault(text: str) -> str | None:
    """What is wrong with a fill of one to four quarters."""
    shape = _signs(text, FILLS, hold="")
    length = len(plain(text))
    if shape is None and length not in (4, 8, 12, 16):
        shape = f"has {length} marks; a fill has 4, 8, 12 or 16, four a quarter"
    return None if shape is None else f"{text[:60]!r} {shape}"


def progression_fault(text: str) -> str | None:
    """What is wrong with a progression, one or two chords a bar."""
    bars = text.split("|")
    if len(bars) > _MAX_CHORD_BARS:
        return f"{text[:60]!r} has {len(bars)} bars; give at most {_MAX_CHORD_BARS}"
    return _first(cadence_fault(bar) for bar in bars)


def cadence_fault(text: str) -> str | None:
    """What is wrong with a bar of chords."""
    tokens = text.split()
    if not 1 <= len(tokens) <= 2:
        return f"a bar has {len(tokens)} chords ({text.strip()[:40]!r}); write one or two between bar lines"
    return _first(_chord_fault(token) for token in tokens)


def form_fault(text: str) -> str | None:
    """What is wrong with a form."""
    try:
        parse_form(text)
    except UsageError as error:
        return str(error).removeprefix("form: ")
    return None


def _chord_fault(token: str) -> str | None:
    found = _TOKEN.fullmatch(token)
    if found is None:
        return (
            f"{token[:20]!r} is not a chord; write a degree 1-7, as b7, after a colon its kind, as 2:m7, "
            "and after a slash the tone of it in the bass, as 5/3"
        )
    sign, quality = found[1], found[3] or ""
    if quality == "*" and sign:
        return f"{token!r}: * is the key's own seventh chord, and {sign}{found[2]} is none; name its kind"
    if quality in QUALITIES or quality == "*":
        return None
    other = nearest_quality(quality)
    return f"{token[:20]!r}: the kind {quality[:12]!r} is not known; write for example {other or 'm7'!r}"


def _first(faults: Iterable[str | None]) -> str | None:
    return next((fault for fault in faults if fault is not None), None)


def _signs(text: str, marks: str, hold: str = "-") -> str | None:
    wrong = next((mark for mark in plain(text) if mark not in marks + hold + "."), None)
    if wrong is None:
        return None
    return f"has the mark {wrong!r}; use {' '.join(marks)} and . for a rest" + (", - to hold" if hold else "")


def _bars(text: str) -> str | None:
    counts = [len(plain(bar)) for bar in text.split("|")]
    wrong = next((number for number, count in enumerate(counts, 1) if not count or count % _BAR), None)
    if wrong is not None:
        place = f" in bar {wrong}" if len(counts) > 1 else ""
        return f"has {counts[wrong - 1]} marks{place}; a bar has 16, one a sixteenth"
    bars = sum(counts) // _BAR
    return f"has {bars} bars; give at most {_MAX_BARS}" if bars > _MAX_BARS else None
