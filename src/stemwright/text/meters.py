"""Meter: "6/8", "six eight", "in three", "common time"; and waltzes, which are in three."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stemwright.errors import UsageError
from stemwright.song.meter import Meter
from stemwright.text.numbers import value_of
from stemwright.text.prompt import Prompt, contradiction

_FIGURES = re.compile(
    r"(?<![\w/.])(?P<n>[0-9]{1,4}) ?/ ?(?P<d>[0-9]{1,4})(?![\w/])(?: (?:time|meter|metre))?"
)
_WORDS = re.compile(
    r"(?<!one two )\b(?P<n>two|three|four|five|six|seven|nine|ten|eleven|twelve|thirteen|fifteen)[ -]"
    r"(?P<d>four|eight|sixteen)\b(?: (?:time|meter|metre))?"
)
_COUNT = re.compile(
    r"\bin (?P<n>two|three|four|five|six|seven)\b(?! (?:bars?|minutes?|seconds?|parts?|keys?|to))"
)
_NAMED = {
    "common time": "4/4",
    "cut time": "2/2",
    "alla breve": "2/2",
    "triple time": "3/4",
    "triple meter": "3/4",
}
_NAME = re.compile(rf"\b(?:{'|'.join(_NAMED)})\b")
_COUNTED = {"two": "2/4", "three": "3/4", "four": "4/4", "five": "5/4", "six": "6/8", "seven": "7/8"}
_WALTZ = re.compile(r"\bwaltz(?:es|ing)?\b(?: time)?|\bmusettes?\b")
WALTZES = ("3/4", "6/8", "9/8", "12/8", "6/4", "3/8", "3/2")
"""What a waltz may be written in."""
_IDIOMS = ("24/7",)


@dataclass(frozen=True, slots=True)
class Counted:
    """A meter as text, and the words that say it."""

    meter: str
    said: str


def read_meter(prompt: Prompt) -> Counted | None:
    """The meter that a prompt names. UsageError for two, for one that there is not, and for a waltz that is
    to be in another than its own. The word waltz itself is left for who reads styles.
    """
    found = [*_said(prompt)]
    waltz = next(prompt.find(_WALTZ), None)
    for one in found[1:]:
        if one.meter != found[0].meter:
            raise contradiction(found[0].said, one.said)
    if waltz is None:
        return found[0] if found else None
    if found and found[0].meter not in WALTZES:
        raise contradiction(found[0].said, waltz[0])
    return found[0] if found else Counted("3/4", waltz[0])


def _said(prompt: Prompt) -> list[Counted]:
    out = []
    for match in prompt.find(_FIGURES):
        if match[0] not in _IDIOMS:
            out.append(Counted(_meter(f"{match['n']}/{match['d']}"), prompt.take(match)))
    for match in prompt.find(_WORDS):
        out.append(Counted(_meter(f"{value_of(match['n'])}/{value_of(match['d'])}"), prompt.take(match)))
    for match in prompt.find(_NAME):
        out.append(Counted(_NAMED[match[0]], prompt.take(match)))
    for match in prompt.find(_COUNT):
        out.append(Counted(_COUNTED[match["n"]], prompt.take(match)))
    return out


def _meter(text: str) -> str:
    try:
        return str(Meter.parse(text))
    except UsageError as error:
        raise UsageError(f"prompt: {error.marked}", field="prompt") from None
