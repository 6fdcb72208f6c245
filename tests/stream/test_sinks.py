"""Where a stream goes."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stemwright.errors import StemwrightError, UsageError
from stemwright.stream.sinks import DEVICE, PIPE, check_out, header, sink

SOUND = np.linspace(-1.2, 1.2, 2000, dtype=np.float32).reshape(-1, 2)


def test_a_file_can_be_read_after_every_write(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with sink(str(path), io.BytesIO()) as to:
        assert soundfile.info(path).frames == 0
        for count in (1, 2, 3):
            to.write(SOUND)
            audio, rate = soundfile.read(path, dtype="float32")
            assert rate == 48_000 and len(audio) == count * len(SOUND)
    assert np.abs(audio[-1000:] - np.clip(SOUND, -1, 1)).max() < 2**-22
    assert path.stat().st_size == 44 + 3 * 6 * len(SOUND)


def test_a_file_stays_readable_where_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with pytest.raises(StemwrightError, match="not finite"), sink(str(path), io.BytesIO()) as to:
        to.write(SOUND)
        to.write(SOUND * np.float32(np.nan))
    assert soundfile.info(path).frames == len(SOUND)


def test_a_pipe_gets_a_header_of_unknown_length_and_16_bits() -> None:
    pipe = io.BytesIO()
    with sink(PIPE, pipe) as to:
        to.write(SOUND)
    data = pipe.getvalue()
    assert data[:4] == b"RIFF" and data[4:8] == data[40:44] == b"\xff" * 4
    samples = np.frombuffer(data[44:], "<i2").reshape(-1, 2)
    assert np.abs(samples / 32767 - np.clip(SOUND, -1.0001, 1)).max() <= 4 / 32767


def test_the_header_is_one_that_libsndfile_reads() -> None:
    assert soundfile.info(io.BytesIO(header(6, 24) + bytes(6))).subtype == "PCM_24"


def test_a_device_plays_and_is_stopped_at_once_at_an_interruption() -> None:
    played: list[int] = []
    left: list[type[BaseException] | None] = []

    class Opened:
        def play(self, block: np.ndarray) -> None:
            played.append(len(block))

    @contextmanager
    def opened(rate: int) -> Iterator[Opened]:
        assert rate == 48_000
        try:
            yield Opened()
            left.append(None)
        except BaseException as error:
            left.append(type(error))
            raise

    with sink(DEVICE, io.BytesIO(), opened) as to:
        to.write(SOUND)
    with pytest.raises(KeyboardInterrupt), sink(DEVICE, io.BytesIO(), opened) as to:
        raise KeyboardInterrupt
    assert played == [len(SOUND)] and left == [None, KeyboardInterrupt]


def test_where_there_is_no_device_a_file_is_named() -> None:
    @contextmanager
    def none(rate: int) -> Iterator[None]:
        raise StemwrightError("no output device is there")
        yield

    said = r"no output device is there; write to a file instead: out F"
    with pytest.raises(StemwrightError, match=said), sink(DEVICE, io.BytesIO(), none):  # type: ignore[arg-type]
        pass


@pytest.mark.parametrize("out", ["song.mp3", "song", "", "devices"])
def test_places_it_cannot_go_to(out: str) -> None:
    with pytest.raises(UsageError, match="out"):
        check_out(out, None)


def test_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="seconds"):
        check_out("a.wav", 5 * 3600.0)
    check_out(PIPE, 5 * 3600.0)
    (tmp_path / "folder.wav").mkdir()
    for bad in (tmp_path / "folder.wav", tmp_path / "none" / "a.wav"):
        with pytest.raises(StemwrightError, match="cannot be written"), sink(str(bad), io.BytesIO()):
            pass
