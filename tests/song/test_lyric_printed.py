"""Words under printed notes as the lines of a song."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stemwright.song.lyric import lyrics_from_json, lyrics_to_json
from stemwright.song.lyric_lane import lane
from stemwright.song.lyric_printed import printed_lyrics
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

STATE = GlobalState.create(form="verse:8")
SCORE = Score.from_notes(Note(tick, 90, 60, 80) for tick in range(0, 8 * 384, 96))


def test_lines_end_where_the_tune_breathes_and_words_hold_together() -> None:
    sung = [
        (0, "Twin", True),
        (96, "kle,", False),
        (192, "star", False),
        (480, "how", False),
        (576, "I", False),
    ]
    lyrics = printed_lyrics(sung, STATE, "lead", SCORE)
    assert lyrics is not None
    assert [(line.bar, line.bars, line.text) for line in lyrics.lines] == [
        (0, 1, "Twinkle, star"),
        (1, 1, "how I"),
    ]
    assert lyrics.lines[0].stress == "101"
    assert not lane(lyrics, STATE, {"lead": SCORE}).anew


def test_a_long_line_ends_at_a_sign() -> None:
    sung = [(96 * at, "la," if at == 10 else "la", False) for at in range(14)]
    lyrics = printed_lyrics(sung, STATE, "lead", SCORE)
    assert lyrics is not None and [len(line.syllables) for line in lyrics.lines] == [11, 3]


def test_nothing_to_sing() -> None:
    assert printed_lyrics([(0, " \t", False), (99999, "late", False)], STATE, "lead", SCORE) is None


@given(st.lists(st.tuples(st.integers(0, 4000), st.text(max_size=6), st.booleans()), max_size=60))
def test_any_words_make_lyrics_that_a_song_can_keep(sung: list[tuple[int, str, bool]]) -> None:
    lyrics = printed_lyrics(sung, STATE, "lead", SCORE)
    if lyrics is not None:
        assert lyrics_from_json(lyrics_to_json(lyrics)) == lyrics
        ticks = [tick for line in lyrics.lines for tick in line.placed(STATE)]
        assert ticks == sorted(set(ticks))
        assert set(ticks) <= {tick for tick, _, _ in sung}
