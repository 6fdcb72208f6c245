"""Recordings as 24 kHz mono, so that a codec can be measured on what it was not trained for."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError, argument
from stemwright.evaluation.reference import Reference
from stemwright.song.timebase import SAMPLE_RATE

Audio = npt.NDArray[np.float32]

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff")
MAX_SECONDS = 30.0
"""Of each recording, from its start."""
MAX_FILES = 10_000
MAX_RATE = 384_000
MAX_CHANNELS = 64


@dataclass(frozen=True, slots=True)
class CodecInput:
    """Something to encode: `kind` groups sounds in the table, `audio` is float32 [N] at 24 kHz."""

    kind: str
    split: str
    name: str
    audio: Audio


def of_reference(reference: Reference) -> CodecInput:
    """A held-out clip as a sound; its layer is the kind."""
    return CodecInput(
        reference.layer, reference.split, f"{reference.name}, {reference.timbre}", reference.audio
    )


def recordings(folder: Path, count: int) -> Iterator[CodecInput]:
    """The first `count` recordings in each subfolder, by name; their kind is the subfolder's name.

    UsageError where there is none, or one cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: is not a folder; give one with recordings or one made by train data")
    if count < 1:
        raise UsageError(f"{argument('clips')} {count}: give a number above 0")
    taken: Counter[Path] = Counter()
    for path in _files(folder):
        if taken[path.parent] < count:
            taken[path.parent] += 1
            yield CodecInput(path.parent.name, "recordings", path.name, read(path))
    if not taken:
        raise UsageError(f"{folder}: holds no recordings; give a folder with {', '.join(SUFFIXES)} files")


def read(path: Path, seconds: float = MAX_SECONDS) -> Audio:
    """The first `seconds` of a recording, float32 [N], mono, 24 kHz. UsageError where it cannot be read."""
    import soxr

    raw, rate = read_as_is(path, seconds)
    mono = np.asarray(soxr.resample(raw.mean(axis=1), rate, SAMPLE_RATE), dtype=np.float32)
    if not mono.size:
        raise UsageError(f"{path}: is empty; take it out")
    return mono


def read_as_is(path: Path, seconds: float = MAX_SECONDS) -> tuple[Audio, int]:
    """The first `seconds` of a recording, float32 [N, channels], and its rate. UsageError as for `read`."""
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            rate, channels = int(file.samplerate), int(file.channels)
            if not 1000 <= rate <= MAX_RATE or not 1 <= channels <= MAX_CHANNELS:
                raise UsageError(f"{path}: has {channels} channels at {rate} Hz; convert it to WAV or FLAC")
            raw = np.asarray(file.read(round(seconds * rate), dtype="float32", always_2d=True))
    except (OSError, RuntimeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); convert it to WAV or FLAC") from None
    if not raw.size or not bool(np.isfinite(raw).all()):
        raise UsageError(f"{path}: is empty or holds values that are not finite; take it out")
    return raw, rate


def _files(folder: Path) -> list[Path]:
    """Files with a known suffix, links left out, sorted."""
    found: list[Path] = []
    for place, _, names in os.walk(folder):
        found += [Path(place, name) for name in names if Path(name).suffix.lower() in SUFFIXES]
        if len(found) > MAX_FILES:
            raise UsageError(f"{folder}: holds more than {MAX_FILES} recordings; give a smaller folder")
    return sorted(path for path in found if path.is_file() and not path.is_symlink())
