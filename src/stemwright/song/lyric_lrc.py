"""LRC, lyrics with times: "[01:02.50]a line"; enhanced, with times of words: "<01:02.50>a <01:03>line"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from stemwright.errors import UsageError
from stemwright.song.lyric import MAX_LINES, Lyrics, check_text
from stemwright.song.lyric_spots import SHORTEST
from stemwright.song.lyric_text import Verse, cleaned, section_name
from stemwright.song.timebase import FRAME_RATE

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState

_STAMP = r"([0-9]{1,3}):([0-5]?[0-9])(?:[.:]([0-9]{1,3}))?"
_TAG = re.compile(rf"\[{_STAMP}\]\s*")
_WORD = re.compile(rf"<{_STAMP}>")
_ABOUT = re.compile(r"\[\s*(#|[A-Za-z]+)\s*:([^\]]*)\]\s*")
_BROKEN = re.compile(r"[\[<]\s*[0-9]+\s*:[^\]>\s]*[\]>]?")
_OFFSET = re.compile(r"[+-]?[0-9]{1,7}")
_GRID = 12  # ticks that times are put to, an eighth of a quarter note
_LONGEST_BARS = 8  # of a line that nothing follows
_PAUSE = 4  # seconds without a syllable after which a file says that a line has ended


@dataclass(frozen=True, slots=True)
class _Stamped:
    """A line of a file. `at`, and of `words`, seconds; `words`: (sign of the text, seconds)."""

    at: Fraction
    text: str
    words: tuple[tuple[int, Fraction], ...]
    number: int


def is_lrc(text: str, name: str) -> bool:
    """Whether a text is LRC, by its file's name or by a line that begins with a time."""
    return (
        name.lower().endswith(".lrc")
        or re.search(rf"^\ufeff?\s*\[{_STAMP}\]", text, re.MULTILINE) is not None
    )


def read_lrc(text: str, state: GlobalState, name: str) -> list[Verse]:
    """The lines with the bars that their times lie in. UsageError for broken times, and such that lie beyond
    the song.
    """
    stamped = _stamped(cleaned(text.lstrip("\ufeff"), name), name)
    if not any(each.text for each in stamped):
        raise UsageError(f"{name}: has no line with a time, as [00:12.50]words")
    if len(stamped) > MAX_LINES:
        raise UsageError(f"{name}: has {len(stamped)} times; at most {MAX_LINES} are allowed")
    ticks = [_tick(each.at, each, state, name) for each in stamped]
    ends = [*ticks[1:], state.total_ticks]
    return [
        _verse(each, tick, end, state, name)
        for each, tick, end in zip(stamped, ticks, ends, strict=True)
        if each.text
    ]


def write_lrc(lyrics: Lyrics, state: GlobalState, title: str, words: bool) -> str:
    """The file; with `words`, the time of each word, too. Lines that stand nowhere are left out."""
    out = [
        f"[ti:{title.replace(']', ')')}]",
        f"[length:{_stamp(state.total_ticks, state)}]",
    ]
    lines = [(line, line.placed(state)) for line in lyrics.lines if line.ticks and line.bar < state.bars]
    for number, (line, ticks) in enumerate(lines):
        text = line.text
        if words:
            begins = ("", *line.syllables)
            text = "".join(
                (f"<{_stamp(tick, state)}>" if not before or before.endswith(" ") else "") + syllable
                for tick, before, syllable in zip(ticks, begins, line.syllables, strict=False)
            )
        out.append(f"[{_stamp(ticks[0], state)}]{text}")
        after = lines[number + 1][1][0] if number + 1 < len(lines) else state.total_ticks
        if state.timebase.tick_seconds(after, ticks[-1]) > _PAUSE:
            bar = state.bar_of_tick(ticks[-1]) + 1
            out.append(f"[{_stamp(min(state.bar_tick(bar), after), state)}]")
    return "\n".join(out) + "\n"


