"""Recordings as they are read: any rate, width and container; faults in one line each."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import StemwrightError, UsageError
from stemwright.recordings import placed, source
from stemwright.recordings.channels import factors
from stemwright.recordings.source import RATE, open_source

SIDE = 0.5**0.5
_FOLDER = tempfile.TemporaryDirectory()  # one for all examples; it goes when the tests end
_PLACE = Path(_FOLDER.name)


def noise(samples: int, channels: int = 1, seed: int = 0) -> npt.NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (samples, channels)).astype(np.float32)


def write(path: Path, audio: npt.NDArray[np.float32], rate: int = RATE, subtype: str | None = None) -> Path:
    soundfile.write(path, audio, rate, subtype)
    return path


def read(path: Path, start: float = 0.0, samples: int = 10**9 // 8) -> npt.NDArray[np.float32]:
    return np.concatenate(list(open_source(path, start, samples).blocks()))


@pytest.mark.parametrize("ending", [".wav", ".flac", ".aiff"])
def test_what_has_the_rate_comes_back_bit_by_bit(tmp_path: Path, ending: str) -> None:
    audio = np.round(noise(150_000, 2) * 2**23).astype(np.float32) / np.float32(2**23)
    file = write(tmp_path / f"take{ending}", audio, subtype="PCM_24")
    np.testing.assert_array_equal(read(file), audio)


def test_another_rate_is_resampled_as_in_one_piece(tmp_path: Path) -> None:
    audio = noise(200_000, 2)
    file = write(tmp_path / "take.wav", audio, 44_100, "FLOAT")
    np.testing.assert_array_equal(read(file), soxr.resample(audio, 44_100, RATE, "VHQ"))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 90_000), st.integers(0, 80_000), st.integers(1, 100_000))
def test_a_part_is_a_part_of_the_whole(length: int, first: int, wanted: int) -> None:
    path = _PLACE / "part.wav"
    audio = noise(length)
    write(path, audio, subtype="FLOAT")
    if first >= length:
        with pytest.raises(UsageError, match="cannot begin"):
            open_source(path, first / RATE, wanted)
        return
    np.testing.assert_array_equal(read(path, first / RATE, wanted), audio[first : first + wanted])


def test_the_end_of_what_is_wanted_is_no_end_of_the_sound(tmp_path: Path) -> None:
    file = write(tmp_path / "take.wav", noise(100_000), 44_100, "FLOAT")
    np.testing.assert_allclose(read(file, 0, 50_000), read(file)[:50_000], atol=2e-6)


@pytest.mark.parametrize("channels", [3, 4, 5, 6])
@pytest.mark.parametrize("ending", [".wav", ".flac"])
def test_more_channels_are_mixed_down(tmp_path: Path, channels: int, ending: str) -> None:
    wanted = {
        3: [(1, 0), (0, 1), (SIDE, SIDE)],
        4: [(1, 0), (0, 1), (SIDE, 0), (0, SIDE)],
        5: [(1, 0), (0, 1), (SIDE, SIDE), (SIDE, 0), (0, SIDE)],
        6: [(1, 0), (0, 1), (SIDE, SIDE), (0, 0), (SIDE, 0), (0, SIDE)],
    }[channels]
    for channel, sides in enumerate(wanted):
        audio = np.zeros((4000, channels), np.float32)
        audio[:, channel] = 0.25
        heard = read(write(tmp_path / f"take{ending}", audio, subtype="PCM_24"))
        np.testing.assert_allclose(heard, np.tile(sides, (4000, 1)) * 0.25, atol=1e-6)


def test_ogg_has_its_middle_second(tmp_path: Path) -> None:
    table = factors(6, "OGG")
    assert table is not None and table[:, 0] == pytest.approx([1, SIDE, 0, SIDE, 0, 0])
    audio = np.zeros((48_000, 6), np.float32)
    audio[:, 1] = 0.3 * np.sin(np.arange(48_000) / 20)
    heard = read(write(tmp_path / "take.ogg", audio))
    assert np.sqrt((heard**2).mean(axis=0)) == pytest.approx(0.3 * SIDE * SIDE, rel=0.03)


@pytest.mark.parametrize(("ending", "rate"), [(".ogg", 48_000), (".mp3", 44_100)])
def test_lossy_files_have_their_length(tmp_path: Path, ending: str, rate: int) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(rate * 2) / rate).astype(np.float32)
    heard = read(write(tmp_path / f"take{ending}", tone, rate))
    assert len(heard) == pytest.approx(2 * RATE, abs=3000)
    assert np.sqrt((heard[RATE // 2 : RATE] ** 2).mean()) == pytest.approx(0.3 * SIDE, rel=0.03)


def test_eight_bits_and_beyond_full_scale(tmp_path: Path) -> None:
    audio = noise(5000)
    assert np.abs(read(write(tmp_path / "old.wav", audio, subtype="PCM_U8")) - audio).max() < 0.01
    loud = write(tmp_path / "loud.wav", audio * 8, subtype="FLOAT")
    found = placed.measure(open_source(loud, 0, RATE).blocks, 60)
    assert found.peak == np.abs(audio * 8).max() and found.lowered_db == pytest.approx(
        20 * np.log10(found.peak), abs=1e-4
    )


def test_what_is_no_number_is_silent(tmp_path: Path) -> None:
    audio = noise(3000, 2)
    audio[[5, 7, 9], [0, 1, 1]] = [np.nan, np.inf, -np.inf]
    opened = open_source(write(tmp_path / "take.wav", audio, subtype="FLOAT"), 0, RATE)
    heard = np.concatenate(list(opened.blocks()))
    assert opened.broken == 3 and np.isfinite(heard).all() and heard[5, 0] == heard[7, 1] == 0
    list(opened.blocks())
    assert opened.broken == 3, "counted anew at each reading"


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("not a sound")
    (tmp_path / "bare.raw").write_bytes(bytes(1000))
    write(tmp_path / "none.wav", np.zeros((0, 1), np.float32))
    write(tmp_path / "many.wav", noise(100, 8))
    for name, said in {
        "empty.wav": "is empty", "text.wav": "no recording", "bare.raw": "no recording",
        "none.wav": "no sound", "many.wav": "8 channels", "missing.wav": "no such file", ".": "is no file",
    }.items():  # fmt: skip
        with pytest.raises(StemwrightError, match=said) as error:
            open_source(tmp_path / name, 0, RATE)
        assert "\n" not in str(error.value)
    file = write(tmp_path / "take.wav", noise(RATE))
    for start in (1.0, -0.1, float("nan"), float("inf"), 1e300):
        with pytest.raises(UsageError, match="cannot begin"):
            open_source(file, start, RATE)
    with pytest.raises(UsageError, match="minutes"):
        open_source(file, 0, source.MAX_MINUTES * 60 * RATE + 1)


def test_damaged_files_are_told_or_end_early(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    soundfile.write(buffer, noise(4 * RATE), RATE, "PCM_24", format="FLAC")
    data = buffer.getvalue()
    file = tmp_path / "cut.flac"
    file.write_bytes(data[: len(data) // 2])
    opened = open_source(file, 0, 10 * RATE)
    try:
        heard = np.concatenate(list(opened.blocks()))
    except UsageError as error:
        assert "is damaged at" in str(error)
    else:
        assert opened.ended == pytest.approx(len(heard) / RATE) and opened.ended < 3


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 300), st.sampled_from(["wav", "flac", "ogg"]))
def test_any_bytes_are_read_or_refused(junk: bytes, at: int, kind: str) -> None:
    buffer = io.BytesIO()
    soundfile.write(buffer, noise(3000, 2), RATE, format=kind.upper())
    data = buffer.getvalue()
    file = _PLACE / f"odd.{kind}"
    file.write_bytes(data[:at] + junk + data[at + len(junk) :])
    try:
        for block in open_source(file, 0, RATE).blocks():
            assert np.isfinite(block).all() and block.shape[1] <= 2
    except StemwrightError as error:
        assert len(str(error).splitlines()) == 1


def test_a_take_has_the_songs_length_and_every_sample(tmp_path: Path) -> None:
    audio = np.round(noise(100_000, 2) * 2**23).astype(np.float32) / np.float32(2**23)
    blocks = open_source(write(tmp_path / "take.wav", audio, subtype="PCM_24"), 0, 90_000).blocks
    found = placed.measure(blocks, 60)
    data = placed.encode(blocks, found, 1234, 91_234)
    stored, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    assert (rate, found.samples, found.alike, found.silent) == (RATE, 90_000, False, False)
    np.testing.assert_array_equal(stored[1234:], audio[:90_000])
    assert stored.shape == (91_234, 2) and not stored[:1234].any()
    assert soundfile.info(io.BytesIO(data)).subtype == "PCM_24"
    assert len(found.mono) == pytest.approx(45_000, abs=2)


def test_sides_that_are_alike_become_one(tmp_path: Path) -> None:
    file = write(tmp_path / "take.wav", np.repeat(noise(1000), 2, axis=1))
    blocks = open_source(file, 0, RATE).blocks
    found = placed.measure(blocks, 60)
    assert found.alike and soundfile.info(io.BytesIO(placed.encode(blocks, found, 0, 2000))).channels == 1
    silent = open_source(write(tmp_path / "silent.wav", np.zeros((900, 2), np.float32)), 0, RATE).blocks
    assert placed.measure(silent, 60).silent


def test_a_long_file_is_read_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A header of 3 GB: what the song has no room for is never read."""
    file = tmp_path / "long.wav"
    write(file, noise(1000), subtype="PCM_16")
    with file.open("r+b") as raw:
        raw.truncate(3 * 10**9)
        for place, size in ((4, 3 * 10**9 - 8), (40, 3 * 10**9 - 44)):
            raw.seek(place)
            raw.write(size.to_bytes(4, "little"))
    opened = open_source(file, 0, 5 * RATE)
    assert opened.seconds > 30_000
    assert sum(map(len, opened.blocks())) == 5 * RATE and opened.ended is None
    assert max(map(len, opened.blocks())) <= source.BLOCK
