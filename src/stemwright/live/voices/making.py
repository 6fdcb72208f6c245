"""A companion's sound: made once by a performer, in processes of its own, and kept in the user's cache."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs
import soundfile

from stemwright.errors import StemwrightError
from stemwright.live.voices.notes import APART, Sheet, nearest
from stemwright.live.worker.worker import call

Sound = npt.NDArray[np.float32]
SILENCE = 1e-4
"""Level below which a note's beginning and end are cut off."""
LEAD = 0.002
"""Seconds kept before a note's first sound."""
RELEASE = {True: 0.0, False: 0.12}
"""Seconds that a note fades after its end: drums sound on."""


@dataclass(frozen=True, slots=True)
class Voices:
    """Notes as sounds [frames, 2]; of each of 128 pitches which one, -1 for none, and how much faster."""

    sounds: tuple[Sound, ...]
    which: tuple[int, ...]
    ratios: tuple[float, ...]
    release: float


def cached(sheet: Sheet, timbre: str, folder: Path | None = None) -> Path:
    """Where the sound of a sheet is kept, there or not."""
    place = folder or Path(platformdirs.user_cache_dir("stemwright", appauthor=False)) / "voices"
    told = f"{sheet.layer}|{timbre}|{sheet.pitches}|1"
    return place / f"{sheet.layer}-{hashlib.sha256(told.encode()).hexdigest()[:16]}.wav"


def make(sheet: Sheet, timbre: str, folder: Path | None = None) -> Path:
    """The sound of a sheet, made where it is not there yet: some seconds. UsageError for a timbre that the
    performer has not."""
    target = cached(sheet, timbre, folder)
    if target.is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="voices-", dir=target.parent) as place:
        song, midi = Path(place) / "song", Path(place) / "sheet.mid"
        midi.write_bytes(sheet.midi())
        call(["import", str(song), str(midi)])
        call(["generate", str(song), sheet.layer, *(["--timbre", timbre] if timbre else [])])
        told = call(["mix", str(song), "--stems", "--master", "none"])
        made = told["stems"].get(sheet.layer)
        if made is None:
            raise StemwrightError(f"voices: {sheet.layer} made no sound")
        shutil.move(made, target)
    return target


def read(sheet: Sheet, path: Path, rate: int, resample: Callable[[Sound, int, int], Sound]) -> Voices:
    """The notes of a sheet's sound at a rate."""
    sound, found = soundfile.read(path, dtype="float32", always_2d=True)
    stereo = sound if sound.shape[1] == 2 else np.repeat(sound[:, :1], 2, axis=1)
    stereo = stereo if found == rate else resample(stereo, found, rate)
    sounds = tuple(_note(stereo, sheet, place, rate) for place in range(len(sheet.pitches)))
    found_notes = [nearest(sheet, pitch) for pitch in range(128)]
    which = tuple(-1 if note is None or not len(sounds[note[0]]) else note[0] for note in found_notes)
    return Voices(
        sounds,
        which,
        tuple(1.0 if note is None else note[1] for note in found_notes),
        RELEASE[sheet.is_drums],
    )


def _note(sound: Sound, sheet: Sheet, place: int, rate: int) -> Sound:
    """One note, from its first sound on, faded at its end; empty where it is silent."""
    first = round(sheet.began(place) * rate)
    piece = sound[max(0, first - rate // 20) : first + round((APART - 0.06) * rate)]
    loud = np.flatnonzero(np.abs(piece).max(axis=1, initial=0) > SILENCE)
    if not len(loud):
        return np.zeros((0, 2), np.float32)
    begin, end = max(0, loud[0] - round(LEAD * rate)), loud[-1] + 1
    made = np.array(piece[begin:end], np.float32)
    fade = min(len(made), rate // 50)
    made[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return made
