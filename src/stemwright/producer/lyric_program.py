"""What a program is asked that drafts lyrics, and how its answers are checked: docs/lyrics.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stemwright.errors import StemwrightError, UsageError, few
from stemwright.song.lyric import check_text
from stemwright.song.state import bpm_text
from stemwright.words.syllables import language_of_lines, syllables

if TYPE_CHECKING:
    from stemwright.song.document import Song
    from stemwright.words.drafting import Part
    from stemwright.words.program import Program

VERSION = 1
ROUNDS = 3
"""Times that a program is asked, before its lines are taken as they are."""
_NEAR = 2
"""Syllables that a line may have more or fewer than asked for."""


def by_program(
    program: Program, song: Song, theme: str, seed: int, parts: Sequence[Part]
) -> tuple[list[list[str]], list[str]]:
    """The lines that a program writes for each part, and what to say of them. StemwrightError for answers
    that are none.
    """
    shapes = [shape for part in parts for shape in part.lines]
    question: dict[str, Any] = _request(song, theme, seed, parts)
    lines: list[str] = []
    off: list[dict[str, Any]] = []
    for _ in range(ROUNDS):
        lines = _lines(program.ask(question), len(shapes), program.name)
        language = language_of_lines(lines)
        off = []
        for number, (line, shape) in enumerate(zip(lines, shapes, strict=True), 1):
            count = len(syllables(line, language).parts)
            if abs(count - shape.count) > _NEAR:
                off.append({"number": number, "text": line, "syllables": count, "wanted": shape.count})
        if not off:
            break
        question = {"type": "again", "lines": off}
    remarks = [
        f"{program.name}: line {each['number']} has {each['syllables']} syllables, "
        f"{each['wanted']} were asked for"
        for each in off
    ]
    return _by_part(lines, parts), few(remarks, "more lines")


def _by_part(lines: Sequence[str], parts: Sequence[Part]) -> list[list[str]]:
    found = []
    at = 0
    for part in parts:
        found.append(list(lines[at : at + len(part.lines)]))
        at += len(part.lines)
    return found


def _request(song: Song, theme: str, seed: int, parts: Sequence[Part]) -> dict[str, Any]:
    state = song.state
    sections = []
    number = 0
    for part in parts:
        lines = []
        for shape in part.lines:
            number += 1
            asked = {"number": number, "syllables": shape.count, "stress": shape.stress}
            lines.append({**asked, "rhyme": shape.rhyme})
        sections.append({"name": part.name, "returns": part.chorus, "lines": lines})
    about = {"title": song.title, "key": str(state.key), "bpm": bpm_text(state.bpm), "style": state.style}
    head = {"type": "draft", "version": VERSION, "theme": theme, "seed": seed}
    return {**head, "song": about, "form": state.form, "sections": sections}


def _lines(answer: dict[str, Any], count: int, name: str) -> list[str]:
    lines = answer.get("lines")
    if not isinstance(lines, list) or len(lines) != count:
        has = f"has {len(lines)} of {count} lines" if isinstance(lines, list) else 'has no "lines"'
        raise StemwrightError(f'{name}: its answer {has}; it should be {{"lines": ["...", ...]}}')
    found = []
    for number, line in enumerate(lines, 1):
        text = " ".join(line.split()) if isinstance(line, str) else ""
        try:
            check_text(text)
        except UsageError as error:
            raise StemwrightError(f"{name}: line {number} of its answer: {error.marked}") from None
        found.append(text)
    return found
