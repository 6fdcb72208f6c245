"""The form of a song: sections, each a name and a number of bars."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from stemwright.errors import UsageError

MAX_SECTION_BARS = 999
MAX_SECTIONS = 200
MIN_LENGTH, MAX_LENGTH = 10, 30 * 60
"""Seconds that may be asked of a form that is drawn."""
AUTO = "auto"
"""What stands for a form that is to be drawn."""
USUAL_BARS = {"intro": 4, "outro": 4, "ending": 4, "break": 4, "prechorus": 4, "interlude": 4}
"""What a tag without a length has."""
OTHERWISE_BARS = 8
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_TAG = re.compile(r"\[([^\[\]]*)\]")
_TAGGED = re.compile(
    r"""(?P<name>[A-Za-z][A-Za-z_ -]*?) (?:\s+[0-9]{1,2})??
    (?: \s*:\s* (?P<told>[0-9]{1,6}) \s* (?P<of>bars?|s(?:ec(?:onds?)?)?)?
      | [\s,-]+ (?P<length>[0-9]{1,6}) \s* (?P<unit>bars?|s(?:ec(?:onds?)?)?) )?""",
    re.ASCII | re.VERBOSE,
)
"""A section's name, which of its kind it is, and its length: "Verse 2: 8 bars"."""


@dataclass(frozen=True, slots=True)
class Section:
    """A named span of bars."""

    name: str
    bars: int

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UsageError(
                f"form: {self.name[:40]!r} is not a section name; use letters, digits, _ and -, at most 32",
                field="form",
            )
        if not 1 <= self.bars <= MAX_SECTION_BARS:
            raise UsageError(
                f"form: section {self.name!r} has {self.bars} bars; "
                f'give 1 to {MAX_SECTION_BARS}, e.g. "{self.name}:8"',
                field="form",
            )

    def __str__(self) -> str:
        return f"{self.name}:{self.bars}"


def parse_form(text: str, bar_seconds: Fraction | None = None) -> tuple[Section, ...]:
    """Sections from "intro:4 verse:8" (blanks or commas between), or from tags as song platforms have them,
    "[Intro] [Verse 1] [Chorus 8 bars] [Outro 20s]"; a tag without a length has the usual one. Lengths may be
    in seconds, "outro:20s", where `bar_seconds` says how long a bar is: the nearest number of bars.
    UsageError names the part that is wrong.
    """
    if "[" in text:
        return _parse_tags(text, bar_seconds)
    parts = text.replace(",", " ").split()
    if not parts:
        raise UsageError('form: is empty; write sections as name:bars, e.g. "intro:4 verse:8"', field="form")
    _few_enough(parts)
    return tuple(_parse_section(part, bar_seconds) for part in parts)


def _few_enough(parts: list[str]) -> None:
    if len(parts) > MAX_SECTIONS:
        raise UsageError(f"form: has {len(parts)} sections; at most {MAX_SECTIONS} are allowed", field="form")


def _parse_tags(text: str, bar_seconds: Fraction | None) -> tuple[Section, ...]:
    """Sections from tags in brackets, with nothing but blanks between them."""
    between = " ".join(_TAG.sub(" ", text).replace(",", " ").split())
    if between:
        raise UsageError(
            f"form: {between[:40]!r} is outside of the brackets; lyrics have their own command", "form"
        )
    tags = [found[1] for found in _TAG.finditer(text)]
    _few_enough(tags)
    return tuple(_parse_tag(tag, bar_seconds) for tag in tags)


def _parse_tag(tag: str, bar_seconds: Fraction | None) -> Section:
    found = _TAGGED.fullmatch(tag.strip())
    if found is None:
        raise UsageError(
            f'form: [{tag[:40]}] is not a section; write "[Verse]", "[Verse 8 bars]" or "[Outro 20s]"',
            field="form",
        )
    name = re.sub(r"[\s_-]+", "", found["name"]).lower()
    length, unit = found["told"] or found["length"], found["of"] or found["unit"] or ""
    if length is None:
        return Section(name, USUAL_BARS.get(name, OTHERWISE_BARS))
    return Section(name, _seconds_in_bars(length, tag, bar_seconds) if unit.startswith("s") else int(length))


def _seconds_in_bars(seconds: str, part: str, bar_seconds: Fraction | None) -> int:
    if bar_seconds is None:
        raise UsageError(
            f"form: {part[:40]!r} is in seconds, and the tempo is not known here; give bars", "form"
        )
    return max(1, round(Fraction(seconds) / bar_seconds))


def parse_length(text: str) -> int:
    """Seconds of a length: "2:30", "2 minutes", "90 s", "2m30s". UsageError else, or outside of what a song
    can be.
    """
    plain = " ".join(text.split()).lower()
    clock = re.fullmatch(r"([0-9]{1,3}):([0-5][0-9])", plain, re.ASCII)
    said = re.fullmatch(
        r"(?:([0-9]{1,3}(?:\.[0-9]{1,2})?) ?m[a-z]*)?,? ?(?:([0-9]{1,4}) ?s[a-z]*)?", plain, re.ASCII
    )
    if clock is not None:
        seconds = 60 * int(clock[1]) + int(clock[2])
    elif said is not None and plain:
        seconds = int(60 * Fraction(said[1] or 0) + int(said[2] or 0))
    else:
        raise UsageError(
            f'length: {text[:40]!r} is not a length; write minutes and seconds, e.g. "2:30" or "2 minutes"',
            field="length",
        )
    if not MIN_LENGTH <= seconds <= MAX_LENGTH:
        raise UsageError(
            f"length: {text[:40]!r} is {seconds} seconds; give {MIN_LENGTH} seconds to "
            f"{MAX_LENGTH // 60} minutes",
            field="length",
        )
    return seconds


def _parse_section(part: str, bar_seconds: Fraction | None) -> Section:
    name, colon, bars = part.partition(":")
    if not colon or not bars:
        raise UsageError(
            f'form: {part[:40]!r} has no number of bars; write name:bars, e.g. "{name[:32]}:8"', field="form"
        )
    found = re.fullmatch(r"([0-9]{1,6})(s?)", bars, re.ASCII)
    if found is None:
        raise UsageError(
            f"form: {bars[:40]!r} in {part[:40]!r} is not a number of bars; "
            f'write for example "{name[:32]}:8"',
            field="form",
        )
    return Section(name, _seconds_in_bars(found[1], part, bar_seconds) if found[2] else int(found[1]))


def form_text(sections: Iterable[Section]) -> str:
    """The text that `parse_form` reads."""
    return " ".join(str(section) for section in sections)


def section_name(text: str) -> str:
    """Any text (a MIDI marker) made into a section name; "section" where nothing is left of it."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", text.strip()).strip("-_")[:32].rstrip("-_")
    return name or "section"
