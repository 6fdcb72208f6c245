"""The form of a song: sections, each a name and a number of bars."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from stemwright.errors import UsageError

MAX_SECTION_BARS = 999
MAX_SECTIONS = 200
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


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


def parse_form(text: str) -> tuple[Section, ...]:
    """Sections from "intro:4 verse:8" (blanks or commas between). UsageError names the part that is wrong."""
    parts = text.replace(",", " ").split()
    if not parts:
        raise UsageError('form: is empty; write sections as name:bars, e.g. "intro:4 verse:8"', field="form")
    if len(parts) > MAX_SECTIONS:
        raise UsageError(f"form: has {len(parts)} sections; at most {MAX_SECTIONS} are allowed", field="form")
    return tuple(_parse_section(part) for part in parts)


def _parse_section(part: str) -> Section:
    name, colon, bars = part.partition(":")
    if not colon or not bars:
        raise UsageError(
            f'form: {part[:40]!r} has no number of bars; write name:bars, e.g. "{name[:32]}:8"', field="form"
        )
    if not re.fullmatch(r"[0-9]{1,6}", bars, re.ASCII):
        raise UsageError(
            f"form: {bars[:40]!r} in {part[:40]!r} is not a number of bars; "
            f'write for example "{name[:32]}:8"',
            field="form",
        )
    return Section(name, int(bars))


def form_text(sections: Iterable[Section]) -> str:
    """The text that `parse_form` reads."""
    return " ".join(str(section) for section in sections)


def section_name(text: str) -> str:
    """Any text (a MIDI marker) made into a section name; "section" where nothing is left of it."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", text.strip()).strip("-_")[:32].rstrip("-_")
    return name or "section"
