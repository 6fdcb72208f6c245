"""The cache of sounds: what was put is there, whole or not at all, and no more than is allowed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import StemwrightError
from stemwright.store.sounds import Sounds


def key(name: object) -> str:
    return hashlib.sha256(str(name).encode()).hexdigest()


@pytest.mark.parametrize("shape", [(0,), (7,), (5, 2), (0, 2)])
@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_what_was_put_is_got(tmp_path: Path, shape: tuple[int, ...], kind: str) -> None:
    sounds = Sounds(tmp_path / "sound")
    array = np.random.default_rng(0).standard_normal(shape).astype(kind)
    assert sounds.get(key(1)) is None
    assert sounds.put(key(1), array)
    found = sounds.get(key(1))
    assert found is not None and found.dtype == array.dtype and found.tobytes() == array.tobytes()
    assert found.shape == shape and not list(sounds.problems())
    assert [path.name for path in sounds.path.iterdir()] == [key(1)]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_wrong_bit_or_length_is_absent_and_told(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    sounds = Sounds(tmp_path_factory.mktemp("song"))
    sounds.put(key(1), np.arange(10, dtype="f4").reshape(5, 2))
    good = sounds.file(key(1)).read_bytes()
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, 8 * len(good) - 1))
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
    else:
        bad = bytearray((good + b"\0" * 9)[: data.draw(st.integers(0, len(good) + 9))])
    sounds.file(key(1)).write_bytes(bad)
    if bytes(bad) != good:
        assert sounds.get(key(1)) is None
        assert [key(1) in line for line in sounds.problems()] == [True]
    sounds.file(key(2)).write_bytes(good)
    assert sounds.get(key(2)) is None, "of another key"


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    sounds = Sounds(tmp_path / "sound", limit=3 * (24 + 400))
    for number in range(5):
        assert sounds.put(key(number), np.zeros(100, "f4"))
        os.utime(sounds.file(key(number)), (number, number))
    assert sounds.get(key(0)) is not None and sounds.touch(key(1)) and not sounds.touch(key(9))
    (sounds.path / ".tmp-1-0123456789abcdef").write_bytes(b"left by a killed process")
    assert sounds.trim() <= 3 * (24 + 400)
    assert {path.name for path in sounds.path.iterdir()} == {key(0), key(1), key(4)}
    Sounds(tmp_path / "sound", limit=None).trim()
    assert len(list(sounds.path.iterdir())) == 3
    assert Sounds(tmp_path / "none").trim() == 0


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "sound").write_text("a file")
    sounds = Sounds(tmp_path / "sound")
    assert not sounds.put(key(1), np.zeros(3, "f4")) and sounds.get(key(1)) is None
    assert list(sounds.problems()) == ["cache/sound: is not a folder"] and sounds.trim() == 0
    (tmp_path / "link").symlink_to(tmp_path)
    assert not Sounds(tmp_path / "link").put(key(1), np.zeros(3, "f4"))
    for wrong in (np.zeros(3, int), np.zeros((1, 2, 3), "f4")):
        with pytest.raises(ValueError, match="is not float32 or float64"):
            sounds.put(key(1), wrong)
    with pytest.raises(StemwrightError, match="not a key"):
        sounds.get("../song.json")


def test_what_does_not_belong_is_told(tmp_path: Path) -> None:
    sounds = Sounds(tmp_path)
    sounds.put(key(1), np.zeros(3, "f4"))
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / ".DS_Store").write_text("theirs")
    assert list(sounds.problems()) == ["cache/sound/notes.txt: does not belong here"]
