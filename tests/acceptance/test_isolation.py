"""Making one layer again leaves the others as they were, bit for bit."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from stemwright.codec.tokens import from_canonical
from stemwright.store import SongFolder
from support.runner import assert_refused, run, run_json
from support.songs import files, token_shas


@pytest.fixture
def song(tmp_path: Path, finished: Path) -> Path:
    """A song of its own to change."""
    return Path(shutil.copytree(finished, tmp_path / "song"))


def codes(path: Path, layer: str) -> np.ndarray:
    folder = SongFolder.open(path)
    active = folder.load().layers[layer].active
    assert active is not None
    return from_canonical(folder.objects.get(active.tokens_sha256))


def test_lead_again_leaves_the_others(song: Path, weights: Path) -> None:
    before, objects = token_shas(song), files(song / "objects")
    made = run_json("generate", song, "lead", "--seed", "7", weights=weights)
    after = token_shas(song)
    assert {name for name in before if before[name] != after[name]} == {"lead"}
    assert list(made["layers"]) == ["lead"] and made["layers"]["lead"]["take"] == 2
    kept = files(song / "objects")
    assert {name: kept[name] for name in objects} == objects, "an object was changed"
    assert run_json("verify", song)["ok"]


def test_the_same_request_again_changes_nothing(song: Path, weights: Path) -> None:
    first = run_json("generate", song, "lead", "--seed", "7", weights=weights)
    before = files(song)
    again = run_json("generate", song, "lead", "--seed", "7", weights=weights)
    assert again["run"] is None and again["layers"]["lead"]["take"] == 2
    assert files(song) == before and first["run"] is not None


def test_bars_again_leave_the_other_bars(song: Path, weights: Path) -> None:
    before, others = codes(song, "bass"), token_shas(song)
    made = run_json("generate", song, "bass", "--bars", "2-2", "--seed", "9", weights=weights)
    after = codes(song, "bass")
    start, stop = 90, 180  # 200 bpm in 4/4: 1.2 s a bar
    assert made["layers"]["bass"]["take"] == 2
    assert np.array_equal(before[:, :start], after[:, :start])
    assert np.array_equal(before[:, stop:], after[:, stop:])
    assert not np.array_equal(before[:, start:stop], after[:, start:stop])
    now = token_shas(song)
    assert {name for name in others if others[name] != now[name]} == {"bass"}


def test_takes_and_use(song: Path, weights: Path) -> None:
    before = token_shas(song)
    run_json("generate", song, "lead", "--seed", "7", weights=weights)
    takes = run_json("takes", song, "lead")["layers"]["lead"]
    assert [(take["take"], take["active"]) for take in takes] == [(1, False), (2, True)]
    assert takes[1]["seed"] == 7
    used = run_json("use", song, "lead", "1")
    assert used["before"] == 2 and token_shas(song) == before
    assert_refused(run("use", song, "lead", "3"))
    third = run_json("generate", song, "lead", "--seed", "8", weights=weights)
    assert third["layers"]["lead"]["take"] == 3
    assert run_json("verify", song)["ok"]
