"""Songs of a corpus for measuring: which are drawn, and what is known of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stemwright.corpus.read import songs
from stemwright.corpus.symbolic import ENOUGH, songs_with_chords, symbolic_songs
from stemwright.errors import UsageError
from support.corpora import write_corpus


def corpus(folder: Path, given: int, found: int, none: int) -> Path:
    """A corpus whose held-out songs have given chords, found ones, or none; sources take turns."""
    write_corpus(folder, valid=given + found + none)
    kinds = ["given"] * given + ["found"] * found + ["none"] * none
    made = [replace(song, chords=kind) for song, kind in zip(songs(folder, "valid"), kinds, strict=True)]
    made = [
        replace(song, state=song.state.with_(chords=())) if song.chords == "none" else song for song in made
    ]
    text = "".join(song.line() + "\n" for song in made)
    (folder / "valid.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_given_chords_are_enough(tmp_path: Path) -> None:
    folder = corpus(tmp_path, ENOUGH, 3, 2)
    drawn = songs_with_chords(folder, "valid", 64)
    assert len(drawn) == ENOUGH and all(song.chords_given and song.state.chords for song in drawn)
    assert drawn == songs_with_chords(folder, "valid", 64) != songs_with_chords(folder, "valid", 64, seed=1)
    assert {song.name.split(":")[0] for song in drawn[:2]} == {"band", "duo"}
    assert songs_with_chords(folder, "valid", 3) == drawn[:3]


def test_found_ones_come_after_where_there_are_few(tmp_path: Path) -> None:
    drawn = songs_with_chords(corpus(tmp_path, 2, 3, 2), "valid", 4)
    assert [song.chords_given for song in drawn] == [True, True, False, False]
    assert all(song.state.chords for song in drawn)


def test_none(tmp_path: Path) -> None:
    folder = corpus(tmp_path, 0, 0, 2)
    assert songs_with_chords(folder, "valid", 4) == []
    with pytest.raises(UsageError, match="no valid songs of 'nothing'"):
        songs_with_chords(folder, "valid", 4, source="nothing")


def test_what_is_known_of_a_song(tmp_path: Path) -> None:
    folder = corpus(tmp_path, 1, 1, 1)
    assert [song.chords_given for song in symbolic_songs(folder, "valid")] == [True, False, False]
    assert not any(song.human for song in symbolic_songs(folder, "valid"))
    with pytest.raises(UsageError, match="songs 0"):
        symbolic_songs(folder, "valid", 0)
