"""Several songs of one wish: each a song of its own, with the next seed; run again, all go on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stemwright.cli.main import run
from stemwright.errors import UsageError
from stemwright.producer.whole import make_variations
from stemwright.producer.wish import Wish
from stemwright.store import SongFolder

pytest.importorskip("stemwright.native._engine")

from support.bundles import write_all

WISH = Wish(bpm="240", form="verse:1", layers="drums,bass")


@pytest.fixture(autouse=True)
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_all(tmp_path / "weights")
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))


def test_each_is_a_song_with_the_next_seed_and_again_makes_nothing(tmp_path: Path) -> None:
    made = make_variations(tmp_path / "tune", WISH, 3)
    songs = [SongFolder.open(tmp_path / name).load() for name in ("tune", "tune-2", "tune-3")]
    first = songs[0].seed
    assert [song.seed for song in songs] == [first, first + 1, first + 2]
    assert len({song.layers["bass"].active.content_sha256 for song in songs}) == 3  # type: ignore[union-attr]
    assert all(Path(result["mix"]).is_file() for result in made)
    make_variations(tmp_path / "tune", WISH, 3)
    again = [SongFolder.open(tmp_path / name).load() for name in ("tune", "tune-2", "tune-3")]
    assert [song.layers for song in again] == [song.layers for song in songs]


def test_one_that_is_another_song_is_told_before_anything_is_made(tmp_path: Path) -> None:
    make_variations(tmp_path / "tune-2", WISH, 1)
    with pytest.raises(UsageError, match="tune-2"):
        make_variations(tmp_path / "tune", Wish(bpm="100", form="verse:1"), 2)
    assert not (tmp_path / "tune").exists()


@pytest.mark.parametrize("count", [0, 9, -1])
def test_how_many(tmp_path: Path, count: int) -> None:
    with pytest.raises(UsageError, match=f"variations {count}: give 1 to 8"):
        make_variations(tmp_path / "tune", WISH, count)


def test_the_command_tells_of_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["--bpm", "240", "--form", "verse:1", "--layers", "bass", "--variations", "2", "--json"]
    assert run(["song", str(tmp_path / "tune"), *args]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [Path(song["mix"]).parent.parent.name for song in told["songs"]] == ["tune", "tune-2"]
