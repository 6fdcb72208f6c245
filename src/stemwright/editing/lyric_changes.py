"""Which lines of the lyrics are new, gone, of other words or sung elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stemwright.song.lyric import Line, Lyrics

NEW, GONE, WORDS, MOVED, SUNG = "new", "gone", "words", "moved", "sung"
"""How a line differs: it is new or gone; its words do; its bars do; its syllables stand at other ticks."""


@dataclass(frozen=True, slots=True)
class LyricChange:
    """A line before and after, None where it is new or gone; `how`: one of `NEW` to `SUNG`."""

    before: Line | None
    after: Line | None

    @property
    def how(self) -> str:
        """The most that differs."""
        if self.before is None or self.after is None:
            return NEW if self.before is None else GONE
        if self.before.text != self.after.text:
            return WORDS
        return SUNG if _place(self.before) == _place(self.after) else MOVED

    def to_json(self) -> dict[str, Any]:
        """Plain values, bars counted from 1."""
        return {"how": self.how, "before": _told(self.before), "after": _told(self.after)}


def compare(before: Lyrics | None, after: Lyrics | None) -> tuple[LyricChange, ...]:
    """The lines that are not the same, in their order; lines are matched by their words."""
    old, new = (() if lyrics is None else lyrics.lines for lyrics in (before, after))
    return tuple(LyricChange(a, b) for a, b in _pairs(old, new) if a != b)


def _pairs(old: Sequence[Line], new: Sequence[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    matcher = SequenceMatcher(None, [line.text for line in old], [line.text for line in new], autojunk=False)
    for _, a, a_end, b, b_end in matcher.get_opcodes():
        yield from zip_longest(old[a:a_end], new[b:b_end])


def _place(line: Line) -> tuple[int, int]:
    return line.bar, line.bars


def _told(line: Line | None) -> dict[str, Any] | None:
    return None if line is None else {"bar": line.bar + 1, "bars": line.bars, "text": line.text}
