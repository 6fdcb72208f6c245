"""How it is played: swing or straight, how full, how loud, and what moods ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from stemwright.errors import UsageError
from stemwright.song.rhythm import STRAIGHT
from stemwright.text.prompt import Prompt
from stemwright.text.words import moods

_PERCENT = re.compile(r"(?<![\w.])(?P<percent>[0-9]{1,4}) ?(?:%|percent) (?:swing|swung|shuffle)\b")
_SWUNG = re.compile(
    r"\b(?:(?P<light>(?:light(?:ly)?|slight(?:ly)?|subtl[ey]|little|bit of) (?:swing|swung|shuffle))"
    r"|swung(?: (?:eighths|8ths|feel|groove|beat))?|swing (?:feel|eighths|8ths)|with (?:a )?(?:swing|shuffle)"
    r"|triplet feel|shuffled?(?: (?:feel|groove|beat|rhythm))?)\b"
)
_EVEN = re.compile(
    r"\b(?:straight(?:[ -](?:eighths|8ths|feel|sixteenths|16ths|time|groove|ahead))?"
    r"|no swing|unswung|even eighths)\b"
)
LIGHT, FULL = Fraction(14, 25), Fraction(2, 3)
"""Where the second of two eighths falls in a light swing, and in a triplet's."""

_VERY = r"(?P<very>(?:very|really|super|extremely|ultra|so) )?"
_SPARSE = (
    "sparse(?:ly)?|minimal(?:ist(?:ic)?)?|stripped[ -](?:down|back)|uncluttered|spacious|bare|skeletal"
    "|barely there|airy"
)
_DENSE = "busy|dense|lush|layered|complex|packed|thick|full band|rich|wall of sound"
_SOFT = (
    "quiet(?:ly)?|soft(?:ly)?|gentle|gently|hushed|whispered|whispering|delicate|pianissimo|subdued"
    "|unobtrusive"
)
_LOUD = (
    "loud(?:ly)?|powerful|aggressive|fortissimo|pounding|hard[ -]hitting|thundering|brutal|explosive"
    "|in your face"
)
_DEGREES = {
    "density": (re.compile(rf"\b{_VERY}(?:(?P<less>{_SPARSE})|(?P<more>{_DENSE}))\b")),
    "dynamics": (re.compile(rf"\b{_VERY}(?:(?P<less>{_SOFT}|(?-i:ppp?))|(?P<more>{_LOUD}|fff?))\b")),
}


@dataclass(frozen=True, slots=True)
class Mood:
    """What a mood asks for where nothing else says: a mode, a pace (of `tempo.PACES`), how loud (-2 to 2)."""

    mode: str = ""
    pace: str = ""
    dynamics: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and the words that say it."""

    value: Fraction | int
    said: str


def read_swing(prompt: Prompt) -> tuple[Said | None, list[str]]:
    """Where second eighths fall, 1/2 to 3/4, and remarks: where swing and straight are said, neither counts.
    UsageError for a percentage out of this range.
    """
    swung: list[Said] = []
    for match in prompt.find(_PERCENT):
        percent = int(match["percent"])
        if not 50 <= percent <= 75:
            raise UsageError(f"prompt: {match[0]!r}: swing is from 50 % (straight) to 75 %", field="prompt")
        swung.append(Said(Fraction(percent, 100), prompt.take(match)))
    even = [Said(STRAIGHT, prompt.take(match)) for match in prompt.find(_EVEN)]
    for match in prompt.find(_SWUNG):
        swung.append(Said(LIGHT if match["light"] else FULL, prompt.take(match)))
    if swung and even:
        return None, [f"{swung[0].said!r} and {even[0].said!r}: both are said, so the style decides"]
    return next(iter(swung or even), None), []


def read_degree(prompt: Prompt, what: str) -> tuple[Said | None, list[str]]:
    """How full ("density") or loud ("dynamics") it is to be, -2 to 2, and remarks: where both ways are said
    neither counts.
    """
    found: list[Said] = []
    for match in prompt.find(_DEGREES[what]):
        step = (2 if match["very"] else 1) * (1 if match["more"] else -1)
        found.append(Said(step, prompt.take(match)))
    ways = {said.value > 0: said.said for said in found}
    if len(ways) == 2:
        return None, [f"{ways[False]!r} and {ways[True]!r}: both are said, so neither sets the {what}"]
    return max(found, key=lambda said: abs(int(said.value)), default=None), []


def read_moods(prompt: Prompt) -> list[str]:
    """The mood words in their order."""
    listed = "|".join(sorted(map(re.escape, moods()), key=len, reverse=True))
    return [prompt.take(match).lower() for match in prompt.find(re.compile(rf"\b(?:{listed})\b"))]
