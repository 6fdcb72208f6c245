"""Where a stream goes: a WAV file that can be read at any moment, standard output, an output device."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.mix.files import to_24_bit
from stemwright.playback import device
from stemwright.store.atomic import explain

Audio = npt.NDArray[np.float32]

RATE, CHANNELS = 48_000, 2
PIPE, DEVICE = "-", "device"
UNKNOWN = 0xFFFF_FFFF
"""What a WAV header says of a length that nobody knows yet; readers of pipes take it so."""
_HEAD = struct.Struct("<4sI4s4sIHHIIHH4sI")
LONGEST = 4 * 3600
"""Seconds that a WAV file of 24 bits holds, well below its 4 GiB."""


class Sink(Protocol):
    """Takes the sound as it comes."""

    def write(self, sound: Audio) -> None:
        """Take the next samples [n, 2], -1..1."""


def header(data: int, bits: int) -> bytes:
    """A WAV file's first bytes, for so many bytes of samples, or `UNKNOWN`."""
    frame = CHANNELS * bits // 8
    riff = UNKNOWN if data == UNKNOWN else data + _HEAD.size - 8
    return _HEAD.pack(
        b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, CHANNELS, RATE, RATE * frame, frame, bits, b"data", data
    )


class WavFile:
    """A WAV file of 24 bits. Its header is right after every write, so that it can be read whatever happens
    then.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file, self._data = path, file, 0
        self._head()

    def write(self, sound: Audio) -> None:
        """Add samples. StemwrightError where there is no room for them."""
        little = to_24_bit(sound).astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:]
        try:
            self._file.seek(_HEAD.size + self._data)
            self._file.write(np.ascontiguousarray(little).tobytes())
            self._data += little.size
            self._head()
        except OSError as error:
            raise explain(error, self._path) from error

    def _head(self) -> None:
        self._file.seek(0)
        self._file.write(header(self._data, 24))
        self._file.flush()


class WavPipe:
    """A WAV stream of 16 bits and unknown length."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._put(header(UNKNOWN, 16))

    def write(self, sound: Audio) -> None:
        """Add samples. BrokenPipeError where nobody reads any more."""
        self._put(np.clip(np.rint(sound * 32767.0), -32768, 32767).astype("<i2").tobytes())

    def _put(self, data: bytes) -> None:
        self._pipe.write(data)
        self._pipe.flush()


class _Played:
    """What a device plays."""

    def __init__(self, opened: device.Device) -> None:
        self._opened = opened

    def write(self, sound: Audio) -> None:
        """Play; returns once there is room for more."""
        self._opened.play(sound)


def check_out(out: str, seconds: float | None) -> None:
    """UsageError for a place that a stream cannot go to, or not for so long."""
    if out in (PIPE, DEVICE):
        return
    if Path(out).suffix.lower() != ".wav":
        raise UsageError(
            f"{argument('out')} {out[:60]!r}: give a file that ends in .wav, - for standard output, or device"
        )
    if seconds is not None and seconds > LONGEST:
        raise UsageError(f"{argument('seconds')} {seconds:g}: a WAV file holds {LONGEST} seconds at most")


@contextmanager
def sink(out: str, pipe: BinaryIO, open_device: device.Opener = device.output) -> Iterator[Sink]:
    """Open where a stream goes: `out` a WAV file, `PIPE` or `DEVICE`. StemwrightError where it cannot."""
    if out == PIPE:
        yield WavPipe(pipe)
    elif out == DEVICE:
        with ExitStack() as stack:
            try:
                playing = stack.enter_context(open_device(RATE))
            except StemwrightError as error:
                raise StemwrightError(
                    f"{error.marked}; write to a file instead: {argument('out')} FILE.wav"
                ) from error
            yield _Played(playing)
    else:
        path = Path(out)
        try:
            file = path.open("wb")
        except OSError as error:
            raise explain(error, path) from error
        with file:
            yield WavFile(path, file)
