"""Styles learnt from MIDI files alone: the user's chords and patterns in songs, measured, passed on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import stemwright as sw
from stemwright.cli.main import run
from stemwright.compose.arranger import arrange
from stemwright.compose.stylebook.files import own_files, own_folder
from stemwright.compose.stylebook.reading import examine
from stemwright.errors import UsageError
from stemwright.exchange.preferences import preferences, surprise
from stemwright.models.personal import folder_of, notes_of
from stemwright.producer import whole
from stemwright.producer.create import Wish
from stemwright.song.midi import write_midi
from stemwright.song.piece import Piece
from stemwright.song.progression import parse_progression
from stemwright.song.state import GlobalState
from stemwright.store import SongFolder
from support.weights import _weights, weights

__all__ = ["_weights", "weights"]
Captured = pytest.CaptureFixture[str]
FORM = "intro:4 verse:8 chorus:8 outro:4"
ODD = ("C | Ab | Eb | Bb", "Ab | Eb | C | Bb", "C | Eb | Ab | Bb")
"""What the user does, and no shipped style in a major key."""


def piece(seed: int) -> Piece:
    state = GlobalState.create("100", "C", form=FORM, style="funk")
    state = state.with_(chords=parse_progression(" | ".join([ODD[seed % len(ODD)]] * 6), state))
    made = arrange(state, seed=seed)
    return Piece(made.state, made.scores)


@pytest.fixture
def tunes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    monkeypatch.delenv("STEMWRIGHT_STYLES", raising=False)
    out = []
    for seed in range(8):
        made = piece(seed)
        out.append(tmp_path / f"tune {seed}.mid")
        out[-1].write_bytes(write_midi(made.state, made.scores))
    return out


def test_songs_get_the_chords_of_the_files(tmp_path: Path, tunes: list[Path], capsys: Captured) -> None:
    assert run(["personal", "learn", "mine", *map(str, tunes), "--consent", "my songs", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["layer"] == "notes" and facts["song_style"] == "my-mine"
    held = facts["held_out"]
    assert held["files"] == 2 and held["learnt"] < held["before"]
    style, faults = examine(own_files()["my-mine"])
    assert not faults and "1 | b6 | b3 | b7" in style.major
    told = notes_of("mine")
    assert told is not None and len(told["sources"]) == 8 and told["consent"] == "my songs"
    (part,) = sw.personal_list().styles
    assert (part.name, part.layer, part.style_file) == ("mine", "notes", "my-mine")
    assert part.gain_percent is not None and part.gain_percent < 0
    with pytest.raises(UsageError, match="has learnt notes already"):
        sw.personal_learn("mine", tunes)


def test_a_song_in_it_and_one_without(
    tmp_path: Path, tunes: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    sw.personal_learn("mine", midi=tunes[:2])
    monkeypatch.setattr(whole, "mix_song", lambda path, **_: {"seconds": 1.0})
    state = []
    zero = {"style_of": "mine", "strength": 0.0}
    for name, options in (("1", {"style_of": "mine"}), ("1", {"style_of": "mine"}), ("2", zero), ("3", {})):
        wish = Wish(bpm="240", key="C", form="verse:4", seed=3, title="T")
        whole.make_song(tmp_path / name, wish, **options)  # type: ignore[arg-type]
        state.append(SongFolder.open(tmp_path / name).load().state)
    assert [each.style for each in state] == ["my-mine", "my-mine", "pop", "pop"]
    assert {str(chord) for chord in state[0].chords} & {"Ab", "Eb", "Bb"}
    assert state[2] == state[3], "strength 0 is none"
    wish = Wish(bpm="240", form="verse:1", seed=3, style="jazz")
    with pytest.raises(UsageError, match=r"has learnt notes alone.* style my-mine of new songs"):
        whole.make_song(tmp_path / "jazz", wish, style_of="mine")


def test_export_and_remove(tmp_path: Path, tunes: list[Path]) -> None:
    sw.personal_learn("mine", tunes[:2])
    made = sw.personal_export("mine", tmp_path / "out")
    assert made.kind == "style" and made.bundle == tmp_path / "out" / "my-mine.toml"
    with pytest.raises(UsageError, match="exists; choose another folder"):
        sw.personal_export("mine", tmp_path / "out", layer="notes")
    assert sw.personal_remove("mine", "notes").layers == ("notes",)
    assert not folder_of("mine").exists() and not own_files() and not sw.personal_list().styles
    with pytest.raises(UsageError, match="not known"):
        sw.personal_remove("mine")


def test_a_style_file_that_was_changed_by_hand_stays(tunes: list[Path]) -> None:
    made = sw.personal_learn("mine", tunes[:2])
    made.path.write_text(made.path.read_text() + "# mine\n")
    assert "was changed since it was learnt, and stays" in sw.personal_remove("mine").remarks[0]
    assert made.path.is_file()
    with pytest.raises(UsageError, match="is there already"):
        sw.personal_learn("mine", tunes[:2])


def test_bad_wishes_leave_nothing_behind(tmp_path: Path, tunes: list[Path]) -> None:
    bad = tmp_path / "bad.mid"
    bad.write_bytes(b"MThd\x00")
    for name, files, options, said in (
        ("mine", [], {}, "give recordings, or MIDI files"),
        ("mine", [bad], {}, "cannot be learned from"),
        ("../x", tunes, {}, "must be a small letter"),
        ("none", tunes, {}, "means to play without one"),
        ("mine", tunes, {"consent": "a\nb"}, "must be one line"),
        ("mine", [tmp_path / "away.mid"], {}, "cannot be learned from"),
    ):
        with pytest.raises(UsageError, match=said) as caught:
            sw.personal_learn(name, files, **options)  # type: ignore[arg-type]
        assert "\n" not in str(caught.value)
    assert not own_folder().exists() and not folder_of("mine").exists()


def test_a_damaged_note_is_one_line(tunes: list[Path]) -> None:
    sw.personal_learn("mine", tunes[:2])
    for text in ("{", "[" * 100_000, '{"style": 3}'):
        (folder_of("mine") / "notes.json").write_text(text)
        with pytest.raises(UsageError, match="is damaged; delete it"):
            sw.personal_list()


def test_chords_surprise_least_where_they_are_the_same() -> None:
    ours, other = piece(0).state, GlobalState.create("100", "C", form=FORM)
    other = other.with_(chords=parse_progression(" | ".join(["C | F | G | C"] * 6), other))
    assert surprise([ours], [ours]) < 1.0 < surprise([other], [ours])
    assert preferences([piece(0)]) is None
