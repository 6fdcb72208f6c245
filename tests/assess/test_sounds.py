"""Recordings as mono at 24 kHz, with limits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from stemwright.assess.recordings import MAX_SECONDS, read, recordings
from stemwright.errors import UsageError
from stemwright.song.timebase import SAMPLE_RATE


def write(path: Path, seconds: float, rate: int = 44100, channels: int = 2) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    t = np.arange(round(seconds * rate)) / rate
    soundfile.write(path, np.stack([0.5 * np.sin(2 * np.pi * 440 * t)] * channels, axis=1), rate)
    return path


@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (24000, 1), (48000, 6)])
def test_any_rate_becomes_mono_24_khz(tmp_path: Path, rate: int, channels: int) -> None:
    audio = read(write(tmp_path / "a.wav", 0.5, rate, channels))
    assert audio.dtype == np.float32 and audio.shape == (SAMPLE_RATE // 2,)
    spectrum = np.abs(np.fft.rfft(audio))
    assert abs(int(np.argmax(spectrum)) * SAMPLE_RATE / len(audio) - 440) < 4
    assert abs(float(np.sqrt(np.mean(audio**2))) - 0.5 / np.sqrt(2)) < 0.01


def test_long_ones_are_cut(tmp_path: Path) -> None:
    assert len(read(write(tmp_path / "a.flac", MAX_SECONDS + 2, 8000, 1))) == MAX_SECONDS * SAMPLE_RATE


def test_subfolders_are_kinds_and_links_are_left_out(tmp_path: Path) -> None:
    for name in ("loops/b.wav", "loops/a.wav", "loops/c.wav", "songs/d.FLAC"):
        write(tmp_path / name, 0.1)
    (tmp_path / "loops" / "notes.txt").write_text("not a recording")
    (tmp_path / "songs" / "link.wav").symlink_to(tmp_path / "loops" / "a.wav")
    found = [(sound.kind, sound.name) for sound in recordings(tmp_path, 2)]
    assert found == [("loops", "a.wav"), ("loops", "b.wav"), ("songs", "d.FLAC")]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"RIFF and nothing more")
    with pytest.raises(UsageError, match=r"bad\.wav: cannot be read"):
        list(recordings(tmp_path, 1))
    soundfile.write(bad, np.zeros(0), 24000)
    with pytest.raises(UsageError, match=r"bad\.wav: is empty"):
        list(recordings(tmp_path, 1))


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no recordings"):
        list(recordings(tmp_path, 1))
    with pytest.raises(UsageError, match="is not a folder"):
        list(recordings(tmp_path / "missing", 1))
    with pytest.raises(UsageError, match="clips 0"):
        list(recordings(tmp_path, 0))
