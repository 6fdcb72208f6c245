"""Chords of a song as text: "Cmaj7 | ii7 V7 | N.C. | %".

A text is a chart (`chart`): bars, repeats, endings, labels. The chords of a bar, symbols or Roman numerals of
the song's key, share its beats evenly, the first ones longer where that does not go up: three chords in 4/4
have 2, 1 and 1. A text of fewer bars than the song starts over until the song ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import TypeVar

from stemwright.errors import UsageError
from stemwright.song.chart import Word, read_chart, wrong
from stemwright.song.harmony import Chord, Key, chord_text, parse_chord
from stemwright.song.roman import is_roman, parse_roman
from stemwright.song.spelling import Spelling, chart_spelling
from stemwright.song.state import GlobalState

_SAME_BAR = "%"
_JUMP = re.compile(r"D\.?[CS]\.|<.*|Fine|Segno|Coda", re.IGNORECASE)

_Item = TypeVar("_Item")
Beats = tuple[Chord | None, ...]


def parse_progression(text: str, state: GlobalState, bars: range | None = None) -> Beats:
    """One chord per beat of some bars (from 0; default: the whole song) in the state's key and their meters.

    UsageError names the bar and the symbol, and where in the text it stands; also for an empty text and for
    one of more bars than there are.
    """
    wanted = range(state.bars) if bars is None else bars
    chart = read_chart(text).bars
    spelling = _spelling(chart)
    known: dict[str, Chord | None] = {}
    found: list[Chord | None] = []
    for number in range(max(len(chart), len(wanted))):
        beats = state.meter_of(wanted.start + number).beats_per_bar
        found += _bar(chart[number % len(chart)], beats, state.key, spelling, known)
    if len(chart) > len(wanted):
        raise UsageError(
            f"chords: {len(chart)} bars are given for {len(wanted)}; write fewer or make the form longer",
            field="chords",
        )
    return tuple(found)


def spelling_remarks(text: str) -> list[str]:
    """How the roots of a text were read where they are German or small."""
    return _spelling(read_chart(text).bars).remarks


def named_chords(text: str) -> list[Chord]:
    """The chords that a text names by their roots, in order, each as often as it is written; what is
    something else, or nothing, is left out. UsageError where it is no chart.
    """
    bars = read_chart(text).bars
    spelled = _spelling(bars).known
    out = []
    for word in {word.at: spelled.get(word.text, word.text) for bar in bars for word in bar}.values():
        with suppress(UsageError):
            chord = None if is_roman(word) else parse_chord(word)
            out += [] if chord is None else [chord]
    return out


def progression_text(state: GlobalState, bars: range | None = None) -> str:
    """The text that `parse_progression` reads as the chords of a state, or of some bars (from 0), in its
    plainest form; "" while they are not decided.
    """
    found = [state.chords_of(bar) for bar in bars or range(state.bars) if state.chords]
    out: list[str] = []
    for number, bar in enumerate(found):
        out.append(_SAME_BAR if number and bar == found[number - 1] else _bar_text(bar))
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


def _spelling(bars: Sequence[tuple[Word, ...]]) -> Spelling:
    return chart_spelling({word.text for bar in bars for word in bar if not is_roman(word.text)})


def _bar(
    words: Sequence[Word], beats: int, key: Key, spelling: Spelling, known: dict[str, Chord | None]
) -> Beats:
    """The chord of every beat of a bar. `known`: words that were read already."""
    for word in words:
        if word.text not in known:
            known[word.text] = _chord(word, spelling, key)
    if len(words) > beats:
        raise _wrong(words[beats], f"is chord {beats + 1} of a bar of {beats} beats; write at most {beats}")
    return tuple(_spread([known[word.text] for word in words], beats))


def _spread(items: Sequence[_Item], beats: int) -> Iterator[_Item]:
    """Items over beats, evenly: item i begins at the first beat that is not before i / count of the bar."""
    for beat in range(beats):
        yield items[beat * len(items) // beats]


def _chord(word: Word, spelling: Spelling, key: Key) -> Chord | None:
    text = spelling.known.get(word.text, word.text)
    if _JUMP.fullmatch(word.text):
        raise _wrong(word, "is a jump, which is not followed; write the bars out")
    if text in spelling.doubts:
        raise _wrong(word, f"is not a chord as it stands; {spelling.doubts[text]}")
    try:
        return parse_roman(text, key) if is_roman(text) else parse_chord(text)
    except UsageError as error:
        _, _, problem = str(error).partition(" is ")
        raise _wrong(word, f"is {problem}") from None


def _wrong(word: Word, problem: str) -> UsageError:
    return wrong(word.bar, word.text, word.at, problem)
