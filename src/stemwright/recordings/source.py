"""An audio file, read in blocks from some second on, at 48 kHz, in one channel or two; of any size."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, UsageError
from stemwright.recordings.channels import MAX_CHANNELS, factors
from stemwright.song.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from soundfile import SoundFile

Audio = npt.NDArray[np.float32]

RATE = 2 * SAMPLE_RATE
"""Hz of what is read."""
MAX_MINUTES = 60
"""Of a recording that a song may hold."""
BLOCK = 1 << 16
RATES = (1000, 768_000)
CONTAINERS = ("WAV", "WAVEX", "RF64", "W64", "FLAC", "OGG", "MP3", "MPEG", "AIFF", "CAF")
_TAIL = 2048
"""Frames that are read beyond what is wanted, so that its end is no end for the resampler."""
_NAME = 100


@dataclass(slots=True)
class Source:
    """What `blocks` reads: `start`, seconds into the file; `samples` at `RATE` at most. `broken`: samples of
    the file, as far as it was read, that were no numbers and are 0; `ended`: the second at which it ended
    before what its header says, None where it did not. Both are known once `blocks` has come to its end.
    """

    path: Path
    container: str
    rate: int
    channels: int
    seconds: float
    start: float
    samples: int
    broken: int = field(default=0, init=False)
    ended: float | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """The file's name, as a take tells it."""
        name = "".join(letter for letter in self.path.name if letter.isprintable()).replace("\\", "_")
        return name.strip()[-_NAME:].strip() or "recording"

    @property
    def width(self) -> int:
        """Channels of the blocks."""
        return min(self.channels, 2)

    def blocks(self) -> Iterator[Audio]:
        """float32 [n, width], together as long as what there is, at most `samples`. UsageError where the file
        is damaged.
        """
        self.broken, self.ended = 0, None
        left = self.samples
        for block in self._resampled():
            yield block[:left]
            left -= len(block)
            if left <= 0:
                return

    def _resampled(self) -> Iterator[Audio]:
        import soxr

        if self.rate == RATE:
            yield from self._read()
            return
        stream = soxr.ResampleStream(self.rate, RATE, self.width, dtype="float32", quality="VHQ")
        for block in self._read():
            yield stream.resample_chunk(block)
        yield stream.resample_chunk(np.zeros((0, self.width), np.float32), last=True)

    def _read(self) -> Iterator[Audio]:
        """The blocks at the file's own rate, mixed down."""
        mixdown = factors(self.channels, self.container)
        first = round(self.start * self.rate)
        wanted = math.ceil(self.samples * self.rate / RATE) + _TAIL
        with _opened(self.path) as file:
            promised = min(file.frames - first, wanted)
            done = 0
            try:
                file.seek(first)
                while done < wanted:
                    block = file.read(min(BLOCK, wanted - done), dtype="float32", always_2d=True)
                    if not len(block):
                        break
                    done += len(block)
                    block = self._numbers(block)
                    yield block if mixdown is None else np.asarray(block @ mixdown, np.float32)
            except RuntimeError as error:
                where = (first + done) / self.rate
                raise UsageError(f"{self.path}: is damaged at {where:.1f} s ({_reason(error)})") from error
        if promised < 2**62 and done < promised:
            self.ended = (first + done) / self.rate

    def _numbers(self, block: Audio) -> Audio:
        odd = ~np.isfinite(block)
        count = int(odd.sum())
        self.broken += count
        return np.where(odd, np.float32(0), block) if count else block


def open_source(path: Path, start: float, samples: int) -> Source:
    """The recording in a file, from second `start` on, at most `samples` at `RATE`. UsageError for what is no
    recording, or ends before that.
    """
    if samples > MAX_MINUTES * 60 * RATE:
        raise UsageError(
            f"{path}: the song lasts {samples / RATE / 60:.0f} minutes from there; a recording may have "
            f"{MAX_MINUTES}"
        )
    with _opened(path) as file:
        rate, channels, container, frames = file.samplerate, file.channels, file.format, file.frames
    low, high = RATES
    if container not in CONTAINERS:
        raise UsageError(f"{path}: is a {container[:20]} file; use WAV, FLAC, OGG, MP3 or AIFF")
    if not low <= rate <= high:
        raise UsageError(f"{path}: has a rate of {rate} Hz; {low} to {high} can be read")
    if channels > MAX_CHANNELS:
        raise UsageError(f"{path}: has {channels} channels; up to {MAX_CHANNELS} can be mixed down")
    if frames <= 0:
        raise UsageError(f"{path}: holds no sound")
    if not (math.isfinite(start) and 0 <= start < frames / rate):
        raise UsageError(f"{path}: lasts {frames / rate:.2f} s; it cannot begin at second {start:g}")
    return Source(path, container, rate, channels, frames / rate, start, samples)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StemwrightError(f"{path}: cannot be read: {error.strerror or error}") from error


def _opened(path: Path) -> SoundFile:
    import soundfile

    try:
        if not path.is_file():
            what = "is no file" if path.exists() else "no such file"
            raise UsageError(f"{path}: {what}; name a recording (WAV, FLAC, OGG, MP3 or AIFF)")
        if not path.stat().st_size:
            raise UsageError(f"{path}: is empty (0 bytes)")
        with path.open("rb"):
            pass
        return soundfile.SoundFile(str(path))
    except OSError as error:
        raise StemwrightError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (RuntimeError, TypeError, ValueError) as error:  # it takes "take.raw" for samples without a header
        raise UsageError(
            f"{path}: is no recording that can be read ({_reason(error)}); use WAV, FLAC, OGG, MP3 or AIFF"
        ) from error


def _reason(error: Any) -> str:
    """What the library says, in few words."""
    text = str(getattr(error, "error_string", error))
    return " ".join(text.split()).rstrip(".")[:100]
