"""Lyrics in MIDI files: lyric events, as MIDI's RP-026 has them, and karaoke files (.kar).

Lyric events are the syllables with the blanks after them; a carriage return ends a line, a line feed a
section. In karaoke files they are text events of a track "Words": "/" begins a line, "\\" a section.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stemwright.song.midi_meta import LYRIC, TEXT, TITLE

if TYPE_CHECKING:
    from stemwright.song.lyric import Line, Lyrics
    from stemwright.song.state import GlobalState

WORDS_TRACK = "Words"
_LANGUAGES = {"en": "ENGL", "de": "GERM", "fr": "FREN", "es": "SPAN", "it": "ITAL", "pt": "PORT"}

Event = tuple[int, int, bytes]
"""(tick, kind of meta event, its data)"""


def lyric_events(lyrics: Lyrics, state: GlobalState) -> Iterator[Event]:
    """A lyric event for each syllable that stands somewhere."""
    for line, new_section in _lines(lyrics, state, after=True):
        for number, (tick, syllable) in enumerate(zip(line.placed(state), line.syllables, strict=False), 1):
            end = "" if number < len(line.syllables) else "\n" if new_section else "\r"
            yield tick, LYRIC, f"{syllable}{end}".encode()


def karaoke_events(lyrics: Lyrics, state: GlobalState, title: str) -> Iterator[Event]:
    """The track "Words" of a karaoke file."""
    yield 0, TITLE, WORDS_TRACK.encode()
    yield 0, TEXT, f"@L{_LANGUAGES.get(lyrics.language, 'ENGL')}".encode()
    yield 0, TEXT, f"@T{title}".encode()
    for line, new_section in _lines(lyrics, state, after=False):
        for number, (tick, syllable) in enumerate(zip(line.placed(state), line.syllables, strict=False)):
            begin = "" if number else "\\" if new_section else "/"
            yield tick, TEXT, f"{begin}{syllable}".encode()


KARAOKE_HEAD = (b"@KMIDI KARAOKE FILE", b"@V0100")
"""Text events that a karaoke file begins with."""


def _lines(lyrics: Lyrics, state: GlobalState, after: bool) -> Iterator[tuple[Line, bool]]:
    """The lines that stand somewhere, and whether a section begins with them, or `after` them."""
    lines = [line for line in lyrics.lines if line.ticks and line.bar < state.bars]
    sections = [state.section_of_bar(line.bar)[0] for line in lines]
    beside = [*sections[1:], -1] if after else [-1, *sections]
    for line, own, other in zip(lines, sections, beside, strict=False):
        yield line, own != other
