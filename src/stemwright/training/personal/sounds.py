"""A user's recordings as mono sound at 24 kHz: what is wrong with one is told in a line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError
from stemwright.recordings.source import RATE as WIDE_RATE
from stemwright.recordings.source import Source, file_sha256, open_source
from stemwright.song.timebase import SAMPLE_RATE

Floats = npt.NDArray[np.float32]

LEAST_SECONDS, MOST_SECONDS = 15.0, 3600.0
"""Of a file."""
LEAST_RATE = 16000
SILENT_DB = -55.0
CLIPPED = 0.005
"""The share of samples at full scale from which on a recording is refused."""
OFFSET = 0.02
LEVEL_DB = -20.0
"""What a recording's loud parts are brought to, so that performers hear the levels that they know."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono at 24 kHz, the file's name and SHA-256, and what was done to it, a line each."""

    path: Path
    audio: Floats
    sha256: str
    remarks: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.audio) / SAMPLE_RATE


def read_sound(path: Path) -> Sound:
    """A recording. UsageError in one line for one that is too short or long, silent, clipped, damaged, of a
    rate without overtones, or holds what is no number.
    """
    source = open_source(path, 0.0, int(MOST_SECONDS) * WIDE_RATE)
    _check_header(path, source)
    wide = np.concatenate(
        [block.mean(axis=1, dtype=np.float32) for block in source.blocks()] or [np.zeros(0)]
    )
    if source.ended is not None:
        raise UsageError(f"{path}: ends at {source.ended:.1f} of {source.seconds:.1f} s; give the whole file")
    if source.broken:
        raise UsageError(f"{path}: {source.broken} samples are no numbers (NaN or infinite); export it again")
    remarks = [f"{path.name}: {source.channels} channels mixed down to one"] if source.channels > 2 else []
    return Sound(path, *_levelled(path, _narrow(wide.astype(np.float32)), remarks))


def _check_header(path: Path, source: Source) -> None:
    if source.rate < LEAST_RATE:
        raise UsageError(
            f"{path}: {source.rate} Hz holds nothing above {source.rate // 2} Hz to learn from; "
            f"give {LEAST_RATE} Hz or more"
        )
    if not LEAST_SECONDS <= source.seconds <= MOST_SECONDS:
        raise UsageError(
            f"{path}: lasts {source.seconds:.0f} s; a file may have {LEAST_SECONDS:.0f} to "
            f"{MOST_SECONDS:.0f} s, ten minutes in all are plenty"
        )


def _narrow(wide: Floats) -> Floats:
    import soxr

    made: Floats = soxr.resample(wide, WIDE_RATE, SAMPLE_RATE, quality="VHQ")
    return made


def _levelled(path: Path, audio: Floats, remarks: list[str]) -> tuple[Floats, str, tuple[str, ...]]:
    offset = float(audio.mean(dtype=np.float64))
    if abs(offset) > OFFSET:
        remarks.append(f"{path.name}: a constant offset of {offset:+.2f} was taken away")
    clipped = float((np.abs(audio) > 0.999).mean())
    audio = (audio - np.float32(offset)).astype(np.float32)
    loud = _loud_db(audio)
    if loud < SILENT_DB:
        raise UsageError(f"{path}: is silent ({loud:.0f} dB at its loudest); give a file that sounds")
    if clipped > CLIPPED:
        raise UsageError(f"{path}: {100 * clipped:.1f}% of it is clipped; record it again with less gain")
    factor = np.float32(10 ** ((LEVEL_DB - loud) / 20))
    peak = float(np.abs(audio).max()) * float(factor)
    made = audio * (factor if peak <= 0.98 else np.float32(0.98 / (peak / float(factor))))
    return made.astype(np.float32), file_sha256(path), tuple(remarks)


def _loud_db(audio: Floats) -> float:
    """The level in dB that a tenth of all stretches of 50 ms exceed."""
    size = SAMPLE_RATE // 20
    parts = audio[: len(audio) // size * size].reshape(-1, size).astype(np.float64)
    return float(10 * np.log10(np.quantile((parts**2).mean(axis=1), 0.9) + 1e-12))
