"""Lyrics of a song whose bars are others now: lines go with their bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stemwright.song.lyric import Line, Lyrics


def rebarred_lyrics(lyrics: Lyrics, sources: Sequence[int | None]) -> Lyrics | None:
    """The lines in the bars of a new song, of each of which the old bar is known; None where no line is left.

    A line whose first bars are gone begins with what is left of it; one that lost a bar, or was parted, is to
    be placed anew. Where bars stand twice, so do lines.
    """
    lines = [line for old in lyrics.lines for line in _again(old, sources)]
    return replace(lyrics, lines=tuple(sorted(lines, key=lambda line: line.bar))) if lines else None


def _again(line: Line, sources: Sequence[int | None]) -> list[Line]:
    """A line wherever its bars stand now."""
    own = range(line.bar, line.bar + line.bars)
    found: list[Line] = []
    bar = 0
    while bar < len(sources):
        source = sources[bar]
        count = 0
        if source in own:
            assert source is not None
            count = 1
            while (
                bar + count < len(sources)
                and source + count in own
                and sources[bar + count] == source + count
            ):
                count += 1
            if source == own[0] or own[0] not in sources:
                whole = count == len(own)
                found.append(replace(line, bar=bar, bars=count, ticks=line.ticks if whole else ()))
        bar += max(1, count)
    return found
