"""The same promises with the shipped weights, where they are there."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from stemwright.models import shipped
from stemwright.song.layers import LAYERS
from support.runner import run, run_json
from support.songs import audio, token_shas

SONG = ("--bpm", "140", "--form", "verse:2", "--seed", "11", "--title", "Shipped", "--composer")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not {"codec", "composer", *LAYERS} <= set(shipped()), reason="no shipped weights"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song of two bars by the shipped composer and performers."""
    path = tmp_path_factory.mktemp("shipped") / "song"
    done = run("song", path, *SONG)
    assert done.returncode == 0, done.stderr
    return path


def test_bundles_are_whole() -> None:
    assert run_json("doctor")["ok"]


def test_three_runs_are_identical(tmp_path: Path, made: Path) -> None:
    for name in ("two", "three"):
        done = run("song", tmp_path / name, *SONG)
        assert done.returncode == 0, done.stderr
        assert token_shas(tmp_path / name) == token_shas(made)
        assert audio(tmp_path / name) == audio(made)


def test_isolation(tmp_path: Path, made: Path) -> None:
    path = tmp_path / "song"
    assert run("song", path, *SONG).returncode == 0
    before = token_shas(path)
    run_json("generate", path, "lead", "--seed", "7", "--composer")
    after = token_shas(path)
    assert {name for name in before if before[name] != after[name]} == {"lead"}


def test_killed_and_resumed(tmp_path: Path, made: Path) -> None:
    from support.runner import start

    path = tmp_path / "song"
    draw = random.Random(3)
    for _ in range(4):
        process = start("song", path, *SONG)
        try:
            process.communicate(timeout=draw.uniform(0.5, 6.0))
        except Exception:
            process.kill()
            process.communicate()
        if (path / "song.json").exists():
            assert run_json("verify", path)["ok"]
    assert run("song", path, *SONG).returncode == 0
    assert token_shas(path) == token_shas(made) and audio(path) == audio(made)
