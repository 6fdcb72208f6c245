"""A process killed at any instant leaves a song that verifies, goes on and ends with the right tokens."""

from __future__ import annotations

import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from support.runner import run, run_json, start
from support.soak import at_leisure
from support.songs import SMALL, audio, token_shas

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")


def kill_at_random(path: Path, weights: Path, draw: random.Random, longest: float) -> bool:
    """Start making the song and kill it at a random instant. Returns whether it had finished before."""
    process = start("song", path, *SMALL, "--title", "Song", weights=weights)
    try:
        process.communicate(timeout=draw.uniform(0.0, longest))
        return True
    except Exception:
        process.kill()
        process.communicate()
        return False


def torture(tmp_path: Path, weights: Path, finished: Path, kills: int) -> None:
    """Kill `kills` times; a song that was finished in between gives way to a new one."""
    draw = random.Random(kills)
    began = time.perf_counter()
    whole = tmp_path / "whole"
    assert run("song", whole, *SMALL, "--title", "Song", weights=weights).returncode == 0
    longest = 1.2 * (time.perf_counter() - began)
    path = tmp_path / "song"
    done = 0
    while done < kills:
        if kill_at_random(path, weights, draw, longest):
            assert token_shas(path) == token_shas(whole)
            shutil.rmtree(path)
            continue
        done += 1
        if (path / "song.json").exists():
            facts = run_json("verify", path)
            assert facts["ok"], facts["problems"]
    last = run("song", path, *SMALL, "--title", "Song", weights=weights)
    assert last.returncode == 0, last.stderr
    assert token_shas(path) == token_shas(whole) == token_shas(finished)
    assert audio(path) == audio(whole)
    assert run_json("verify", path)["ok"]
    assert not list(path.rglob(".tmp-*"))


@pytest.mark.parametrize("kills", [8, pytest.param(50, marks=at_leisure)])
def test_killed_again_and_again(tmp_path: Path, weights: Path, finished: Path, kills: int) -> None:
    torture(tmp_path, weights, finished, kills)


def test_finished_layers_are_reused(tmp_path: Path, weights: Path, finished: Path) -> None:
    """A run killed after its layers were made, before it was recorded, makes none of them again."""
    path = tmp_path / "song"
    assert run("new", path, *SMALL).returncode == 0
    shutil.copytree(finished / "cache", path / "cache")
    shutil.copytree(finished / "objects", path / "objects")
    made = run_json("generate", path, weights=weights)
    assert {layer["how"] for layer in made["layers"].values()} == {"finished before"}
    assert token_shas(path) == token_shas(finished)
    assert run_json("verify", path)["ok"]


def test_ctrl_c_says_that_it_resumes(tmp_path: Path, weights: Path, finished: Path) -> None:
    path = tmp_path / "song"
    process = start("song", path, "--form", "verse:200", "--seed", "5", weights=weights)
    deadline = time.monotonic() + 60
    while not (path / "song.json").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.strip().splitlines() == [
        "interrupted: nothing is lost; run the same command again and it resumes"
    ]
    assert run_json("verify", path)["ok"]
