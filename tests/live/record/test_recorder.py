"""Recorders: equal buses, gaps, disks that stall, refuse or are full."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stemwright.live.record.broadcast_wave import BroadcastWave
from stemwright.live.record.recorder import Recorder

BEGAN = datetime(2026, 3, 4, 13, 30)
TAPS = {"bass": 3, "main": 7}


class FakeGraph:
    """Taps that hold what a test puts in."""

    def __init__(self) -> None:
        self.held = {tap: np.zeros((0, 2), np.float32) for tap in TAPS.values()}

    def put(self, tap: int, sound: np.ndarray) -> None:
        self.held[tap] = np.concatenate([self.held[tap], sound])

    def read(self, tap: int, maximum: int) -> np.ndarray:
        given, self.held[tap] = self.held[tap][:maximum], self.held[tap][maximum:]
        return given


def ramp(start: int, frames: int) -> np.ndarray:
    return np.repeat(np.arange(start, start + frames, dtype=np.float32)[:, None], 2, 1)


def recorder(graph: FakeGraph, folder: Path, said: list[str], start: int = 1000) -> Recorder:
    return Recorder(graph, TAPS, folder, 48_000, start, BEGAN, said.append)


def heard(made: Recorder) -> dict[str, np.ndarray]:
    return {name: soundfile.read(path, dtype="float32")[0] for name, path in made.paths.items()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(
    turns=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 20)), max_size=12),
)
def test_buses_are_of_one_length_and_gaps_are_silence(
    tmp_path_factory: pytest.TempPathFactory, turns: list[tuple[int, int, int]]
) -> None:
    graph, said = FakeGraph(), []
    made = recorder(graph, tmp_path_factory.mktemp("buses"), said)
    expected = {name: np.zeros((0, 2), np.float32) for name in TAPS}
    for bass, main, gap in turns:
        for name, frames in (("bass", bass), ("main", main)):
            place = len(expected[name])
            graph.put(TAPS[name], ramp(place, frames))
            expected[name] = np.concatenate([expected[name], ramp(place, frames)])
        if gap:
            made.lost(TAPS["main"], 1000 + len(expected["main"]), gap)
            expected["main"] = np.concatenate([expected["main"], np.zeros((gap, 2), np.float32)])
        made.turn()
    made.end()
    common = min(map(len, expected.values()))
    for name, sound in heard(made).items():
        assert np.array_equal(sound, expected[name][:common])
    assert len(said) == sum(gap > 0 for _, _, gap in turns)


def test_a_disk_that_stalls_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stalls, write = [0.5], BroadcastWave.write

    def slow(self: BroadcastWave, sound: np.ndarray) -> None:
        if stalls and len(sound):
            time.sleep(stalls.pop())
        write(self, sound)

    monkeypatch.setattr(BroadcastWave, "write", slow)
    graph, said = FakeGraph(), []
    made = recorder(graph, tmp_path, said)
    made.begin()
    for turn in range(8):
        for tap in TAPS.values():
            graph.put(tap, ramp(turn * 480, 480))
        time.sleep(0.1)
    made.end()
    assert not stalls and not said
    assert all(np.array_equal(sound, ramp(0, 3840)) for sound in heard(made).values())


def refuse(number: int) -> Callable[..., None]:
    wrote = BroadcastWave.write

    def write(self: BroadcastWave, sound: np.ndarray) -> None:
        if self.path.name == "main.wav":
            raise OSError(number, os.strerror(number))
        wrote(self, sound)

    return write


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_refuses_is_said_once_and_what_is_there_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    graph, said = FakeGraph(), []
    made = recorder(graph, tmp_path, said)
    for turn in range(4):
        for tap in TAPS.values():
            graph.put(tap, ramp(turn * 480, 480))
        if turn == 2:
            monkeypatch.setattr(BroadcastWave, "write", refuse(number))
        made.turn()
    monkeypatch.undo()
    made.end()
    assert len(said) == 1 and said[0].startswith("recording: 0.0 s are on disk, no more can be written (")
    assert os.strerror(number) in said[0]
    assert all(np.array_equal(sound, ramp(0, 960)) for sound in heard(made).values())
    assert all(not len(held) for held in graph.held.values())


def test_a_folder_that_is_none_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        recorder(FakeGraph(), tmp_path / "none", [])
