"""Recordings that a style is to be learnt from: what is wrong with one is told in a line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stemwright.errors import StemwrightError, UsageError
from stemwright.training.personal import sounds
from support.personal import melody, recording

LONG = 16.0


def test_a_recording_is_brought_to_one_level(tmp_path: Path) -> None:
    quiet = sounds.read_sound(recording(tmp_path / "a.wav", melody(LONG) * np.float32(0.05)))
    loud = sounds.read_sound(recording(tmp_path / "b.wav", melody(LONG)))
    assert quiet.seconds == loud.seconds == LONG
    np.testing.assert_allclose(quiet.audio, loud.audio, atol=1e-4)
    assert np.abs(loud.audio).max() <= 1


def test_other_rates_and_channels(tmp_path: Path) -> None:
    wide = np.repeat(melody(LONG, 192000)[:, None], 6, 1)
    made = sounds.read_sound(recording(tmp_path / "surround.wav", wide, 192000))
    assert abs(made.seconds - LONG) < 0.01
    assert made.remarks == ("surround.wav: 6 channels mixed down to one",)


def test_a_constant_offset_goes(tmp_path: Path) -> None:
    made = sounds.read_sound(recording(tmp_path / "dc.wav", melody(LONG) + np.float32(0.3)))
    assert abs(float(made.audio.mean())) < 1e-3
    assert made.remarks == ("dc.wav: a constant offset of +0.30 was taken away",)


def holes() -> np.ndarray:
    made = melody(LONG)
    made[1000:1010] = np.nan
    return made


BAD: list[tuple[Callable[[], np.ndarray], int, str]] = [
    (lambda: np.zeros(24000 * 16, np.float32), 24000, "is silent"),
    (lambda: np.full(24000 * 16, 0.4, np.float32), 24000, "is silent"),
    (lambda: np.clip(melody(LONG) * 20, -1, 1), 24000, "of it is clipped"),
    (lambda: melody(3.0), 24000, "lasts 3 s; a file may have 15 to 3600 s"),
    (lambda: melody(LONG, 8000), 8000, "8000 Hz holds nothing above 4000 Hz"),
    (holes, 24000, "10 samples are no numbers"),
]


@pytest.mark.parametrize(("make", "rate", "said"), BAD)
def test_bad_recordings(tmp_path: Path, make: Callable[[], np.ndarray], rate: int, said: str) -> None:
    path = recording(tmp_path / "take.wav", make(), rate)
    with pytest.raises(UsageError, match=said) as caught:
        sounds.read_sound(path)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)


def test_ten_hours_are_refused_unread(tmp_path: Path) -> None:
    path = recording(tmp_path / "take.wav", np.zeros(16000, np.float32), 16000, "PCM_U8")
    data = bytearray(path.read_bytes())
    hours = 10 * 3600 * 16000
    data[40:44], data[4:8] = hours.to_bytes(4, "little"), (hours + 36).to_bytes(4, "little")
    path.write_bytes(data)
    with path.open("r+b") as file:
        file.truncate(44 + hours)  # a sparse file
    with pytest.raises(UsageError, match="lasts 36000 s"):
        sounds.read_sound(path)


def test_a_truncated_file(tmp_path: Path) -> None:
    path = recording(tmp_path / "take.flac", melody(LONG))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UsageError, match=r"give the whole file|is damaged"):
        sounds.read_sound(path)


@pytest.mark.parametrize("content", [b"", b"not a sound"])
def test_no_recording(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "take.wav"
    path.write_bytes(content)
    with pytest.raises((UsageError, StemwrightError)):
        sounds.read_sound(path)
