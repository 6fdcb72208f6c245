"""Lines of lyrics go with their bars."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stemwright.song.lyric import Line, Lyrics
from stemwright.song.lyric_bars import rebarred_lyrics


def line(bar: int, bars: int = 2, text: str = "la ") -> Line:
    return Line(bar, bars, (text, "li"), "10", (0, 96), by_hand=True)


def bars(lyrics: Lyrics | None) -> list[tuple[int, int, bool]]:
    return [] if lyrics is None else [(found.bar, found.bars, bool(found.ticks)) for found in lyrics.lines]


def test_lines_move_stand_twice_and_go() -> None:
    lyrics = Lyrics((line(0), line(2), line(4, 1)))
    assert bars(rebarred_lyrics(lyrics, [4, 0, 1, 2, 3])) == [(0, 1, True), (1, 2, True), (3, 2, True)]
    assert bars(rebarred_lyrics(lyrics, [0, 1, 0, 1])) == [(0, 2, True), (2, 2, True)]
    assert rebarred_lyrics(lyrics, [None, 5]) is None


def test_a_line_that_lost_a_bar_or_was_parted_is_placed_anew() -> None:
    lyrics = Lyrics((line(0, 4),))
    assert bars(rebarred_lyrics(lyrics, [1, 2, 3])) == [(0, 3, False)]
    assert bars(rebarred_lyrics(lyrics, [0, 1, None, 2, 3])) == [(0, 2, False)]


@given(st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=1, max_size=10))
def test_all_lines_whose_first_bar_is_there_are_kept_inside_the_song(sources: list[int | None]) -> None:
    lyrics = Lyrics((line(0), line(2), line(4)))
    made = rebarred_lyrics(lyrics, sources)
    for first in (0, 2, 4):
        if first in sources:
            assert made is not None
    for found in made.lines if made else ():
        assert found.bar + found.bars <= len(sources)
        assert sources[found.bar] is not None
