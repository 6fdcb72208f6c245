"""One sound of the launcher, checked and cut so that it can loop."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from stemwright.errors import UsageError
from stemwright.song.score import PPQ
from stemwright.song.state import GlobalState
from stemwright.song.timebase import FRAME_RATE

Sound = npt.NDArray[np.float32]

HEAD, TAIL = 0.001, 0.005
"""Seconds that a cut fades in, and that it goes on, fading, after its last bar: no click where it loops."""
MAX_SECONDS = 600
MAX_CHANNELS = 64


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a stem lies in a song: bars from 0, ``stop`` not among them. ``began``: the second at which its
    first bar was performed; ``seconds``, ``quarters``: how long its bars last by the song's tempo."""

    start: int
    stop: int
    began: Fraction
    seconds: Fraction
    quarters: Fraction

    @property
    def bpm(self) -> Fraction:
        """Its tempo, quarter notes a minute."""
        return self.quarters * 60 / self.seconds

    def frames(self, rate: int) -> int:
        """Frames of its bars."""
        return round(self.seconds * rate)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A section's stem that is ready to be launched. ``sound``: float32 [frames and a tail, 2]; ``frames``:
    those of its bars; ``file``: where the session keeps it; ``remarks``: what should be said of its file."""

    sound: Sound
    frames: int
    file: str
    remarks: tuple[str, ...] = ()


Found = Prepared | str
"""What came of a stem: it can be launched, or why it cannot be read."""


def cut_of(state: GlobalState, start: int, stop: int) -> Cut:
    """Bars start..stop - 1 of a song. Layers are performed in whole frames, so that a bar may have begun up
    to 6.7 ms off; its length is exact."""
    base, ticks = state.timebase, (state.bar_tick(start), state.bar_tick(stop))
    seconds = [base.tick_seconds(tick) for tick in ticks]
    began = Fraction(base.frames(start), FRAME_RATE)
    return Cut(start, stop, began, seconds[1] - seconds[0], Fraction(ticks[1] - ticks[0], PPQ))


def read_cut(path: Path, cut: Cut, rate: int) -> tuple[Sound, list[str]]:
    """The sound of a cut, float32 [frames, 2] at ``rate``: its bars and a short tail; and what should be said
    of the file. UsageError where it cannot be read, is too short, or is no sound."""
    try:
        with soundfile.SoundFile(path) as file:
            if file.channels > MAX_CHANNELS:
                raise UsageError(f"{path}: has {file.channels} channels; give a file of 1 or 2")
            found = file.samplerate
            if cut.seconds > MAX_SECONDS:
                raise UsageError(f"{path}: bars {cut.start + 1}-{cut.stop} are longer than {MAX_SECONDS} s")
            first, frames = round(cut.began * found), cut.frames(found)
            missing = first + frames - file.frames
            if missing > found / FRAME_RATE:
                raise UsageError(
                    f"{path}: ends before bar {cut.stop} does, {missing / found:.2f} s too early: mix the "
                    "song again"
                )
            file.seek(first)
            sound = file.read(frames + round(TAIL * found), dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise UsageError(f"{path}: cannot be read as audio ({error})") from None
    said = [] if found == rate else [f"{path.name}: is of {found} Hz; brought to {rate} Hz"]
    if not np.isfinite(sound).all():
        raise UsageError(f"{path}: has samples that are no numbers (NaN or infinite): mix the song again")
    stereo = sound[:, :2] if sound.shape[1] > 1 else np.repeat(sound, 2, axis=1)
    if found != rate:
        stereo = soxr.resample(stereo, found, rate, quality="HQ").astype(np.float32)
    return _faded(stereo, cut.frames(rate), rate), said


def _faded(sound: Sound, frames: int, rate: int) -> Sound:
    """Faded in at its first sample and out after its last bar."""
    tail = round(TAIL * rate)
    out = np.zeros((frames + tail, 2), np.float32)
    out[: len(sound)] = sound[: len(out)]
    head = round(HEAD * rate)
    out[:head] *= (0.5 - 0.5 * np.cos(np.pi * np.arange(head) / head)).astype(np.float32)[:, None]
    out[frames:] *= (0.5 + 0.5 * np.cos(np.pi * np.arange(1, tail + 1) / tail)).astype(np.float32)[:, None]
    return out
