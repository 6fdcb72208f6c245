"""`diff`: notes, bars, chords, state and takes beside each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.cli.comparing import told
from stemwright.editing.aligning import align
from stemwright.editing.differences import differences
from stemwright.editing.layers import rename_layer
from stemwright.editing.lyric_changes import compare as lyric_compare
from stemwright.editing.moves import branch, undo
from stemwright.editing.note_changes import BarNote, compare
from stemwright.editing.token_changes import compare as compare_frames
from stemwright.errors import UsageError
from stemwright.producer.clock import Clock
from stemwright.producer.layer import Change, set_layer
from stemwright.producer.record import Act, commit
from stemwright.producer.workspace import writing
from stemwright.song.lyric import Line, Lyrics
from support.edited import change, chords, give, tune, write

NOTES = st.builds(BarNote, st.integers(0, 8), st.integers(1, 3), st.integers(60, 64), st.integers(1, 3))


@given(before=st.sets(NOTES, max_size=12), after=st.sets(NOTES, max_size=12))
def test_the_changes_of_a_bar_make_the_one_out_of_the_other(
    before: set[BarNote], after: set[BarNote]
) -> None:
    found = compare(before, after)
    old = [*found.kept, *found.removed, *(each.before for each in found.changed)]
    new = [*found.kept, *found.added, *(each.after for each in found.changed)]
    assert sorted(old) == sorted(before)
    assert sorted(new) == sorted(after)
    assert bool(found) == (before != after)
    assert all(each.what for each in found.changed)


def test_what_changed_of_a_note_is_told() -> None:
    def what(**fields: int) -> list[str]:
        note = BarNote(96, 48, 60, 90)
        (changed,) = compare([note], [note._replace(**fields)]).changed
        return changed.what

    assert what(velocity=70) == ["velocity"]
    assert what(pitch=67) == ["pitch"]
    assert what(duration=96, velocity=91) == ["length", "velocity"]
    assert what(tick=120) == ["time"]
    far = compare([BarNote(0, 48, 60, 90)], [BarNote(97, 48, 60, 90)])
    assert (len(far.added), len(far.removed), far.changed) == (1, 1, ())


@given(
    first=st.lists(st.integers(0, 3), max_size=9),
    second=st.lists(st.integers(0, 3), max_size=9),
)
def test_bars_are_matched_by_a_longest_common_subsequence(first: list[int], second: list[int]) -> None:
    pairs = align([(each,) for each in first], [(each,) for each in second])
    assert [a for a, _ in pairs if a is not None] == list(range(len(first)))
    assert [b for _, b in pairs if b is not None] == list(range(len(second)))
    if len(first) != len(second):
        equal = sum(a is not None and b is not None and first[a] == second[b] for a, b in pairs)
        assert equal == _longest(first, second)


def _longest(a: list[int], b: list[int]) -> int:
    if not a or not b:
        return 0
    if a[-1] == b[-1]:
        return 1 + _longest(a[:-1], b[:-1])
    return max(_longest(a[:-1], b), _longest(a, b[:-1]))


def test_a_bar_that_was_written_anew_is_still_the_same_bar() -> None:
    first = [(1, "a"), (2, "b"), (3, "c"), (4, "d")]
    second = [(1, "a"), (9, "x"), (2, "y"), (3, "c"), (4, "d")]
    assert align(first, second) == [(0, 0), (None, 1), (1, 2), (2, 3), (3, 4)]


def test_frames_of_a_bar_are_the_same_other_or_moved() -> None:
    found = compare_frames([b"a", b"b", b"c"], [b"a", b"x", b"b"], [(0, 0), (1, 1), (2, 2)])
    assert (found.other, found.moved) == ((1, 2), {2: 1})
    assert found.to_json() == {"bars": [2, 3], "moved": [{"bar": 3, "from": 2}], "of": 3}


@pytest.fixture
def song(tmp_path: Path) -> Path:
    lead = tune((60, 62), (64,), (65,), (67,))
    return write(tmp_path / "song", {"lead": lead, "bass": tune((36,), (38,))}, bars=4, chords="C|F|G|C")


def test_the_last_change_is_told_before_and_after(song: Path) -> None:
    with pytest.raises(UsageError, match="nothing has changed this song yet"):
        differences(song)
    give(song, "lead", tune((60, 64), (64,), (), (67, 69)))
    set_layer(song, "bass", Change(gain=-3.0))
    assert list(told(differences(song).to_json())) == ["run 1 -> run 2", "bass: gain 0 -> -3 dB"]
    undo(song)
    text = list(told(differences(song).to_json()))
    assert text[:2] == [
        "the beginning -> run 1",
        "lead: notes: 1 new, 1 gone, 1 changed (pitch 1), bars 1, 3-4",
    ]
    assert text[2:] == ["  bar 1: 1 changed (pitch 1)", "  bar 3: 1 gone", "  bar 4: 1 new"]


def test_an_inserted_bar_is_told_as_one_and_the_others_are_the_same(song: Path, tmp_path: Path) -> None:
    longer = tune((60, 62), (64,), (72, 74), (65,), (67,))
    other = write(
        tmp_path / "other",
        {"lead": longer, "bass": tune((36,), (38,))},
        bars=5,
        chords="C|F|Dm7|G|C",
    )
    found = differences(song, str(song), str(other)).to_json()
    assert (found["inserted"], found["deleted"]) == ([3], [])
    assert [(bar["before"], bar["after"]) for bar in found["layers"][0]["notes"]] == [(None, 3)]
    assert found["state"] == {"form": ["verse:4", "verse:5"]}
    back = differences(song, str(other), str(song)).to_json()
    assert (back["inserted"], back["deleted"]) == ([], [3])
    assert "bars 3 of before: are gone (5 bars before, 4 after)" in list(told(back))


def test_chords_and_state_are_told_by_bar_and_field(song: Path) -> None:
    chords(song, "C|F Dm7|G|C")
    change(song, style="jazz")
    found = list(told(differences(song, "0").to_json()))
    assert found == ["the beginning -> now", "style: none -> jazz", "chords, bar 2: F -> F Dm7"]


def test_branches_and_runs_are_compared(song: Path) -> None:
    branch(song, "b")
    set_layer(song, "bass", Change(mute=True))
    branch(song, "main")
    assert differences(song, "main", "b").to_json()["layers"][0]["settings"] == {"mute": [False, True]}
    assert differences(song, "main").to_json()["same"] is True
    assert list(told(differences(song, "b", "2").to_json()))[1:] == ["nothing differs"]


def test_a_renamed_layer_is_the_same_one(song: Path) -> None:
    rename_layer(song, "lead", "solo")
    assert list(told(differences(song).to_json()))[1:] == ["solo: was called lead"]


@pytest.mark.parametrize(
    ("named", "line"),
    [
        ("9", "run 9: is not in this song; it has none yet"),
        ("nowhere", "'nowhere': is no run, branch"),
        ("lead@2", "layer 'lead' has no take 2"),
        ("horn@1", "layer 'horn': is not in this song"),
    ],
)
def test_what_names_nothing_is_refused(song: Path, named: str, line: str) -> None:
    with pytest.raises(UsageError) as caught:
        differences(song, named)
    assert line in str(caught.value)


def test_the_picture_shows_every_note_in_its_colour(song: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from stemwright.shown import difference as picture

    give(song, "lead", tune((60, 64), (64,), (), (67, 69)))
    found = differences(song)
    lanes, height = picture._lanes(found)
    figure = picture.draw_page(found, lanes, list(picture._systems(found)), height)
    (axes,) = figure.axes
    rolls = [each for each in axes.collections if hasattr(each, "get_paths") and each.get_zorder() >= 3]
    counts = {each.get_zorder(): len(each.get_paths()) for each in rolls}
    assert counts == {3: 3, 4: 2, 5: 2}
    (file,) = picture.plot_differences(song, found, tmp_path / "x.svg")
    assert file.stat().st_size > 1000
    with pytest.raises(UsageError, match="inside the song"):
        picture.plot_differences(song, found, song / "x.png")


def test_lines_of_the_lyrics_are_told_one_by_one(song: Path) -> None:
    def lyrics(*lines: tuple[int, str]) -> Lyrics:
        return Lyrics(tuple(Line(bar, 1, (text,), "1", ()) for bar, text in lines))

    had, has = (
        lyrics((0, "rain"), (1, "sun"), (2, "wind")),
        lyrics((0, "rain"), (2, "sun"), (3, "snow"), (3, "ice")),
    )
    assert [
        (each.how, each.before and each.before.text, each.after and each.after.text)
        for each in lyric_compare(had, has)
    ] == [
        ("moved", "sun", "sun"),
        ("words", "wind", "snow"),
        ("new", None, "ice"),
    ]
    assert [each.how for each in lyric_compare(had, None)] == ["gone"] * 3
    assert lyric_compare(has, has) == ()
    for lines in (had, has):
        with writing(song) as folder:
            commit(folder, replace(folder.load(), lyrics=lines), Act("lyrics", []), Clock())
    facts = differences(song).to_json()
    assert not facts["same"] and facts["state"] == {}
    assert list(told(facts))[1:] == [
        "lyrics, bar 3: from bar 2: sun",
        "lyrics, bar 4: wind -> snow",
        "lyrics, bar 4: + ice",
    ]