def _stamped(lines: Sequence[str], name: str) -> list[_Stamped]:
    found: list[_Stamped] = []
    offset = Fraction(0)
    for number, line in enumerate(lines, 1):
        times: list[Fraction] = []
        rest = line
        while (tag := _TAG.match(rest)) or (about := _ABOUT.match(rest)):
            if tag is not None:
                times.append(_seconds(tag))
                rest = rest[tag.end() :]
                continue
            assert about is not None
            if about[1].lower() == "offset":
                offset = _offset(about[2].strip(), number, name)
            rest = rest[about.end() :]
        text, words = _words(rest)
        broken = _BROKEN.search(text) if not text or text[0] in "[<" else None
        if broken is not None or (rest and not times and section_name(rest) is None):
            raise UsageError(
                f"{name}: line {number}, {line[:40]!r}: should begin with a time, as [01:02.50]; mend it"
            )
        if text and times:
            try:
                check_text(text)
            except UsageError as error:
                raise UsageError(f"{name}: line {number}: {error.marked}") from None
        found += [_Stamped(time, text, words if len(times) == 1 else (), number) for time in times]
    moved = [
        _Stamped(
            max(each.at - offset, Fraction(0)),
            each.text,
            tuple((sign, max(at - offset, Fraction(0))) for sign, at in each.words),
            each.number,
        )
        for each in found
    ]
    return sorted(moved, key=lambda each: each.at)


def _words(rest: str) -> tuple[str, tuple[tuple[int, Fraction], ...]]:
    """The text without its words' times, and these."""
    tags = list(_WORD.finditer(rest))
    text = rest[: tags[0].start()].lstrip() if tags else rest
    words: dict[int, Fraction] = {}
    for tag, stop in zip(tags, (*(tag.start() for tag in tags[1:]), len(rest)), strict=False):
        chunk = rest[tag.end() : stop]
        if text and chunk.startswith(" ") and not text.endswith(" "):
            text += " "
        words.setdefault(len(text), _seconds(tag))
        text += chunk if text and not text.endswith(" ") else chunk.lstrip()
    text = text.rstrip()
    return text, tuple((sign, time) for sign, time in words.items() if sign < len(text))


def _seconds(tag: re.Match[str]) -> Fraction:
    part = Fraction(int(tag[3]), 10 ** len(tag[3])) if tag[3] else Fraction(0)
    return 60 * int(tag[1]) + int(tag[2]) + part


def _offset(text: str, number: int, name: str) -> Fraction:
    """Seconds that times are to come earlier."""
    if not _OFFSET.fullmatch(text):
        raise UsageError(f"{name}: line {number}: offset {text[:20]!r} is no number of milliseconds; mend it")
    return Fraction(int(text), 1000)


def _tick(seconds: Fraction, line: _Stamped, state: GlobalState, name: str) -> int:
    """The tick of a time, put to the grid. UsageError where a line would begin after the song."""
    exact = state.timebase.frame_tick(seconds * FRAME_RATE)
    tick = round(exact / _GRID) * _GRID
    if tick < state.total_ticks:
        return tick
    if not line.text:
        return state.total_ticks
    total = _clock(Fraction(state.frames, FRAME_RATE))
    raise UsageError(
        f"{name}: line {line.number}: {_clock(seconds)} is after the end of the song, which lasts {total}"
    )


def _verse(line: _Stamped, tick: int, end: int, state: GlobalState, name: str) -> Verse:
    """A line and where it may be sung; a note may come a little before its time."""
    bar = state.bar_of_tick(tick)
    longest = state.bar_tick(min(bar + _LONGEST_BARS, state.bars))
    low = max(tick - SHORTEST, 0)
    high = max(min(end - SHORTEST, longest) if end < state.total_ticks else longest, tick + 1)
    words = [(sign, _tick(at, line, state, name)) for sign, at in line.words]
    return Verse(line.text, low, high, tick, tuple(words))


def _stamp(tick: int, state: GlobalState) -> str:
    return _clock(Fraction(state.timebase.tick_frame(tick)) / FRAME_RATE)


def _clock(seconds: Fraction) -> str:
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}"
