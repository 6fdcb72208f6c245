"""The words of ABC's w: lines, put under the notes of the music line before them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stemwright.notation.abc_events import Event

_PIECE = re.compile(r"(?P<text>(?:\\-|[^\s\-_*|])+)|(?P<sign>[-_*|])|\s+")
MAX_SYLLABLE = 60


def put_words(text: str, line: Sequence[Event], verse: int) -> None:
    """Give the notes of a music line the syllables of a w: line. Rests have none; `*` leaves a note out, `_`
    holds the syllable over one more, `|` goes on to the next bar.
    """
    places = _places(line)
    at, last = 0, None
    for piece in _PIECE.finditer(text):
        if piece["text"] is not None:
            if at >= len(places):
                return
            last = places[at][1]
            syllable = piece["text"].replace("\\-", "-").replace("~", " ").strip()[:MAX_SYLLABLE]
            if syllable:
                last.words.append((verse, syllable, False))
            at += 1
        elif piece["sign"] == "-":
            if last is not None and last.words and not last.words[-1][2]:
                number, syllable, _ = last.words[-1]
                last.words[-1] = (number, syllable, True)
            elif last is not None:
                at += 1  # a second hyphen holds the syllable
        elif piece["sign"] in ("_", "*"):
            at += 1
            last = None if piece["sign"] == "*" else last
        elif piece["sign"] == "|":
            bar = places[at - 1][0] if 0 < at <= len(places) else 0
            while at < len(places) and places[at][0] <= bar:
                at += 1


def _places(line: Sequence[Event]) -> list[tuple[int, Event]]:
    """The notes of a line, each with the number of its bar in the line."""
    bar, out = 0, []
    for event in line:
        bar += event.kind == "bar"
        if event.kind == "note" and event.pitches:
            out.append((bar, event))
    return out
