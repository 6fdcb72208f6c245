"""A line of ABC music as events: notes and chords with their written lengths, bar lines, fields between.

Reference: the ABC music standard 2.1, https://abcnotation.com/wiki/abc:standard:v2.1
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

_LENGTH = r"(?P<{0}>[0-9]{{0,4}}(?:/+[0-9]{{0,4}})?)"
_PITCH = r"(?:\^\^|\^|__|_|=)?[A-Ga-g][,']{0,6}"
_INNER = rf"{_PITCH}[0-9]{{0,4}}(?:/+[0-9]{{0,4}})?-?"
_TOKEN = re.compile(
    rf"""
    (?P<blank>[\s`\\$]+)
  | "(?P<text>[^"]*)"
  | (?P<deco>![^!\s]{{1,30}}!|\+[^+\s]{{1,30}}\+)
  | (?P<field>\[[A-Za-z]:[^\]]{{0,200}}\])
  | (?P<bar>:*\|[\]|:]*(?:\[?[1-9][0-9,\-]*)?|:{{2,}}(?:\[?[1-9][0-9,\-]*)?|\[\|[:]*|\[[1-9][0-9,\-]*)
  | \{{/?(?P<grace>[^}}]*)\}}
  | \((?P<tuplet>[2-9](?::[0-9]?(?::[0-9]{{0,2}})?)?)
  | (?P<slur>[()])
  | \[(?P<chord>(?:{_INNER}|\s)+)\]{_LENGTH.format("chorded")}(?P<chordtie>-?)
  | (?P<pitch>{_PITCH}){_LENGTH.format("length")}(?P<tie>\s?-)?
  | (?P<rest>[zx]){_LENGTH.format("rested")}
  | (?P<bars>[ZX])(?P<count>[0-9]{{0,3}})
  | (?P<broken>>{{1,3}}|<{{1,3}})
  | (?P<overlay>&)
  | (?P<space>y[0-9]{{0,4}})
  | (?P<short>[.~H-WJ-Wh-wu-v-])
    """,
    re.VERBOSE,
)
_NOTE = re.compile(rf"({_PITCH})([0-9]{{0,4}}(?:/+[0-9]{{0,4}})?)(-?)")
MAX_CHORD = 64
_MARKED = {"S": "segno", "O": "coda"}


class Written(NamedTuple):
    """A pitch as written: its accidental ("^", "_", "=", ...), letter, octaves above the one of C (middle C),
    and whether a tie leads on from it.
    """

    sign: str
    letter: str
    octave: int
    tied: bool = False


@dataclass(slots=True)
class Event:
    """`kind`: "note" (a chord is one note event with several pitches, a rest one with none), "bar" (`text` is
    the line), "bars" (a rest of `length` bars), "field" (`text` "K:G"), "overlay", "text" (in quotes), "mark"
    (a decoration), "unknown". `length`: in unit notes. `words`: (verse, syllable, hyphen).
    """

    kind: str
    line: int
    text: str = ""
    pitches: tuple[Written, ...] = ()
    length: Fraction = Fraction(1)
    words: list[tuple[int, str, bool]] = field(default_factory=list)
    graces: tuple[Written, ...] = ()


def events_of(text: str, line: int, compound: bool) -> list[Event]:
    """The events of a line of music. `compound`: whether the meter's beats are dotted, for tuplets.
    ValueError says what is not closed.
    """
    out: list[Event] = []
    scale: list[Fraction] = []  # of the notes to come of a tuplet
    broken = Fraction(1)
    graces: tuple[Written, ...] = ()
    for kind, found in _tokens(text):
        if kind in ("pitch", "chord", "rest"):
            event = _note(kind, found, line)
            event.length *= (scale.pop() if scale else Fraction(1)) * broken
            event.graces, graces, broken = graces, (), Fraction(1)
            out.append(event)
        elif kind == "tuplet":
            scale = _tuplet(found["tuplet"], compound)
        elif kind == "broken":
            before = next((event for event in reversed(out) if event.kind in ("note", "bar")), None)
            if before is not None and before.kind == "note":
                short = Fraction(1, 2 ** len(found["broken"]))
                first = 2 - short if found["broken"][0] == ">" else short
                before.length *= first
                broken = 2 - first
        elif kind == "grace":
            graces = tuple(_written(one[1], False) for one in _NOTE.finditer(found["grace"]))
        elif kind == "bars":
            count = int(found["count"] or 1)
            out.append(Event("bars", line, length=Fraction(count)))
        elif kind in ("bar", "field", "text", "overlay", "unknown"):
            out.append(Event(kind, line, found[kind] if kind != "unknown" else found[0]))
        elif kind == "deco":
            out.append(Event("mark", line, found["deco"].strip("!+").lower()))
        elif kind == "short" and found["short"] in _MARKED:
            out.append(Event("mark", line, _MARKED[found["short"]]))
    return out


_UNKNOWN = re.compile(r".", re.DOTALL)


def _tokens(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """The kind of each token, and its match."""
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            closing = {'"': '"', "{": "}"}.get(text[at])
            if closing is not None:
                raise ValueError(f"{text[at : at + 12]!r} has no {closing} after it; close it")
            unknown = _UNKNOWN.match(text, at)
            assert unknown is not None
            yield "unknown", unknown
            at += 1
            continue
        kind = _KINDS.get(found.lastgroup or "", found.lastgroup or "")
        yield kind, found
        at = found.end()


_KINDS = {
    "length": "pitch", "tie": "pitch", "chorded": "chord", "chordtie": "chord", "rested": "rest",
    "count": "bars",
}  # fmt: skip
"""The last group of a token's match -> its kind, where that has another name."""


def _note(kind: str, found: re.Match[str], line: int) -> Event:
    if kind == "rest":
        return Event("note", line, length=length_of(found["rested"]))
    if kind == "pitch":
        pitch = _written(found["pitch"], bool(found["tie"]))
        return Event("note", line, pitches=(pitch,), length=length_of(found["length"]))
    notes = list(_NOTE.finditer(found["chord"]))
    if len(notes) > MAX_CHORD:
        raise ValueError(f"a chord of {len(notes)} notes; write at most {MAX_CHORD}")
    pitches = tuple(_written(one[1], bool(one[3] or found["chordtie"])) for one in notes)
    inner = length_of(notes[0][2]) if notes else Fraction(1)
    return Event("note", line, pitches=pitches, length=inner * length_of(found["chorded"]))


def _written(text: str, tied: bool) -> Written:
    sign = text.rstrip(",'").rstrip("ABCDEFGabcdefg")
    letter = text[len(sign)]
    octave = (1 if letter.islower() else 0) + text.count("'") - text.count(",")
    return Written(sign, letter.upper(), octave, tied)


def length_of(text: str) -> Fraction:
    """A length in unit notes from "", "3", "3/2", "/", "//"."""
    number, slash, rest = text.partition("/")
    over = int(number or 1)
    if not slash:
        return Fraction(over)
    extra = len(rest) - len(rest.lstrip("/"))
    under = int(rest.lstrip("/") or 2) * 2**extra if rest.lstrip("/") else 2 ** (extra + 1)
    return Fraction(over, under) if under else Fraction(over)


def _tuplet(text: str, compound: bool) -> list[Fraction]:
    """How much longer or shorter each of the next notes is, the last one first."""
    parts = [int(part) if part else 0 for part in text.split(":")]
    p, q, r = (*parts, 0, 0)[:3]
    usual = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}.get(p, 3 if compound else 2)
    return [Fraction(q or usual, p)] * min(r or p, 64)
