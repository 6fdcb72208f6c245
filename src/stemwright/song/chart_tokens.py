"""The signs of a chart: bar lines, repeats, endings, labels, what is said of the song, and words.

A word is what may be a chord; a chart is read from its tokens in `chart`, lines of lyrics in `lyrics`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from stemwright.song.harmony import is_chord

BLANK = r"[^\S\n]"
_SIGNS = re.compile(
    rf"""
    (?P<blank>{BLANK}+ | <(?![^>\n]*(?:D\.?[CS]\.|Fine|Coda))[^>\n]*>)
    | (?P<directive>\{{\s*(?P<name>[A-Za-z_]+)\s*(?::(?P<about>[^}}\n]*))?\}})
    | (?P<both>:[ ]?\|{{1,2}}[ ]?:|::)
    | (?P<close>:[ ]?\|{{0,2}}\]|:[ ]?\|{{1,2}}|\}})
    | (?P<open>\[?\|{{1,2}}[ ]?:|\[:|\{{)
    | (?P<bracket>\[(?P<inside>[^\[\]|\n:]*)\])
    | (?P<time>T(?:12|[1-9][248])|[1-9][0-9]?/[0-9]{{1,2}}(?=[\s|]|$))
    | (?P<times>\(?(?:x(?P<after>[0-9]{{1,3}})|(?P<before>[0-9]{{1,3}})(?:x|\s?times))\)?(?=[\s|\[\]{{}}]|$))
    | (?P<ending>\[?(?P<passes>[1-9](?:[.,&-]{{1,2}}{BLANK}?[1-9])*)(?:st|nd|rd|th|[.)]|(?=\s))
        (?:{BLANK}*(?:ending|time)\b\.?:?)?)
    | (?P<mark>\*[A-Za-z])
    | (?P<double>\|\|+ | \|\] | \[\|+ | ‖ | [\[\]] | Z(?=[\s|\]]|$))
    | (?P<line>\|)
    | (?P<word>[^\s|:\[\]{{}}<]+|.)
    """,
    re.VERBOSE | re.ASCII,
)
_SECTION = re.compile(
    r"(?:intro|verse|pre-?chorus|chorus|bridge|solo|outro|coda|refrain|interlude|instrumental|break|vamp"
    r"|hook|tag|strophe|ending)(?: *(?:[0-9]{1,2}|I{1,3}))?(?: *\(?x[0-9]{1,3}\)?)?",
    re.IGNORECASE,
)
_HEADED = re.compile(rf"{BLANK}*(?P<name>[A-Za-z][A-Za-z0-9 _'.&-]{{0,40}}):(?![|:\]])")
_BRACED = re.compile(rf"{BLANK}*\((?P<name>[A-Za-z][^()\n|]{{1,40}})\){BLANK}*$")
FACTS = {
    "title": "title", "t": "title", "key": "key", "k": "key", "tempo": "bpm", "bpm": "bpm",
    "time": "meter", "meter": "meter", "capo": "capo", "transpose": "transpose",
}  # fmt: skip
"""What a chart says of its song, by the name that it has there."""
_OTHER_HEADS = ("artist", "composer", "tuning", "style", "subtitle", "album", "year", "copyright", "author")
_SHORT = {"c": "chorus", "v": "verse", "b": "bridge"}
_LETTER = re.compile("[A-Z][1-4]?")
_MARKS = {"i": "intro", "v": "verse"}
_NO_SECTIONS = ("tab", "t", "grid", "g", "abc", "ly", "svg", "textblock")


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: word, line, double, newline, open, close, both, times, ending, label, end (of a section) or
    fact. `text` as it stands there, at character `at` of the chart (from 1). `value`: the count of `times`,
    the passes of an ending, a section's name, what is said; `name`: of the fact, one of `FACTS`' values.
    """

    kind: str
    text: str
    at: int
    value: str = ""
    name: str = ""


def chart_tokens(text: str) -> Iterator[Token]:
    """The tokens of a chart in plain signs; a row ends with `newline`."""
    at = 1
    for line in text.split("\n"):
        yield from line_tokens(line, at)
        at += len(line)
        yield Token("newline", "\n", at)
        at += 1


def line_tokens(line: str, at: int) -> Iterator[Token]:
    """The tokens of a row whose first character is character `at` of the chart."""
    start = 0
    head = line_label(line)
    if head is not None:
        token, start = head
        if token is not None:
            yield replace(token, at=at + token.at)
    for found in _SIGNS.finditer(line, start):
        yield from _tokens(found, at + found.start())


def line_label(line: str) -> tuple[Token | None, int] | None:
    """What stands before the bars of a line, "Verse:", "(Chorus)", "Key: G", with its end; None for nothing.
    The token is None where it says nothing of the music; its place counts from the line's begin.
    """
    headed = _HEADED.match(line)
    if headed is not None:
        name, said = headed["name"].strip(), line[headed.end() :].strip()
        at = headed.start("name")
        if name.lower() in _OTHER_HEADS:
            return None, len(line)
        if len(name) > 1 and name.lower() in FACTS and said:
            return Token("fact", line.strip(), at, said, FACTS[name.lower()]), len(line)
        letter = len(name) == 1 and headed[0].strip() == f"{name}:"
        if letter or not all(is_chord(word) for word in name.split()):
            return label(name, at), headed.end()
    braced = _BRACED.match(line)
    if braced is not None and not is_chord(braced["name"]) and not re.match("[x0-9]", braced["name"]):
        return label(braced["name"], braced.start("name")), len(line)
    if is_section(line):
        return label(line.strip(), 0), len(line)
    return None


def is_section(text: str) -> bool:
    """Whether a text is what sections are often called: "Verse 2", "Intro"."""
    return _SECTION.fullmatch(text.strip()) is not None


def label(name: str, at: int) -> Token:
    """A section's name."""
    return Token("label", name.strip(), at, name.strip())


def bracketed(inside: str, at: int, alone: bool) -> Token | None:
    """What square brackets hold: a label, an ending, a repeat or a chord; None for a remark. A letter that
    stands `alone` at the begin of a line is a label.
    """
    text = inside.strip()
    if not text or text.startswith("*"):
        return None
    found = _SIGNS.match(text + " ")
    if found is not None and found[0] == text and (found["times"] or found["ending"]):
        return next(_tokens(found, at))
    is_letter = alone and _LETTER.fullmatch(text)
    return Token("word", text, at) if is_chord(text) and not is_letter else label(text, at)


def directive(name: str, about: str, text: str, at: int) -> list[Token]:
    """What a directive of ChordPro says: facts and sections; what concerns paper alone says nothing."""
    name, about = name.lower(), about.strip()
    if name in FACTS:
        return [Token("fact", text, at, about, FACTS[name])] if about else []
    if name == "chorus":
        return [label(about or name, at), Token("end", text, at)]
    found = re.fullmatch(r"(?:start_of_|so(?=.$))([a-z]+)|(?:end_of_|eo(?=.$))([a-z]+)", name)
    if found is None or (found[1] or found[2]) in _NO_SECTIONS:
        return []
    kind = found[1] or found[2]
    return [label(about or _SHORT.get(kind, kind), at) if found[1] else Token("end", text, at)]


def _tokens(found: re.Match[str], at: int) -> Iterator[Token]:
    text = found[0]
    kind = next(name for name, value in found.groupdict().items() if value is not None)
    if kind == "directive":
        yield from directive(found["name"], found["about"] or "", text, at)
    elif kind == "bracket":
        inside = bracketed(found["inside"], at, alone=_opens_a_bar(found))
        yield from [] if inside is None else [inside]
    elif kind == "time":
        value = text if "/" in text else "12/8" if text == "T12" else f"{text[1]}/{text[2]}"
        yield Token("fact", text, at, value, "meter")
    elif kind == "times":
        yield Token("times", text, at, found["after"] or found["before"])
    elif kind == "ending":
        yield Token("ending", text.strip(), at, found["passes"])
    elif kind == "mark":
        yield label(_MARKS.get(text[1], text[1]), at)
    elif kind == "word":
        yield from _words(text, at)
    elif kind != "blank":
        yield Token(kind, text, at)


def _opens_a_bar(found: re.Match[str]) -> bool:
    """Whether it stands at the begin of a row, or of a bar that has more in it."""
    before, after = found.string[: found.start()].rstrip(), found.string[found.end() :].lstrip()
    return not before.strip("|: \t") or (before[-1] in "|:]}" and after[:1] not in ("", "|"))


def _words(text: str, at: int) -> Iterator[Token]:
    """A word; slashes after it are words of their own, one a beat."""
    chord = text.rstrip("/")
    if chord:
        yield Token("word", chord, at)
    for place in range(len(chord), len(text)):
        yield Token("word", "/", at + place)
