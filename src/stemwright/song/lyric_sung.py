"""Syllables as notation, MIDI and karaoke want them: where each is, and its place in its word."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from stemwright.song.lyric import Line, Lyrics

if TYPE_CHECKING:
    from stemwright.song.score import Note
    from stemwright.song.state import GlobalState

SINGLE, BEGIN, MIDDLE, END = "single", "begin", "middle", "end"
"""A syllable's place in its word, by MusicXML's names."""
ELISION = "\u203f"
"""The tie between syllables that one note carries."""
SIGNS = (
    "\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
)
"""Of a regular expression: kana, Han and Hangul, whose signs are syllables and take no hyphens."""
_SIGN = re.compile(f"[{SIGNS}]")


@dataclass(frozen=True, slots=True)
class Syllable:
    """A syllable: its tick from the song's beginning, its text without blanks around it, its place in its
    word, and of which line (from 0) it is.
    """

    tick: int
    text: str
    kind: str
    line: int


def syllables(lyrics: Lyrics, state: GlobalState) -> list[Syllable]:
    """All syllables that stand somewhere in the song, in order."""
    found: list[Syllable] = []
    for number, line in enumerate(lyrics.lines):
        if line.bar < state.bars:
            places = zip(line.placed(state), line.syllables, kinds(line), strict=False)
            found += [Syllable(tick, text.strip(), kind, number) for tick, text, kind in places]
    return found


def on_notes(lyrics: Lyrics, state: GlobalState, notes: Sequence[Note]) -> list[tuple[int, str, str]]:
    """(onset, text, place in its word) for each onset of `notes` (in order) that syllables begin on; those
    within a note are tied to the one that it begins with (`ELISION`); one where nothing sounds goes with the
    note before it.

    This is what a score's `lyric` elements are made of: at most one for an onset.
    """
    onsets = sorted({note.onset for note in notes})
    if not onsets:
        return []
    by_note = groupby(
        syllables(lyrics, state), lambda syllable: max(bisect_right(onsets, syllable.tick) - 1, 0)
    )
    found = []
    for at, group in by_note:
        sung = list(group)
        opens = sung[-1].kind in (BEGIN, MIDDLE)
        goes_on = sung[0].kind in (MIDDLE, END)
        kind = (MIDDLE if goes_on else BEGIN) if opens else (END if goes_on else SINGLE)
        found.append((onsets[at], ELISION.join(each.text for each in sung), kind))
    return found


def kinds(line: Line) -> Iterator[str]:
    """The place of each syllable of a line in its word. A hyphen of the text's own ends a word."""
    within = False
    for text, following in zip(line.syllables, (*line.syllables[1:], " "), strict=True):
        ends = text[-1] in " -\u2010\u2011" or following == " " or bool(_SIGN.match(following))
        ends = ends or bool(_SIGN.search(text))
        yield (END if within else SINGLE) if ends else (MIDDLE if within else BEGIN)
        within = not ends
