"""Bars of a song made those of another one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song import rebarred
from stemwright.song.harmony import parse_chord
from stemwright.song.rebarred import Bars, frame_sources, rebarred_levels, rebarred_score, rebarred_state
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

FORM = "intro:2 verse:4 chorus:2"


def state(form: str = FORM, **given: str) -> GlobalState:
    return GlobalState.create(form=form, **given)


def text(bars: Bars) -> str:
    return " ".join(map(str, bars.sections))


def undecided(plain: GlobalState) -> GlobalState:
    chord = parse_chord("N.C.")
    return plain.with_(chords=(chord,) * plain.total_beats)


@pytest.mark.parametrize(
    ("at", "count", "name", "form", "sources"),
    [
        (0, 2, None, "intro:4 verse:4 chorus:2", [None, None, 0, 1, 2, 3, 4, 5, 6, 7]),
        (2, 1, None, "intro:3 verse:4 chorus:2", [0, 1, None, 2, 3, 4, 5, 6, 7]),
        (4, 1, None, "intro:2 verse:5 chorus:2", [0, 1, 2, 3, None, 4, 5, 6, 7]),
        (4, 1, "break", "intro:2 verse:2 break:1 verse:2 chorus:2", [0, 1, 2, 3, None, 4, 5, 6, 7]),
        (8, 3, "outro", "intro:2 verse:4 chorus:2 outro:3", [0, 1, 2, 3, 4, 5, 6, 7, None, None, None]),
        (8, 1, "chorus", "intro:2 verse:4 chorus:2 chorus:1", [0, 1, 2, 3, 4, 5, 6, 7, None]),
    ],
)
def test_inserted(at: int, count: int, name: str | None, form: str, sources: list[int | None]) -> None:
    bars = rebarred.inserted(state(), at, count, name)
    assert (text(bars), list(bars.sources)) == (form, sources)


def test_deleted_bars_shorten_sections_and_take_whole_ones_out() -> None:
    assert text(rebarred.deleted(state(), range(1, 3))) == "intro:1 verse:3 chorus:2"
    assert text(rebarred.deleted(state(), range(2, 6))) == "intro:2 chorus:2"
    with pytest.raises(UsageError, match="bars 1-8: are the whole song"):
        rebarred.deleted(state(), range(8))


def test_repeated_sections_come_again_and_parts_make_theirs_longer() -> None:
    assert text(rebarred.repeated(state(), range(2, 6), 2)) == "intro:2 verse:4 verse:4 verse:4 chorus:2"
    assert text(rebarred.repeated(state(), range(3, 5), 1)) == "intro:2 verse:6 chorus:2"
    assert list(rebarred.repeated(state(), range(3, 5), 1).sources) == [0, 1, 2, 3, 4, 3, 4, 5, 6, 7]
    both = rebarred.repeated(state(), range(2, 8), 1)
    assert text(both) == "intro:2 verse:4 chorus:2 verse:4 chorus:2"


def test_moved_bars_divide_the_section_that_they_go_into() -> None:
    assert text(rebarred.moved(state(), range(0, 2), 8)) == "verse:4 chorus:2 intro:2"
    assert text(rebarred.moved(state(), range(0, 2), 4)) == "verse:2 intro:2 verse:2 chorus:2"
    assert list(rebarred.moved(state(), range(6, 8), 0).sources) == [6, 7, 0, 1, 2, 3, 4, 5]
    with pytest.raises(UsageError, match="cannot go to bar 4, which is one of them"):
        rebarred.moved(state(), range(2, 6), 3)


def test_reordered_sections() -> None:
    assert text(rebarred.reordered(state(), [2, 0, 1])) == "chorus:2 intro:2 verse:4"
    with pytest.raises(UsageError, match="name each of the sections 1 to 3 once"):
        rebarred.reordered(state(), [0, 0, 1])


def test_chords_tempo_and_meter_go_with_their_bars() -> None:
    old = state(bpm="100, 3: 120", meter="4/4, 3: 3/4, 7: 4/4")
    names = ["C", "Dm", "Em", "F", "G", "Am", "Bdim", "C6"]
    chords = [
        parse_chord(name) for bar, name in enumerate(names) for _ in range(old.meter_of(bar).beats_per_bar)
    ]
    old = old.with_(chords=tuple(chords))
    new = rebarred_state(old, rebarred.moved(old, range(2, 6), 8), undecided)
    assert (new.tempo_text, new.meter_text) == ("100, 3: 120", "4/4, 5: 3/4")
    assert [str(new.chords_of(bar)[0]) for bar in range(8)] == ["C", "Dm", "Bdim", "C6", "Em", "F", "G", "Am"]


def test_new_bars_have_the_chords_of_their_place_in_a_section_of_that_name_else_new_ones() -> None:
    old = state()
    names = ["C", "Dm", "Em", "F", "G", "Am", "Bdim", "C6"]
    old = old.with_(chords=tuple(parse_chord(name) for name in names for _ in range(4)))
    new = rebarred_state(old, rebarred.inserted(old, 8, 6, "verse"), undecided)
    assert [str(new.chords_of(bar)[0]) for bar in range(8, 14)] == ["Em", "F", "G", "Am", "Em", "F"]
    other = rebarred_state(old, rebarred.inserted(old, 8, 1, "outro"), undecided)
    assert other.chords_of(8) == (None,) * 4


def test_notes_go_with_their_bars_and_end_where_what_they_rang_into_is_gone() -> None:
    old = state("verse:4")
    score = Score.from_notes([Note(0, 384, 60, 90), Note(700, 200, 62, 90), Note(1152, 96, 64, 90)])
    bars = rebarred.deleted(old, range(2, 3))
    new = rebarred_state(old, bars, undecided)
    assert rebarred_score(score, old, new, bars.sources).notes == (
        Note(0, 384, 60, 90), Note(700, 68, 62, 90), Note(768, 96, 64, 90),
    )  # fmt: skip


def test_levels_go_with_their_bars() -> None:
    levels = ((2, -3.0), (4, 0.0))
    assert rebarred_levels(0.0, levels, [0, 1, 2, 3, 4]) == levels
    assert rebarred_levels(0.0, levels, [2, 3, None, 0, 1]) == ((0, -3.0), (3, 0.0))
    assert rebarred_levels(0.0, levels, [0, 4]) == ()


SPANS = st.tuples(st.integers(0, 7), st.integers(1, 8)).map(
    lambda item: range(item[0], min(8, item[0] + item[1]))
)


@given(
    bpm=st.integers(60, 200),
    span=SPANS,
    to=st.integers(0, 8),
    notes=st.lists(st.tuples(st.integers(0, 3071), st.integers(1, 900), st.integers(30, 90)), max_size=12),
)
def test_moving_there_and_back_loses_no_note_and_each_frame_is_near_where_it_was(
    bpm: int, span: range, to: int, notes: list[tuple[int, int, int]]
) -> None:
    old = state("intro:2 verse:6", bpm=str(bpm))
    if span.start < to < span.stop:
        return
    score = Score.from_notes(Note(onset, length, pitch, 80) for onset, length, pitch in notes)
    bars = rebarred.moved(old, span, to)
    new = rebarred_state(old, bars, undecided)
    there = rebarred_score(score, old, new, bars.sources)
    assert len(there.notes) == len({(n.onset, n.pitch, n.velocity, n.duration) for n in there.notes})
    inverse = [bars.sources.index(bar) for bar in range(8)]
    back = rebarred_score(there, new, old, inverse)
    assert {(n.onset, n.pitch) for n in back.notes} == {(n.onset, n.pitch) for n in score.notes}
    frames = frame_sources(old, new, bars.sources)
    assert len(frames) == new.frames
    for bar, source in enumerate(bars.sources):
        first = new.timebase.bar_frame(bar)
        assert source is not None
        for frame in range(first, new.timebase.bar_frame(bar + 1)):
            assert abs((frames[frame] - old.timebase.bar_frame(source)) - (frame - first)) <= 1
