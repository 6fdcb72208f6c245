"""What plays sound: an output device of the machine, by the package sounddevice (PortAudio)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, install

Audio = npt.NDArray[np.float32]


class Device(Protocol):
    """An open device."""

    def play(self, block: Audio) -> None:
        """Take the next samples, float32 [n, 2] in -1..1; returns once there is room for more."""


Opener = Callable[[int], AbstractContextManager[Device]]
"""Opens a device at a rate in Hz; at the end what it was given is played out. StemwrightError for none."""


class _Stream:
    def __init__(self, stream: Any, failure: type[Exception]) -> None:
        self._stream, self._failure = stream, failure

    def play(self, block: Audio) -> None:
        try:
            self._stream.write(np.ascontiguousarray(block))
        except self._failure as error:
            raise StemwrightError(f"the output device failed ({_line(error)})") from error


@contextmanager
def output(rate: int) -> Iterator[Device]:
    """The machine's usual output. StemwrightError where it has none, or sounddevice is not installed."""
    try:
        import sounddevice
    except ImportError as error:
        raise StemwrightError(f"sounddevice is not installed ({install('sounddevice')})") from error
    except OSError as error:  # the package is there and PortAudio is not
        raise StemwrightError(f"no sound system is there ({error})") from error
    try:
        stream = sounddevice.OutputStream(samplerate=rate, channels=2, dtype="float32")
        stream.start()
    except sounddevice.PortAudioError as error:
        raise StemwrightError(f"no output device can be opened ({_line(error)})") from error
    try:
        yield _Stream(stream, sounddevice.PortAudioError)
        stream.stop()
    finally:
        stream.close()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:100]
