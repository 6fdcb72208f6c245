"""Key and mode as musicians write them: "in G minor", "F#m", "E flat", "key of D", "Dorian"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stemwright.song.harmony import Key
from stemwright.text.prompt import TAKEN, Prompt, contradiction

MODES = {
    "major": "major", "maj": "major", "dur": "major", "ionian": "major", "minor": "minor", "min": "minor",
    "moll": "minor", "aeolian": "minor", "dorian": "dorian", "phrygian": "phrygian", "lydian": "lydian",
    "mixolydian": "mixolydian", "locrian": "locrian",
}  # fmt: skip
"""How a mode is called -> its name."""
WHITE = {
    "major": "C", "minor": "A", "dorian": "D", "phrygian": "E", "lydian": "F", "mixolydian": "G",
    "locrian": "B",
}  # fmt: skip
"""The tonic that a mode alone is given: that of its scale on white keys."""
_SIGN = r"(?:#|b(?![a-z])|[ -]?sharp\b|[ -]?flat\b)"
_MODE = "|".join(sorted(MODES, key=len, reverse=True))
_NAMED = re.compile(
    rf"(?<![\w#])(?P<note>[a-g])(?P<sign>{_SIGN})?[ -]?(?:(?:harmonic|melodic|natural)[ -])?"
    rf"(?P<mode>{_MODE})\b(?! ?[0-9]+ ?chord)"
)
_SHORT = re.compile(r"(?<![\w#/|])(?P<note>[A-G])(?P<sign>[#b])?(?P<mode>m|min|maj)(?![\w#/|])")
_SHORT_LOW = re.compile(r"(?<![\w#/|])(?P<note>[a-g])(?P<sign>#)(?P<mode>m|min)(?![\w#/|])")
_IN = re.compile(
    r"\b(?:[Ii]n|[Kk]ey(?: of|:)?|[Kk]ey is)(?: the key of)? +"
    r"(?P<note>[A-G])(?P<sign>#|b|[ -]?(?:sharp|flat)\b)?(?![\w#'-])"
)
_KEY_OF = re.compile(rf"\bkey(?: of|:) *(?P<note>[a-g])(?P<sign>{_SIGN})?(?![\w#'-])")
_ALONE = re.compile(
    rf"(?:^|[,;.!?(\n]|{TAKEN}) *(?P<key>(?P<note>[A-G])(?P<sign>#|b|[ -]?(?:sharp|flat))?) *"
    rf"(?=$|[,;.!?)\n]|{TAKEN})"
)
_MODE_ONLY = re.compile(
    r"\b(?P<mode>dorian|phrygian|lydian|mixolydian|locrian|aeolian|ionian"
    r"|(?:major|minor)(?= (?:key|mode|tonality|blues|feel|mood)\b))(?: (?:key|mode|scale|tonality))?"
)
_MODAL = re.compile(r"\bmodal\b")
_ARTICLE = re.compile(r"(?:^|\b(?:in|key of|key)|[,;]) *$")


@dataclass(frozen=True, slots=True)
class Tonality:
    """A key, and the words that say it."""

    key: Key
    said: str


def read_key(prompt: Prompt) -> Tonality | None:
    """The key that a prompt names. UsageError for two."""
    found: list[Tonality] = []
    for pattern, cased in (
        (_NAMED, False),
        (_SHORT, True),
        (_SHORT_LOW, False),
        (_IN, True),
        (_KEY_OF, False),
    ):
        for match in prompt.find(pattern, cased):
            if not (pattern is _NAMED and _is_article(prompt, match)):
                found.append(Tonality(_key(match), prompt.take(match)))
    for tonality in found[1:]:
        if tonality.key != found[0].key:
            raise contradiction(found[0].said, tonality.said)
    return found[0] if found else None


def read_alone(prompt: Prompt) -> Tonality | None:
    """A note that stands alone between commas, or beside what was understood, as a major key: "rock, A"."""
    for match in prompt.find(_ALONE, cased=True):
        return Tonality(_key(match), prompt.take(match, "key"))
    return None


def read_mode(prompt: Prompt) -> Tonality | None:
    """A mode without a tonic: "Dorian", "a minor key"; what is modal is Dorian, as most such tunes are."""
    for match in prompt.find(_MODE_ONLY):
        mode = MODES[match["mode"]]
        return Tonality(Key(WHITE[mode], mode), prompt.take(match))
    if _MODAL.search(prompt.given.lower()):  # of "modal jazz", which is a style's name too
        prompt.take_all(_MODAL)
        return Tonality(Key(WHITE["dorian"], "dorian"), "modal")
    return None


def _key(match: re.Match[str]) -> Key:
    sign = (match["sign"] or "").strip(" -")
    sign = {"sharp": "#", "flat": "b"}.get(sign, sign)
    said = match.groupdict().get("mode")
    mode = "major" if said is None else "minor" if said == "m" else MODES[said]
    return Key(match["note"].upper() + sign, mode)


def _is_article(prompt: Prompt, match: re.Match[str]) -> bool:
    """Whether the "a" of "a minor" is no note: "with a minor feel"."""
    at = match.start("note")
    if match["note"] != "a" or match["sign"] or prompt.text[at] == "A":
        return False
    after = re.match(
        r" (?:key|mode|tonality|feel|mood|chord|third|tune|song|blues)", prompt.low[match.end() :]
    )
    return after is not None or _ARTICLE.search(prompt.low[:at]) is None
