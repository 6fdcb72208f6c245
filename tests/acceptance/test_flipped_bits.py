"""A single flipped bit, anywhere in a song, is found by `verify`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stemwright.store import SongFolder
from stemwright.store.folder import GIT_FILES
from stemwright.store.verify import verify
from support.runner import run_json


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory, finished: Path, weights: Path) -> Path:
    """A song with several runs, takes and renders."""
    path = Path(shutil.copytree(finished, tmp_path_factory.mktemp("flipped") / "song"))
    run_json("generate", path, "lead", "--seed", "7", weights=weights)
    run_json("use", path, "lead", "1")
    run_json("export", path, "--midi")
    assert run_json("verify", path)["ok"]
    return path


def own_files(song: Path) -> list[Path]:
    """The song's files; those for git are the user's to change."""
    return [file for file in song.rglob("*") if file.is_file() and file.name not in GIT_FILES]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_is_found(song: Path, data: st.DataObject) -> None:
    names = sorted(str(file.relative_to(song)) for file in own_files(song))
    file = song / data.draw(st.sampled_from(names))
    before = file.read_bytes()
    if not before:
        return
    place = data.draw(st.integers(0, 8 * len(before) - 1))
    flipped = bytearray(before)
    flipped[place // 8] ^= 1 << place % 8
    file.write_bytes(bytes(flipped))
    try:
        report = verify(SongFolder.open(song))
        assert not report.ok and report.problems
        assert file.name[:20] in " ".join(report.problems) or file.parent.name in " ".join(report.problems)
    finally:
        file.write_bytes(before)


def test_every_file_is_checked(song: Path) -> None:
    """The middle bit of each file in turn."""
    for file in sorted(path for path in own_files(song) if path.stat().st_size):
        before = file.read_bytes()
        flipped = bytearray(before)
        flipped[len(before) // 2] ^= 16
        file.write_bytes(bytes(flipped))
        assert not verify(SongFolder.open(song)).ok, file
        file.write_bytes(before)
    assert verify(SongFolder.open(song)).ok
