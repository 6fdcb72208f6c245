"""`--arranger` on the command line, and what is said where there is no composer that fits."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.runner import assert_refused, run, run_json
from support.songs import SMALL, files, token_shas


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Path:
    """The bundles, but for the composer, which is of another version."""
    folder = Path(shutil.copytree(weights, tmp_path_factory.mktemp("other") / "weights"))
    manifest = folder / "composer" / "manifest.json"
    facts = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**facts, "conditioning_version": facts["conditioning_version"] + 1}))
    return folder


def test_the_arranger_needs_no_composer(tmp_path: Path, weights: Path, other: Path, finished: Path) -> None:
    songs = [tmp_path / name for name in ("one", "two")]
    run_json("song", songs[0], *SMALL, "--arranger", weights=other)
    assert run("new", songs[1], *SMALL).returncode == 0
    run_json("generate", songs[1], "--arranger", weights=weights)
    assert token_shas(songs[0]) == token_shas(songs[1]) != token_shas(finished)
    made = run_json("generate", songs[1], "lead", "--seed", "7", weights=weights)
    assert made["layers"]["lead"]["take"] == 2 and run_json("verify", songs[1])["ok"]


def test_a_composer_of_another_version(tmp_path: Path, other: Path, finished: Path) -> None:
    song = Path(shutil.copytree(finished, tmp_path / "song"))
    before = files(song)
    for command in (("generate", song, "lead", "--seed", "7"), ("generate", song, "--bars", "2")):
        assert "or use --arranger" in assert_refused(run(*command, weights=other))
    assert files(song) == before
    assert run_json("generate", song, weights=other)["run"] is None
    assert run("generate", song, "lead", "--timbre", "bright", weights=other).returncode == 0
