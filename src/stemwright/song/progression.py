"""Chords of a song as text: "Cmaj7 | ii7 V7 | N.C. | %".

Bars stand between `|` or on lines of their own (`||` is one bar line); a line at either end may be left out.
The chords of a bar, symbols or Roman numerals of the song's key, share its beats evenly, the first ones
longer where that does not go up: three chords in 4/4 have 2, 1 and 1. `/` and `%` among chords stand for the
chord before, a bar of nothing or `%` alone for the bar before, `N.C.` for silence. `x3` after a bar line
plays the bars since the last `||`, `x` or the beginning three times. A text of fewer bars than the song
starts over until the song ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from stemwright.errors import UsageError
from stemwright.song.harmony import Chord, Key, chord_text, parse_chord
from stemwright.song.roman import is_roman, parse_roman
from stemwright.song.state import MAX_BARS, GlobalState

MAX_TEXT = 100_000
_CELL = re.compile(r"(\|\||[|\n])|([^|\n]+)")
_TIMES = re.compile(r"[x×]([0-9]{1,3})", re.ASCII)
_WORD = re.compile(r"\S+")
_SAME_BAR = "%"
_SAME = ("/", "%")

_Item = TypeVar("_Item")
Beats = tuple[Chord | None, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    """A symbol and its place in the text, from 1."""

    text: str
    at: int


def parse_progression(text: str, state: GlobalState, bars: int | None = None) -> Beats:
    """One chord per beat of `bars` bars (default: the whole song) in the state's key and meter.

    UsageError names the bar and the symbol, and where in the text it stands; also for an empty text and for
    one of more bars than there are.
    """
    wanted = state.bars if bars is None else bars
    found = parse_bars(text, state)
    if len(found) > wanted:
        raise UsageError(
            f"chords: {len(found)} bars are given for {wanted}; write fewer or make the form longer"
        )
    return tuple(chord for bar in range(wanted) for chord in found[bar % len(found)])


def parse_bars(text: str, state: GlobalState) -> list[Beats]:
    """The chords of every beat of the bars that a text has, in the state's key and meter; UsageError as of
    `parse_progression`.
    """
    if len(text) > MAX_TEXT:
        raise UsageError(f"chords: the text has {len(text)} characters, at most {MAX_TEXT} are allowed")
    found: list[Beats] = []
    mark = 0
    for words in _cells(text):
        if words is None:
            mark = len(found)
            continue
        times = _TIMES.fullmatch(words[0].text) if len(words) == 1 else None
        if times is None:
            found.append(_bar(words, state, found))
        else:
            found += _again(found[mark:], int(times[1]), words[0])
            mark = len(found)
        if len(found) > MAX_BARS:
            raise UsageError(f"chords: the text has over {MAX_BARS} bars; write fewer")
    if not found:
        raise UsageError('chords: the text is empty; write bars between |, e.g. "C | Am | F | G7"')
    return found


def named_chords(text: str) -> list[Chord]:
    """The chords that a text names by their roots, in order; what is something else, or nothing, is left
    out.
    """
    words = [word.text for words in _cells(text[:MAX_TEXT]) for word in words or ()]
    out = []
    for word in words:
        with suppress(UsageError):
            chord = None if word in _SAME or is_roman(word) else parse_chord(word)
            out += [] if chord is None else [chord]
    return out


def progression_text(chords: Sequence[Chord | None], beats_per_bar: int) -> str:
    """The text that `parse_progression` reads as these chords (one per beat), in its plainest form."""
    bars = [tuple(chords[at : at + beats_per_bar]) for at in range(0, len(chords), beats_per_bar)]
    out: list[str] = []
    for number, bar in enumerate(bars):
        out.append(_SAME_BAR if number and bar == bars[number - 1] else _bar_text(bar))
    return " | ".join(out)


def _bar_text(bar: Beats) -> str:
    """One bar: each chord once where sharing evenly gives its beats, else beat by beat."""
    runs = [chord_text(chord) for chord, _ in groupby(bar)]
    if [chord_text(chord) for chord in bar] == list(_spread(runs, len(bar))):
        return " ".join(runs)
    out: list[str] = []
    for beat, chord in enumerate(bar):
        out.append("/" if beat and chord == bar[beat - 1] else chord_text(chord))
    return " ".join(out)


def _cells(text: str) -> Iterator[list[_Word] | None]:
    """The words of every bar; None for a double bar line. Empty bars at the ends of a line are no bars."""
    open_cell: list[_Word] | None = None
    blank = False  # whether the cell that is open is blank so far
    begun = False  # whether a bar line of this line was seen, and any chord before
    seen = False
    for found in _CELL.finditer(text):
        line, cell = found[1], found[2]
        if cell is not None:
            words = [_Word(word[0], found.start() + word.start() + 1) for word in _WORD.finditer(cell)]
            open_cell, blank = words or None, not words
            seen = seen or bool(words)
            continue
        if open_cell is not None:
            yield open_cell
        elif blank and begun and line != "\n":
            yield [_Word(_SAME_BAR, found.start() + 1)]
        if line == "||":
            yield None
        open_cell, blank, begun = None, False, seen and line != "\n"
    if open_cell is not None:
        yield open_cell


def _bar(words: list[_Word], state: GlobalState, before: list[Beats]) -> Beats:
    """The chord of every beat of the next bar."""
    number, beats = len(before) + 1, state.meter.beats_per_bar
    if [word.text for word in words] == [_SAME_BAR]:
        if not before:
            raise _wrong(number, words[0], "there is no bar before it to repeat; write a chord")
        return before[-1]
    if len(words) > beats:
        raise _wrong(
            number, words[beats], f"is chord {beats + 1} of a bar of {beats} beats; write at most {beats}"
        )
    chords: list[Chord | None] = []
    for word in words:
        if word.text in _SAME:
            if not chords and not before:
                raise _wrong(number, word, "there is no chord before it; write a chord")
            chords.append(chords[-1] if chords else before[-1][-1])
        else:
            chords.append(_chord(word, number, state.key))
    return tuple(_spread(chords, beats))


def _spread(items: Sequence[_Item], beats: int) -> Iterator[_Item]:
    """Items over beats, evenly: item i begins at the first beat that is not before i / count of the bar."""
    for beat in range(beats):
        yield items[beat * len(items) // beats]


def _chord(word: _Word, bar: int, key: Key) -> Chord | None:
    try:
        return parse_roman(word.text, key) if is_roman(word.text) else parse_chord(word.text)
    except UsageError as error:
        _, _, problem = str(error).partition(" is ")
        raise _wrong(bar, word, f"is {problem}") from None


def _again(bars: list[Beats], times: int, word: _Word) -> list[Beats]:
    """What `x<times>` adds to bars that stand there once."""
    if not bars or times < 1:
        raise UsageError(f"chords: {word.text!r} (character {word.at}): has no bars before it to repeat")
    return bars * (min(times, MAX_BARS) - 1)


def _wrong(bar: int, word: _Word, problem: str) -> UsageError:
    return UsageError(f"chords: bar {bar}, {word.text[:40]!r} (character {word.at}): {problem}")
