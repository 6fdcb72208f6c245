"""Chords that the user gives with `new` and `song`: kept as they are, composed to, shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.cli.main import run
from stemwright.errors import UsageError
from stemwright.producer.create import Wish, create, draft, implied, remarks, require_same
from stemwright.producer.generate import generate
from stemwright.shown.reports import chart, describe
from stemwright.song.state import GlobalState
from stemwright.store import SongFolder

WISH = Wish(key="C", form="verse:4", style="jazz", seed=1, chords="ii7 V7b9 | Imaj7 | N.C.")


def test_given_chords_win(tmp_path: Path) -> None:
    from stemwright.compose.arranger import arrange

    create(tmp_path / "song", WISH)
    assert describe(tmp_path / "song")["chords"] == "Dm7 G7b9 | Cmaj7 | N.C. | Dm7 G7b9"
    assert describe(tmp_path / "song")["chart"] == [
        {"section": "verse", "bar": 1, "chords": "Dm7 G7b9 | Cmaj7 | N.C. | Dm7 G7b9"}
    ]
    state = draft(tmp_path / "song", WISH).state
    made = arrange(state, seed=1)
    assert made.state.chords == state.chords
    silent = range(2 * 384, 3 * 384)
    assert not any(note.onset in silent for note in made.scores["harmony"].notes)
    assert not any(note.onset in silent for note in made.scores["bass"].notes)


def test_generating_keeps_them(tmp_path: Path) -> None:
    create(tmp_path / "song", Wish(bpm="240", form="verse:2", seed=1, chords="Bb13#11 | N.C."))
    before = SongFolder.open(tmp_path / "song").load().state.chords
    generate(tmp_path / "song", ("bass",))
    assert SongFolder.open(tmp_path / "song").load().state.chords == before


def test_a_song_is_gone_on_with_by_its_own_chords(tmp_path: Path) -> None:
    song = draft(tmp_path / "song", WISH)
    require_same(tmp_path, song, WISH)
    require_same(tmp_path, song, Wish(chords="Dm7 G7b9 | Cmaj7 | N.C. | Dm7 G7b9"))
    with pytest.raises(UsageError, match=r"with chords Dm7 G7b9 .*leave the option out"):
        require_same(tmp_path, song, Wish(chords="C"))


@pytest.mark.parametrize("chords", ["", "Fis | B", "C | Gm7 | y", "C | D | E | F | G"])
def test_wrong_chords_leave_nothing_behind(tmp_path: Path, chords: str) -> None:
    with pytest.raises(UsageError, match=r"^chords: "):
        create(tmp_path / "song", Wish(form="verse:4", chords=chords))
    assert not (tmp_path / "song").exists()


def test_without_chords_none_are_decided(tmp_path: Path) -> None:
    assert draft(tmp_path / "song", Wish(seed=1)).state.chords == ()
    assert GlobalState.create().chords == ()


@pytest.mark.parametrize(
    ("chords", "key"),
    [
        ("C | Am | F | G", "C major"),
        ("Am7 | D9 | ii7 V7 | Imaj7", "G major"),
        ("Am | Dm | E7 | Am", "A minor"),
        ("Cm7 F7 | Bbmaj7 Ebmaj7 | Am7b5 D7 | Gm", "G minor"),
        ("E7 | A7 | B7 | E7", "E major"),
        ("N.C. | i7 | iv", "F# minor"),
    ],
)
def test_a_song_is_in_the_key_of_its_chords(chords: str, key: str, tmp_path: Path) -> None:
    wish = Wish(seed=1, chords=chords)
    made = draft(tmp_path, wish)
    assert str(made.state.key) == key
    assert implied(wish).get("key", "F# minor") == key
    assert str(draft(tmp_path, Wish(seed=1, chords=chords, key="Eb")).state.key) == "Eb major"


def test_a_song_is_as_long_as_its_chords() -> None:
    assert implied(Wish(chords="C | F | G | C")) == {"key": "C major"}
    long = " | ".join(["C", "F", "G"] * 7)
    assert implied(Wish(chords=long)) == {"key": "C major", "form": "verse:21"}
    assert "form" not in implied(Wish(chords="C | F | G", form="verse:8"))
    assert implied(Wish()) == {}


CHART = """\
Title: In a Hall
Key: G
Tempo: 90 bpm
Time: 3/4
[Verse]
G | H7 | e
[Chorus]
|: C | D :|
"""


def test_a_chart_says_what_its_song_is(tmp_path: Path) -> None:
    song = draft(tmp_path / "song", Wish(seed=1, chords=CHART))
    assert song.title == "In a Hall"
    assert song.state.with_(chords=()) == GlobalState.create("90", "G", "3/4", "Verse:3 Chorus:4", "pop")
    assert [str(chord) for chord in song.state.chords[::3]] == ["G", "B7", "Em", "C", "D", "C", "D"]
    assert remarks(Wish(chords=CHART)) == [
        "German note names: H is B, B is B flat",
        "small letters are minor chords",
    ]
    require_same(tmp_path, song, Wish(chords=CHART))


def test_what_is_asked_for_wins_over_the_chart(tmp_path: Path) -> None:
    wish = Wish("120", "D", "4/4", "verse:8", seed=1, title="Mine", chords=CHART)
    song = draft(tmp_path / "song", wish)
    assert song.title == "Mine" and implied(wish) == {}
    assert song.state.with_(chords=()) == GlobalState.create("120", "D", "4/4", "verse:8", "pop")
    assert remarks(wish)[2:] == [
        "title In a Hall passed over: another one is given",
        "key G major passed over: another one is given",
        "bpm 90 passed over: another one is given",
        "meter 3/4 passed over: another one is given",
        "sections passed over for the form that is given: Verse:3 Chorus:4",
    ]


def test_what_cannot_be_read_is_passed_over_and_said() -> None:
    wish = Wish(chords="Key: of life\nTempo: slow\nTitle: AC/DC\nC | F")
    assert implied(wish) == {"title": "AC-DC", "key": "C major"}
    assert remarks(wish) == [
        "key of life passed over: it cannot be read",
        "bpm slow passed over: it cannot be read",
    ]
    assert remarks(Wish()) == []


def test_a_chart_has_lines_of_eight_bars_and_begins_anew_with_each_section(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = GlobalState.create(meter="3/4", form="intro:1 verse:10")
    assert chart(state) == []
    chords = "C | C | Am F G " + "| Dm " * 8
    create(tmp_path / "song", Wish(meter="3/4", form="intro:1 verse:10", seed=1, chords=chords))
    lines = describe(tmp_path / "song")["chart"]
    assert [(line["section"], line["bar"]) for line in lines] == [("intro", 1), ("verse", 2), ("verse", 10)]
    assert [line["chords"] for line in lines] == [
        "C", "C | Am F G | Dm | % | % | % | % | %", "Dm | %",
    ]  # fmt: skip
    assert run(["show", str(tmp_path / "song")]) == 0
    assert "verse    2    C | Am F G | Dm | %" in capsys.readouterr().out
