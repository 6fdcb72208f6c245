"""A song in a personal style by the command line: made, killed and resumed, edited, verified, exported."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stemwright.models import load_bundle
from stemwright.producer.personal import style_of_take
from stemwright.store import SongFolder
from support.personal import write_style
from support.runner import assert_refused, run, run_json
from support.songs import SMALL, audio, token_shas

STYLED = (*SMALL, "--title", "Song", "--style-of", "mine", "--strength")


@pytest.fixture
def home(tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data has a style of the bass."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    write_style("mine", load_bundle(weights / "bass"))
    return tmp_path


def style_told(path: Path, layer: str) -> tuple[str, float] | None:
    """The style that a layer's take is told to be in, and its strength."""
    folder = SongFolder.open(path)
    take = folder.load().layers[layer].active
    assert take is not None
    told = style_of_take(folder, layer, take)
    return None if told is None else (told["name"], told["strength"])


def test_a_song_in_a_style_is_edited_verified_and_exported(home: Path, weights: Path) -> None:
    path, plain = home / "song", home / "plain"
    for folder, options in ((path, (*STYLED, ".5")), (plain, (*SMALL, "--title", "Song"))):
        done = run("song", folder, *options, weights=weights)
        assert done.returncode == 0, done.stderr
    styled, without = token_shas(path), token_shas(plain)
    assert {layer for layer in styled if styled[layer] != without[layer]} == {"bass"}
    for command in (
        ("generate", path, "bass", "--bars", "2-2"),
        ("edit", path, "--key", "D"),
        ("bars", "insert", path, "2", "1"),
        ("remix", path, "--style", "jazz", "--keep", "lead"),
    ):
        done = run(*command, weights=weights)
        assert done.returncode == 0, done.stderr
        assert style_told(path, "bass") == ("mine", 0.5)
    assert style_told(path, "drums") is None
    assert run_json("verify", path)["ok"]
    assert run("mix", path, weights=weights).returncode == 0
    done = run("export", path, "--midi", "--stems", "--to", home / "out", weights=weights)
    assert done.returncode == 0 and any((home / "out").iterdir()), done.stderr
    assert run_json("personal", "remove", "mine")["layers"] == ["bass"]
    assert "is not here any more" in assert_refused(run("edit", path, "--key", "C", weights=weights))
    assert run_json("verify", path)["ok"], "what was made with a style needs it no more"
    assert run("generate", path, "bass", "--style-of", "none", weights=weights).returncode == 0
    assert run("edit", path, "--key", "C", weights=weights).returncode == 0


def test_strength_0_is_byte_for_byte_a_song_without(home: Path, weights: Path) -> None:
    for name, options in (("none", ()), ("zero", ("--style-of", "mine", "--strength", "0"))):
        done = run("song", home / name, *SMALL, "--title", "Song", *options, weights=weights)
        assert done.returncode == 0, done.stderr
    assert token_shas(home / "zero") == token_shas(home / "none")
    assert audio(home / "zero") == audio(home / "none")
    documents = [(home / name / "song.json").read_bytes() for name in ("none", "zero")]
    assert documents[0] == documents[1]


def test_a_stopped_song_goes_on_in_its_style(home: Path, weights: Path) -> None:
    """The journal of a run that was killed before it was recorded holds layers in the style as such."""
    whole, again = home / "whole", home / "again"
    assert run("song", whole, *STYLED, ".5", weights=weights).returncode == 0
    assert run("new", again, *SMALL, "--title", "Song").returncode == 0
    for folder in ("cache", "objects"):
        os.rename(whole / folder, again / folder)
    made = run_json("song", again, *STYLED, ".5", weights=weights)
    assert {layer["how"] for layer in made["layers"].values()} == {"finished before"}
    plain = home / "plain"
    assert run("new", plain, *SMALL, "--title", "Song").returncode == 0
    os.rename(again / "cache", plain / "cache")
    os.rename(again / "objects", plain / "objects")
    made = run_json("generate", plain, weights=weights)
    assert {name for name, layer in made["layers"].items() if layer["how"] == "made"} == {"bass"}
