"""Placed lyrics as a text that a person edits and gives back.

    5-6 | 1:Twin- 2:kle, 3:twin- 4:kle, | 1:lit- 2:tle 3:star

Before the first "|" the bars of the line; then its syllables, each after the beat that it begins on; "|" is a
bar line, "-" at the end of a syllable joins it with the next one. "7-8 = Some words" are words that are to
be placed anew. In a syllable "_" is a blank; "\\" before "-", "_", "|" or "\\" makes it the sign itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from stemwright.errors import UsageError
from stemwright.song.lyric import MAX_LINES, Line, Lyrics
from stemwright.song.lyric_text import cleaned, section_name

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState

HEAD = "# stemwright lyrics"
"""What a sheet begins with."""
_LINE = re.compile(r"([0-9]{1,4})(?:\s*-\s*([0-9]{1,4}))?\s*([|=])\s*(.+)")
_SYLLABLE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,4})?):(.+)")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of a sheet. `bar` from 0. `ticks`: of the song; () where it is to be placed anew, and then
    `syllables` is the text as one.
    """

    bar: int
    bars: int
    syllables: tuple[str, ...]
    ticks: tuple[int, ...] = ()


def is_sheet(text: str) -> bool:
    """Whether a text is a sheet and no plain lyrics."""
    return text.lstrip("\ufeff \r\n").startswith(HEAD)


def write_sheet(lyrics: Lyrics, state: GlobalState) -> str:
    """The lines with the beats of their syllables, under headings of their sections."""
    to = f"to {lyrics.layer}" if lyrics.layer else "to the beats"
    out = [
        f"{HEAD}, {to}",
        "# bars | beat:syllable ...   | bar line   - joins a word's syllables   bars = words to place anew",
    ]
    last = None
    for line in lyrics.lines:
        index = state.section_of_bar(line.bar)[0] if line.bar < state.bars else -1
        if index != last and index >= 0:
            out += ["", f"[{state.sections[index].name}]"]
            last = index
        stop = line.bar + line.bars
        bars = f"{line.bar + 1}" if line.bars == 1 else f"{line.bar + 1}-{stop}"
        out.append(f"{bars} | {_placed(line, state)}" if line.ticks else f"{bars} = {line.text}")
    return "\n".join(out) + "\n"


def read_sheet(text: str, state: GlobalState, name: str) -> list[SheetLine]:
    """The lines of a sheet, in order. UsageError (naming `name` and the line) for anything wrong in it."""
    found: list[SheetLine] = []
    after = -1
    for number, line in enumerate(cleaned(text.lstrip("\ufeff"), name), 1):
        if not line or line.startswith("#") or section_name(line) is not None:
            continue
        try:
            read = _read(line, state)
            if found and read.bar < found[-1].bar:
                raise UsageError(f"begins in bar {read.bar + 1}, before the line above it")
            if any(a >= b for a, b in zip((after, *read.ticks), read.ticks, strict=False)):
                raise UsageError("has syllables that are not one after the other")
        except UsageError as error:
            raise UsageError(f"{name}: line {number}: {error.marked}") from None
        after = max((after, *read.ticks))
        found.append(read)
    if not found:
        raise UsageError(f"{name}: has no lines; to take the lyrics out: stemwright lyrics DIR --remove")
    if len(found) > MAX_LINES:
        raise UsageError(f"{name}: has {len(found)} lines; at most {MAX_LINES} are allowed")
    return found


def _placed(line: Line, state: GlobalState) -> str:
    parts: list[str] = []
    bar = line.bar
    for number, (tick, syllable) in enumerate(zip(line.placed(state), line.syllables, strict=True), 1):
        while bar < state.bar_of_tick(tick):
            bar += 1
            parts.append("|")
        parts.append(f"{beat_text(state, tick)}:{_escaped(syllable, number == len(line.syllables))}")
    return " ".join(parts)


def beat_text(state: GlobalState, tick: int) -> str:
    """The beat of a tick in its bar, from 1: "2", "2.5"."""
    bar = state.bar_of_tick(tick)
    beat = 1 + Fraction(tick - state.bar_tick(bar), state.meter_of(bar).ticks_per_beat)
    return f"{float(beat):.3f}".rstrip("0").rstrip(".")


def _escaped(syllable: str, last: bool) -> str:
    ends = last or syllable.endswith(" ")
    text = re.sub(r"([\\_|])", r"\\\1", syllable.strip()).replace(" ", "_")
    if not ends:
        return f"{text}-"
    return f"{text[:-1]}\\-" if text.endswith("-") else text


def _read(line: str, state: GlobalState) -> SheetLine:
    found = _LINE.fullmatch(line)
    if found is None:
        raise UsageError(f"{line[:40]!r} should be bars and syllables, as 5-6 | 1:Twin- 2:kle")
    first, last = int(found[1]), int(found[2] or found[1])
    if not 1 <= first <= last <= state.bars:
        raise UsageError(f"bars {found[1]}-{last} are not in the song; it has bars 1 to {state.bars}")
    if found[3] == "=":
        return SheetLine(first - 1, last - first + 1, (found[4],))
    syllables: list[str] = []
    ticks: list[int] = []
    bar = first - 1
    for word in found[4].split():
        if word.strip("|") == "":
            bar += len(word)
            continue
        tick, syllable = _syllable(word, bar, last - 1, state)
        syllables.append(syllable)
        ticks.append(tick)
    if not syllables:
        raise UsageError("has no syllables; to leave a line out, take it out of the sheet")
    syllables[-1] = syllables[-1].rstrip()
    return SheetLine(first - 1, last - first + 1, tuple(syllables), tuple(ticks))


def _syllable(word: str, bar: int, last: int, state: GlobalState) -> tuple[int, str]:
    found = _SYLLABLE.fullmatch(word)
    if found is None:
        raise UsageError(f"{word[:40]!r} should be a beat and a syllable, as 2.5:kle")
    if bar > last:
        raise UsageError(f"{word[:40]!r} comes after more bar lines than bars {last + 1} allows")
    meter = state.meter_of(bar)
    beat = Fraction(found[1]) - 1
    if not 0 <= beat < meter.n:
        raise UsageError(f"{word[:40]!r}: bar {bar + 1} has beats 1 to {meter.n}")
    tick = min(round(beat * meter.ticks_per_beat), meter.ticks_per_bar - 1)
    return state.bar_tick(bar) + tick, "".join(_signs(found[2]))


def _signs(text: str) -> Iterator[str]:
    """The syllable that a word of a sheet writes, with a blank where its word ends."""
    joined = text.endswith("-") and (len(text) - len(text[:-1].rstrip("\\"))) % 2 == 1
    body = text[:-1] if joined else text
    if not body:
        raise UsageError(f"{text[:40]!r}: has no syllable before its hyphen")
    at = 0
    for found in _ESCAPED.finditer(body):
        yield body[at : found.start()].replace("_", " ")
        yield found[1]
        at = found.end()
    yield body[at:].replace("_", " ")
    if not joined:
        yield " "
