"""Recorded files: what they hold, that they are whole at every moment, and beyond 4 GB."""

from __future__ import annotations

import shutil
import struct
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from stemwright.live.record import broadcast_wave
from stemwright.live.record.broadcast_wave import BroadcastWave

BEGAN = datetime(2026, 3, 4, 13, 30, 15, 500_000)


def noise(frames: int, channels: int = 2, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (frames, channels)).astype(np.float32)


def chunks(path: Path) -> dict[bytes, bytes]:
    """The chunks before the data."""
    content, place, found = path.read_bytes(), 12, {}
    while content[place : place + 4] != b"data":
        name, size = content[place : place + 4], struct.unpack_from("<I", content, place + 4)[0]
        found[name] = content[place + 8 : place + 8 + size]
        place += 8 + size
    return found


@given(lengths=st.lists(st.integers(0, 700), max_size=6), channels=st.integers(1, 3))
def test_what_was_written_is_read_after_every_piece(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], channels: int
) -> None:
    path = tmp_path_factory.mktemp("wave") / "bus.wav"
    pieces = [noise(length, channels, seed) for seed, length in enumerate(lengths)]
    with BroadcastWave(path, 48_000, channels, BEGAN) as wave:
        for count, piece in enumerate(pieces, 1):
            wave.write(piece)
            shutil.copy(path, path.with_name("killed.wav"))
            found, rate = soundfile.read(path.with_name("killed.wav"), dtype="float32", always_2d=True)
            assert rate == 48_000 and np.array_equal(found, np.concatenate(pieces[:count]))


def test_the_header_says_when_it_began(tmp_path: Path) -> None:
    path = tmp_path / "bus.wav"
    with BroadcastWave(path, 48_000, 2, BEGAN, "main") as wave:
        wave.write(noise(10))
    bext = chunks(path)[b"bext"]
    assert len(bext) == 602
    assert bext[:4] == b"main" and bext[256:266] == b"Stemwright" and bext[320:338] == b"2026-03-0413:30:15"
    low, high, version = struct.unpack_from("<IIH", bext, 338)
    assert (high << 32) + low == (13 * 3600 + 30 * 60 + 15) * 48_000 + 24_000 and version == 1


def test_a_file_that_outgrows_32_bits_becomes_rf64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast_wave, "RIFF_LIMIT", 4000)
    path, sound = tmp_path / "long.wav", noise(1500)
    with BroadcastWave(path, 48_000, 2, BEGAN) as wave:
        wave.write(sound[:100])
        assert path.read_bytes()[:4] == b"RIFF"
        wave.write(sound[100:])
    content = path.read_bytes()
    assert content[:16] == b"RF64" + b"\xff" * 4 + b"WAVEds64"
    assert struct.unpack_from("<QQQ", content, 20) == (len(content) - 8, 1500 * 8, 1500)
    assert np.array_equal(soundfile.read(path, dtype="float32")[0], sound)


@pytest.mark.slow
def test_five_gigabytes_of_silence(tmp_path: Path) -> None:
    """Sparse: the disk holds only the header and the last second."""
    path, frames = tmp_path / "five.wav", 5 * 2**30 // 8
    with BroadcastWave(path, 48_000, 2, BEGAN) as wave:
        wave.frames = frames
        wave.write(noise(48_000))
    info = soundfile.info(path)
    assert (info.format, info.frames) == ("RF64", frames + 48_000)
    assert np.array_equal(soundfile.read(path, start=frames, dtype="float32")[0], noise(48_000))


def test_nothing_is_overwritten_and_odd_frames_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bus.wav"
    with BroadcastWave(path, 48_000, 2, BEGAN) as wave, pytest.raises(ValueError, match="not \\[n, 2\\]"):
        wave.write(noise(5, 3))
    with pytest.raises(FileExistsError):
        BroadcastWave(path, 48_000, 2, BEGAN)
