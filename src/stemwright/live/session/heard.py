"""What the inputs of a set hear on a virtual clock: an audio file in the place of a device."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr

from stemwright.errors import UsageError, argument
from stemwright.live.desk.desk import Sound

MAX_MINUTES = 60
MAX_CHANNELS = 32


def sound_inputs(heard: Sound, cv_inputs: int, name: object) -> int:
    """How many channels of a recording are for sound, before those for voltages. UsageError where it has too
    few."""
    count: int = heard.shape[1] - cv_inputs
    if count < 0:
        raise UsageError(
            f"{name}: has {heard.shape[1]} channels, fewer than the {cv_inputs} of {argument('cv_in')}"
        )
    return count


def read_inputs(path: Path, rate: int) -> Sound:
    """A file's sound, float32 [frames, channels] at a rate, an input a channel. UsageError where it is no
    recording, is longer than an hour, or has more than 32 channels or numbers that are none."""
    try:
        with soundfile.SoundFile(path) as file:
            if file.channels > MAX_CHANNELS:
                raise UsageError(f"{path}: has {file.channels} channels; give {MAX_CHANNELS} at most")
            if file.frames > MAX_MINUTES * 60 * file.samplerate:
                raise UsageError(f"{path}: lasts more than {MAX_MINUTES} minutes; cut it")
            found, sound = file.samplerate, file.read(dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise UsageError(f"{path}: cannot be read as a recording ({error})") from None
    if not np.isfinite(sound).all():
        raise UsageError(f"{path}: holds numbers that are none")
    made: Sound = sound if found == rate else soxr.resample(sound, found, rate, quality="HQ")
    return np.ascontiguousarray(made, np.float32)
