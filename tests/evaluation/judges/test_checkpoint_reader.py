"""Weights out of TensorFlow checkpoints: made files, and damaged ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stemwright.errors import StemwrightError
from stemwright.evaluation.judges import tensorflow_checkpoint
from stemwright.evaluation.judges.tensorflow_checkpoint import read_checkpoint
from support.tf_checkpoints import entry, header, table, write_checkpoint

TENSORS = {
    "conv2d/bias": np.arange(3.0),
    "conv2d/kernel": np.arange(24.0).reshape(2, 2, 2, 3) / 7,
    "conv2d_1/bias": np.array([-1.5]),
    "dense/kernel": np.ones((300, 4)),
    "step": np.array(5.0),
}


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    return write_checkpoint(tmp_path, TENSORS)


def test_every_tensor_comes_back_with_its_shape(places: tuple[Path, Path]) -> None:
    made = read_checkpoint(*places)
    assert list(made) == sorted(TENSORS)
    for name, tensor in TENSORS.items():
        assert made[name].dtype == np.float32 and made[name].shape == tensor.shape
        assert np.array_equal(made[name], tensor.astype(np.float32))


def read(tmp_path: Path, items: list[tuple[bytes, bytes]], data: bytes = bytes(64), **how: int) -> object:
    index, numbers = tmp_path / ".index", tmp_path / ".data"
    index.write_bytes(table(items, **how))
    numbers.write_bytes(data)
    return read_checkpoint(index, numbers)


GOOD = (b"a", entry((4,), 0, 16))


@pytest.mark.parametrize(
    ("items", "line"),
    [
        ([(b"", header(shards=2)), GOOD], "several shards"),
        ([(b"", header(order=1)), GOOD], "little-endian"),
        ([(b"a", entry((4,), 0, 16, kind=3))], "float32"),
        ([(b"a", entry((4,), 0, 16, shard=1))], "one piece"),
        ([(b"a", entry((5,), 0, 16))], "does not fit"),
        ([(b"a", entry((4,), 60, 16))], "does not fit"),
        ([(b"a", entry((1 << 40, 1 << 40), 0, 16))], "does not fit"),
        ([(b"a", entry((1,) * 9, 0, 4))], "axes"),
        ([(b"a", b"\xff\xff")], "not a checkpoint"),
        ([(b"\xff\xfe", entry((4,), 0, 16))], "not a checkpoint"),
    ],
)
def test_what_is_not_as_needed_is_refused(
    tmp_path: Path, items: list[tuple[bytes, bytes]], line: str
) -> None:
    with pytest.raises(StemwrightError, match=line) as caught:
        read(tmp_path, items)
    assert "\n" not in str(caught.value)


def test_compressed_blocks_and_too_many_entries_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StemwrightError, match="compressed"):
        read(tmp_path, [GOOD], compression=1)
    monkeypatch.setattr(tensorflow_checkpoint, "MAX_ENTRIES", 2)
    with pytest.raises(StemwrightError, match="more than 2 entries"):
        read(tmp_path, [(bytes([97 + i]), entry((4,), 0, 16)) for i in range(3)])


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StemwrightError, match="finite"):
        read(tmp_path, [GOOD], np.array([0, np.nan, 0, 0], "<f4").tobytes())


def test_large_and_missing_files_are_refused(
    places: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StemwrightError, match="No such file"):
        read_checkpoint(places[0], tmp_path / "missing")
    monkeypatch.setattr(tensorflow_checkpoint, "MAX_DATA", 100)
    with pytest.raises(StemwrightError, match="larger than 100 bytes"):
        read_checkpoint(*places)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_never_ends_in_anything_but_one_line(places: tuple[Path, Path], data: st.DataObject) -> None:
    whole = places[0].read_bytes()
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = damaged[: data.draw(st.integers(0, len(whole)))] if data.draw(st.booleans()) else damaged
    copy = places[0].with_name("damaged")
    copy.write_bytes(damaged)
    try:
        made = read_checkpoint(copy, places[1])
    except StemwrightError as error:
        assert "\n" not in str(error)
    else:
        assert all(np.isfinite(tensor).all() for tensor in made.values())
