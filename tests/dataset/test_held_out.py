"""Held-out clips as references: which are drawn, and what they hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stemwright.dataset.held_out import is_data, references
from stemwright.dataset.shards import clips
from stemwright.errors import UsageError
from support.held_out import FOREIGN, write_data
from support.performers import TIMBRES


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_data(folder, ("drums", "bass"), count=5)
    return folder


def test_a_reference_is_its_clip(data: Path) -> None:
    (first,) = references(data, "valid", 1, layers=["bass"])
    (clip,) = (c for c in clips(data, "bass", "valid") if first.name.endswith(f":{c.index}"))
    assert (first.layer, first.split, first.timbre) == ("bass", "valid", clip.timbre)
    assert first.score == clip.score() and first.state == clip.state()
    assert first.audio.dtype == np.float32 and np.array_equal(first.audio * 32768, clip.audio())


def test_the_seed_decides_which(data: Path) -> None:
    def names(seed: int) -> list[str]:
        return [r.name for r in references(data, "valid", 4, seed)]

    assert names(0) == names(0)
    assert any(names(0) != names(seed) for seed in range(1, 5))
    assert len(names(0)) == len(set(names(0))) == 8


def test_timbres_take_turns(data: Path) -> None:
    drawn = [r.timbre for r in references(data, "valid", 3, 1, ["drums"])]
    assert sorted(drawn) == sorted((*TIMBRES, FOREIGN))


def test_only_known_timbres(data: Path) -> None:
    drawn = list(references(data, "unseen", 99, layers=["drums"], timbres=TIMBRES))
    assert len(drawn) == 5 and {r.timbre for r in drawn} == set(TIMBRES)


@pytest.mark.parametrize(
    ("split", "count", "timbres", "line"),
    [
        ("test", 1, None, "split 'test'"),
        ("valid", 0, None, "clips 0"),
        ("train", 1, None, "no train clips of drums, bass"),
        ("valid", 1, ("other",), "in other"),
    ],
)
def test_bad_requests(data: Path, split: str, count: int, timbres: tuple[str, ...] | None, line: str) -> None:
    with pytest.raises(UsageError, match=line):
        references(data, split, count, layers=["drums", "bass"], timbres=timbres)


def test_data_folders_are_known(data: Path, tmp_path: Path) -> None:
    assert is_data(data) and not is_data(tmp_path)
