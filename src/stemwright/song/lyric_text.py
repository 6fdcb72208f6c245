"""Plain lyrics: lines under headings, [Verse], or apart by blank lines; and the sections that they are of."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from stemwright.errors import UsageError
from stemwright.song.lyric import JOINERS, MAX_LINES, Lyrics, check_text

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState

_BRACKETS = re.compile(r"\[([^\]\n]{1,60})\]")
_WORDS = re.compile(
    r"(verse|chorus|refrain|hook|bridge|pre-?chorus|post-?chorus|intro|outro|coda|interlude|solo|tag|part)"
    r"\s*[0-9IVXivx]{0,4}\s*:",
    re.IGNORECASE,
)
_AGAIN = ("chorus", "refrain", "hook", "prechorus", "postchorus", "tag")
"""Parts that return with the same words."""
_ALIKE = {
    "refrain": "chorus",
    "hook": "chorus",
    "chorus": "refrain",
    "coda": "outro",
    "middleeight": "bridge",
}
_PLAYED = (
    "intro",
    "outro",
    "solo",
    "instrumental",
    "interlude",
    "break",
    "fill",
    "vamp",
    "drop",
    "coda",
    "end",
)
"""Sections that nobody sings in, unless they are asked for."""


@dataclass(frozen=True, slots=True)
class Verse:
    """A line of text and where it may be sung: ticks from `low` to before `high`, if it can be from `start`
    on. `words`: where words are said to begin: (sign of the text, tick).
    """

    text: str
    low: int
    high: int
    start: int
    words: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Block:
    """Lines under one heading, or between blank lines. `at`: its line in the file."""

    name: str
    at: int
    lines: list[str]


def cleaned(text: str, name: str) -> list[str]:
    """The lines of a file, composed (NFC), single blanks, without signs that have no width. UsageError
    (naming `name`) for what is no text.
    """
    if re.search(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]", text):
        raise UsageError(f"{name}: is no text; give lyrics as plain text (UTF-8)")
    lines = re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", unicodedata.normalize("NFC", text))
    kept = (
        "".join(sign for sign in line if sign.isprintable() or sign in JOINERS or sign.isspace())
        for line in lines
    )
    return [" ".join(line.split()) for line in kept]


def read_text(text: str, state: GlobalState, name: str) -> tuple[list[Verse], list[str]]:
    """The lines in the order of the song, and remarks. UsageError where the text has no lines, or parts that
    the song has not.
    """
    lines = cleaned(text.lstrip("\ufeff"), name)
    blocks = _blocks(lines, name)
    if not any(block.lines for block in blocks):
        raise UsageError(f"{name}: has no lines to sing; write lines of text, [Verse] or [Chorus] above them")
    shares = _headed(blocks, state, name) if any(block.name for block in blocks) else _unheaded(blocks, state)
    edges = list(accumulate((section.bars for section in state.sections), initial=0))
    verses: list[Verse] = []
    for index in sorted(shares):
        verses += spread(shares[index], state, edges[index], edges[index + 1])
    if len(verses) > MAX_LINES:
        raise UsageError(f"{name}: has {len(verses)} lines as it is sung; at most {MAX_LINES} are allowed")
    silent = [
        section.name
        for index, section in enumerate(state.sections)
        if index not in shares and is_sung(section.name)
    ]
    told = ", ".join(f"{part} ({count})" if count > 1 else part for part, count in Counter(silent).items())
    return verses, [f"without words: {told}"] if silent else []


def spread(lines: Sequence[str], state: GlobalState, first: int, stop: int) -> list[Verse]:
    """Lines evenly over bars `first` to before `stop` (from 0)."""
    low, high = state.bar_tick(first), state.bar_tick(stop)
    count, bars = len(lines), stop - first
    if count <= bars:
        starts = [state.bar_tick(first + number * bars // count) for number in range(count)]
    else:
        starts = [low + number * (high - low) // count for number in range(count)]
    return [Verse(line, low, high, start) for line, start in zip(lines, starts, strict=True)]


def write_text(lyrics: Lyrics, state: GlobalState) -> str:
    """The lines under headings of the sections that they begin in."""
    out: list[str] = []
    last = None
    for line in lyrics.lines:
        index = state.section_of_bar(line.bar)[0] if line.bar < state.bars else -1
        if index != last:
            heading = f"[{state.sections[index].name}]" if index >= 0 else "[beyond the song]"
            out += ([""] if out else []) + [heading]
            last = index
        out.append(line.text)
    return "\n".join(out) + "\n"


def is_sung(section: str) -> bool:
    """Whether a section of that name usually has words."""
    return _plain(section) not in _PLAYED


def returns(section: str) -> bool:
    """Whether a section of that name has the same words whenever it comes."""
    return _plain(section) in _AGAIN


def section_name(text: str) -> str | None:
    """The name of a part where a line is a heading, "" where that is odd; None for a line that is sung."""
    found = _BRACKETS.fullmatch(text) or _WORDS.fullmatch(text)
    return _plain(found[1]) if found is not None else None


def _plain(name: str) -> str:
    """A part's name without numbers and what follows a colon: "Verse 2: all" is a verse."""
    word = name.partition(":")[0].lower()
    word = re.sub(r"\b[ivx]{1,4}$", "", word.strip())
    return re.sub(r"[^a-z]", "", word)


