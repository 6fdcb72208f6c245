"""`--composer` on the command line, and what is said where there is no composer that fits."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stemwright.store import SongFolder
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


def writers(song: Path) -> set[str]:
    """Who wrote what the last run made."""
    runs = SongFolder.open(song).runs
    return {made["writer"] for made in runs.read(max(runs.numbers()))["details"].values()}


def test_the_arranger_is_the_default_and_needs_no_composer(
    tmp_path: Path, weights: Path, other: Path
) -> None:
    songs = [tmp_path / name for name in ("one", "two")]
    made = run_json("song", songs[0], *SMALL, weights=other)
    assert set(made["layers"]) == {"drums", "bass", "harmony", "lead"}
    assert run("new", songs[1], *SMALL).returncode == 0
    run_json("generate", songs[1], weights=weights)
    assert writers(songs[1]) == {"arranger"}
    assert token_shas(songs[0]) == token_shas(songs[1])


def test_the_composer_where_it_is_asked_for(tmp_path: Path, weights: Path, finished: Path) -> None:
    songs = [tmp_path / name for name in ("one", "two")]
    run_json("song", songs[0], *SMALL, "--composer", weights=weights)
    assert run("new", songs[1], *SMALL).returncode == 0
    run_json("generate", songs[1], "--composer", weights=weights)
    assert writers(songs[1]) == {"composer"}
    assert token_shas(songs[0]) == token_shas(songs[1]) != token_shas(finished)
    for take, words in enumerate(((), ("--composer",), ()), start=2):
        made = run_json("generate", songs[1], "lead", "--seed", "7", *words, weights=weights)
        assert made["layers"]["lead"]["take"] == take
    assert run_json("verify", songs[1])["ok"]


def test_a_composer_of_another_version(tmp_path: Path, other: Path, finished: Path) -> None:
    song = Path(shutil.copytree(finished, tmp_path / "song"))
    before = files(song)
    for command in (("generate", song, "lead", "--seed", "7"), ("generate", song, "--bars", "2")):
        assert "or leave --composer out" in assert_refused(run(*command, "--composer", weights=other))
    assert files(song) == before
    assert run_json("generate", song, "--composer", weights=other)["run"] is None
    assert run("generate", song, "lead", "--timbre", "bright", weights=other).returncode == 0
