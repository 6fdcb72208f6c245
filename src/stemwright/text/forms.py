"""Form and length: "[intro] [verse] [chorus]", "verse:8 chorus:8", "AABA", "two minutes", "32 bars"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stemwright.errors import UsageError
from stemwright.song.form import OTHERWISE_BARS, USUAL_BARS, form_text, parse_form, parse_length
from stemwright.text.numbers import FIGURES, WORDS, value_of
from stemwright.text.prompt import Prompt, contradiction

_NAME = (
    "intro|verse|pre[- ]?chorus|chorus|refrain|hook|bridge|solo|interlude|breakdown|build(?:[- ]?up)?|drop"
    "|outro|ending|head"
)
_TAGS = re.compile(r"\[[^\[\]]*\](?:[\s,]*\[[^\[\]]*\])*")
_COLONS = re.compile(
    r"(?<![\w:])[a-z][a-z0-9_-]{0,31}:[0-9]{1,6}s?\b(?:[\s,]+[a-z][a-z0-9_-]{0,31}:[0-9]{1,6}s?\b)*"
)
_LIST = re.compile(rf"\b(?:{_NAME})(?: ?(?:,|->|>|→|-|–|/|\+|\band\b|\bthen\b)? ?\b(?:{_NAME})\b)+")
_EACH = re.compile(rf"\b(?:{_NAME})\b")
_LETTERS = re.compile(r"\b[ABC]{3,8}\b")
_BLUES = re.compile(r"\b(?:12|twelve)[ -]bars?\b")
_BARS = re.compile(rf"(?<![\w.:/])(?P<bars>{FIGURES}|{WORDS})[ -]?(?:bars?|measures?)\b(?: (?:long|loop))?")
_CLOCK = re.compile(r"(?<![\w:])[0-9]{1,3}:[0-5][0-9](?![\w:])(?: (?:long|min(?:utes?)?))?")
_MINUTES = re.compile(
    rf"(?<![\w.:])(?:(?P<half>half an? minute)|(?P<and>an? minute and a half)"
    rf"|(?P<m>{FIGURES}|{WORDS}|an?)[ -]?(?:minutes?|mins?)\b"
    rf"(?:(?: and)? (?P<s>[0-9]{{1,2}}|{WORDS})[ -]?(?:seconds?|secs?)\b)?)"
    r"(?: (?:long|max|maximum|or so))?"
)
_SECONDS = re.compile(
    rf"(?<![\w.:])(?P<s>{FIGURES}|{WORDS})[ -]?(?:seconds?|secs?)\b(?: (?:long|max|or so))?"
)
_BLOCK = 8
_CYCLE = ("verse", "chorus")


@dataclass(frozen=True, slots=True)
class Shape:
    """`form`: sections as `parse_form` reads them; `length`: seconds, as `parse_length` reads them."""

    form: str | None
    length: str | None
    said: tuple[str, ...]


def read_form(prompt: Prompt) -> Shape | None:
    """The form and the length that a prompt asks for. UsageError for two, and for what is no form."""
    form, length = _form(prompt), _length(prompt)
    if form is None and length is None:
        return None
    said = tuple(each[1] for each in (form, length) if each)
    return Shape(form[0] if form else None, length[0] if length else None, said)


def _form(prompt: Prompt) -> tuple[str, str] | None:
    found: list[tuple[str, str]] = []
    for pattern in (_TAGS, _COLONS):
        for match in prompt.find(pattern):
            found.append((_checked(match[0]), prompt.take(match)))
    for match in prompt.find(_LIST):
        names = [re.sub(r"[ -]", "", name) for name in _EACH.findall(match[0])]
        tags = " ".join(f"{name}:{USUAL_BARS.get(name, OTHERWISE_BARS)}" for name in names)
        found.append((tags, prompt.take(match)))
    for match in prompt.find(_LETTERS, cased=True):
        found.append((" ".join(f"{letter.lower()}:8" for letter in match[0]), prompt.take(match)))
    for match in prompt.find(_BLUES):
        found.append(("verse:12 verse2:12 solo:12 verse3:12", prompt.take(match)))
    for match in prompt.find(_BARS):
        found.append((_checked(_blocks(int(float(value_of(match["bars"]))))), prompt.take(match)))
    for form, said in found[1:]:
        if form != found[0][0]:
            raise contradiction(found[0][1], said)
    return found[0] if found else None


def _blocks(bars: int) -> str:
    """Sections of eight bars in turn, the last one with what is left; up to 16 bars one section."""
    if bars <= 2 * _BLOCK or bars > 200 * _BLOCK:
        return f"verse:{bars}"
    count, rest = divmod(bars, _BLOCK)
    sizes = [_BLOCK] * count
    sizes[-1] += rest
    return " ".join(f"{_CYCLE[place % 2]}:{size}" for place, size in enumerate(sizes))


def _checked(text: str) -> str:
    """A form that is one; lengths in seconds stay as they are, since the tempo is not known here."""
    from fractions import Fraction

    try:
        plain = parse_form(text, Fraction(2))
        return text if re.search(r"[0-9]\s*s", text) else form_text(plain)
    except UsageError as error:
        raise UsageError(f"prompt: {error.marked}", field="prompt") from None


def _length(prompt: Prompt) -> tuple[str, str] | None:
    found: list[tuple[str, str]] = []
    for match in prompt.find(_CLOCK):
        found.append((match[0].split()[0], prompt.take(match)))
    for match in prompt.find(_MINUTES):
        minutes = 0.5 if match["half"] else 1.5 if match["and"] else float(_number(match["m"]))
        found.append((f"{round(60 * minutes) + int(_number(match['s'] or '0'))} s", prompt.take(match)))
    for match in prompt.find(_SECONDS):
        if not prompt.low[: match.start()].endswith("the "):  # a decade
            found.append((f"{int(float(_number(match['s'])))} s", prompt.take(match)))
    for length, said in found:
        try:
            seconds = parse_length(length)
        except UsageError:
            raise UsageError(
                f"prompt: {said!r} is no length that a song can have; give 10 seconds to 30 minutes", "prompt"
            ) from None
        if seconds != parse_length(found[0][0]):
            raise contradiction(found[0][1], said)
    return found[0] if found else None


def _number(text: str) -> str:
    return "1" if text in ("a", "an") else value_of(text)
