"""Lyrics with chords in brackets, as ChordPro has them: "[C]Twinkle, [F]little [C]star".

Lines without bar lines have a bar for each chord.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from stemwright.song.chart_tokens import Token, bracketed, directive, is_section, line_label, line_tokens
from stemwright.song.harmony import is_chord

_BRACKET = re.compile(r"\[([^\[\]|\n]*)\]")
_DIRECTIVE = re.compile(r"\{\s*([A-Za-z_]+)\s*(?::([^}\n]*))?\}")
_BARS = re.compile(r":?\|+[:\]]?")
_TAB = re.compile(r"\s*\{\s*(?:(sot|start_of_tab)|(eot|end_of_tab))\b", re.IGNORECASE)
_SIGN = re.compile(r"[x%/.|:-]+|x?[0-9]+x?|N\.?C\.?", re.IGNORECASE)
_HEADED = re.compile(r"[\s|]*\[[A-Z][1-4]?\]")
_ARTICLES = ("A", "a", "Am", "am", "As", "as", "Es", "es")
_AGAIN = re.compile(r"\(?\b(?:x[0-9]{1,3}|[0-9]{1,3}x)\)?$")
"""After a line of lyrics: how often it is played."""
_LYRIC = re.compile(r"[^\W\d_]{2,}")


def has_lyrics(text: str) -> bool:
    """Whether a chart has its chords in brackets: lines of nothing else, or such with other words in them."""
    directives = _DIRECTIVE.search(text) is not None
    for line in text.split("\n"):
        chords = [found for found in _BRACKET.findall(line) if is_chord(found.strip())]
        if not chords or (is_barred(line) and _HEADED.match(line) and len(chords) == 1):
            continue
        rest = [word for word in _BRACKET.sub(" ", line).split() if not _SIGN.fullmatch(word)]
        sung = any(_LYRIC.search(word) and not is_chord(word) for word in rest)
        if directives or sung or (len(chords) > 1 and not rest):
            return True
    return False


def lyric_tokens(text: str) -> Iterator[Token]:
    """The tokens of lyrics in plain signs; the words that are sung, tablature and comments are left out."""
    at, tab = 1, False
    for line in text.split("\n"):
        edge = _TAB.match(line)
        tab = edge[1] is not None if edge else tab
        if not tab and not line.lstrip().startswith("#"):
            yield from _line(line, at)
        at += len(line)
        yield Token("newline", "\n", at)
        at += 1


def is_barred(line: str) -> bool:
    """Whether a line of lyrics has bar lines."""
    return "|" in line


def _line(line: str, at: int) -> Iterator[Token]:
    said = _DIRECTIVE.fullmatch(line.strip())
    if said is not None:
        yield from directive(said[1], said[2] or "", said[0], at + line.index("{"))
    elif _is_chart(line):
        yield from _bars(line_tokens(line, at), is_barred(line))
    elif _BRACKET.search(line):
        yield from _sung(line, at)
    else:
        head = line_label(line)
        if head is not None and head[0] is not None and head[1] >= len(line.rstrip()):
            yield replace(head[0], at=at + head[0].at)


def _is_chart(line: str) -> bool:
    """Whether a line has chords and nothing else, but for a label before them: a tune between the words."""
    head = line_label(line)
    label = _BRACKET.match(line.lstrip())
    if head is not None:
        line = line[head[1] :]
    elif label is not None and not is_chord(label[1].strip()):
        line = line.lstrip()[label.end() :]
    words = [word for word in re.split(r"[\s|]+", line) if word and not _SIGN.fullmatch(word)]
    if len(words) == 1 and words[0] in _ARTICLES and not is_barred(line):
        return False
    return bool(words) and all(is_chord(word) for word in words)


def _bars(tokens: Iterable[Token], barred: bool) -> Iterator[Token]:
    """Tokens of a line; without bar lines each chord has its bar."""
    for token in tokens:
        yield token
        if token.kind == "word" and not barred:
            yield Token("line", " ", token.at)


def _sung(line: str, at: int) -> Iterator[Token]:
    """Chords and bar lines of a line; without bar lines each chord has its bar."""
    alone = _BRACKET.fullmatch(line.strip())
    again = _AGAIN.search(line)
    if again is not None:
        yield Token("double", " ", at)
    yield from _bars(_bracketed(line, at, alone is not None), is_barred(line))
    if again is not None:
        yield from line_tokens(again[0], at + again.start())


def _bracketed(line: str, at: int, alone: bool) -> Iterator[Token]:
    for found in re.finditer(rf"{_BRACKET.pattern}|(?P<bars>{_BARS.pattern})", line):
        place = at + found.start()
        if found["bars"] is not None:
            yield from line_tokens(found["bars"], place)
            continue
        inside = bracketed(found[1], place, alone=False)
        if inside is None:
            continue
        headed = not line[: found.start()].strip() and is_section(inside.text)
        if inside.kind == "label" and not (alone or headed):
            inside = replace(inside, kind="word")  # among lyrics it is a chord, if one that nobody knows
        yield inside