def _blocks(lines: Sequence[str], name: str) -> list[_Block]:
    blocks: list[_Block] = []
    new = True
    headed = False
    for number, line in enumerate(lines, 1):
        if not line:
            new = not headed
            continue
        heading = section_name(line)
        if heading is not None:
            if blocks and not headed:
                raise UsageError(
                    f"{name}: line {blocks[0].at} stands before the first heading; "
                    "put one above it, or leave all headings out"
                )
            blocks.append(_Block(heading or "part", number, []))
            new, headed = False, True
            continue
        try:
            check_text(line)
        except UsageError as error:
            raise UsageError(f"{name}: line {number}: {error.marked}") from None
        if new:
            blocks.append(_Block("", number, []))
            new = False
        blocks[-1].lines.append(line)
    return blocks


def _headed(blocks: Sequence[_Block], state: GlobalState, name: str) -> dict[int, list[str]]:
    """Lines by section: the second [Verse] is the song's second verse; choruses return with their words."""
    places: dict[str, list[int]] = {}
    for index, section in enumerate(state.sections):
        places.setdefault(_plain(section.name), []).append(index)
    found: dict[str, list[list[str]]] = {}
    for block in blocks:
        part = block.name if block.name in places else _ALIKE.get(block.name, block.name)
        if part not in places:
            if not block.lines:
                continue  # [Solo], which the song may not have: nobody sings there
            names = ", ".join(dict.fromkeys(section.name for section in state.sections))
            raise UsageError(
                f"{name}: line {block.at}, [{block.name}]: the song has no such section; it has {names}"
            )
        told = found.setdefault(part, [])
        told.append(block.lines or (told[-1] if told else []))
        if len(told) > len(places[part]):
            raise UsageError(
                f"{name}: line {block.at}, [{block.name}]: comes {len(told)} times, and the song has "
                f"{len(places[part])} of it; take some out"
            )
    shares: dict[int, list[str]] = {}
    for part, told in found.items():
        while part in _AGAIN and len(told) < len(places[part]):
            told.append(told[-1])
        shares |= {index: lines for index, lines in zip(places[part], told, strict=False) if lines}
    return shares


def _unheaded(blocks: Sequence[_Block], state: GlobalState) -> dict[int, list[str]]:
    """Lines by section: a block each, more where there are more; one block alone over all sections."""
    sung = [n for n, section in enumerate(state.sections) if is_sung(section.name)]
    sung = sung or list(range(len(state.sections)))
    if len(blocks) == 1 and len(blocks[0].lines) > 1 and len(sung) > 1:
        return _over(blocks[0].lines, sung, state)
    shares: dict[int, list[str]] = {}
    for number, block in enumerate(blocks):
        at = number if len(blocks) <= len(sung) else number * len(sung) // len(blocks)
        shares.setdefault(sung[at], []).extend(block.lines)
    return shares


def _over(lines: Sequence[str], sung: Sequence[int], state: GlobalState) -> dict[int, list[str]]:
    total = sum(state.sections[index].bars for index in sung)
    shares: dict[int, list[str]] = {}
    done = bars = 0
    for index in sung:
        bars += state.sections[index].bars
        stop = len(lines) * bars // total
        if stop > done:
            shares[index] = list(lines[done:stop])
        done = stop
    return shares
