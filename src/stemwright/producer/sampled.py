"""A layer's sound from the sampler, as an object: FLAC, 48 kHz, 16 bits, one channel where both are alike."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, UsageError
from stemwright.song.layers import is_drums
from stemwright.song.timebase import HOP, SAMPLE_RATE

if TYPE_CHECKING:
    from stemwright.instruments.files import Instrument
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState

RATE = 2 * SAMPLE_RATE
Audio = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sound:
    """`data`: the object's bytes. Of `notes`, `silent` lie where the instrument has nothing."""

    data: bytes
    notes: int
    silent: int


def sampled_sound(
    state: GlobalState,
    layer: str,
    score: Score,
    instrument: Instrument,
    progress: Callable[[int, int], object] = lambda done, of: None,
) -> Sound:
    """A score as the instrument plays it. UsageError where it has notes and none of them sounds."""
    from stemwright.instruments.events import score_events
    from stemwright.instruments.playing import play

    total = state.timebase.frames(state.bars) * HOP
    events = score_events(score, state.timebase)
    played = play(instrument.keyboard, events, total, is_drums(layer), progress)
    if played.notes and played.silent == played.notes:
        low, high = instrument.keyboard.range
        raise UsageError(
            f"layer {layer!r}: none of its {played.notes} notes sounds: {instrument.name} has keys {low} to "
            f"{high}; choose another file or preset",
            field="layer",
        )
    return Sound(_encoded(played.audio), played.notes, played.silent)


def stem_of(data: bytes, rate: int, frames: int, name: str) -> Audio:
    """The stem in an object, float32 [samples] or [samples, 2] at `rate`. StemwrightError, naming `name`,
    where it is not a sound of so many frames.
    """
    import soundfile
    import soxr

    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            if (file.samplerate, file.frames) != (RATE, frames * HOP * RATE // SAMPLE_RATE):
                raise StemwrightError(f"{name}: is of another length or rate than its take")
            audio = file.read(dtype="float32", always_2d=True)
    except RuntimeError as error:
        raise StemwrightError(f"{name}: is not the sound of a take ({error})") from error
    if rate != RATE:
        audio = np.asarray(soxr.resample(audio, RATE, rate), dtype=np.float32)
    return np.ascontiguousarray(audio if audio.shape[1] > 1 else audio[:, 0])


def _encoded(audio: Audio) -> bytes:
    import soundfile

    whole = np.rint(np.clip(audio, -1, 1) * np.float32(32767)).astype(np.int16)
    if (whole[:, 0] == whole[:, 1]).all():
        whole = whole[:, :1]
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", RATE, whole.shape[1], "PCM_16", format="FLAC") as file:
        file.write(whole)
    return buffer.getvalue()
