"""Transcription: does a judge who only hears a stem write down the score's notes?

Conventions. *Posteriorgrams* are how surely each of 88 keys (A0 to C8) sounds and begins, frame by frame.
Notes are begin in seconds and MIDI pitch. *Note F* (0 to 1, higher is better) is the F measure of heard notes
against the score's: a note is hit where one of its pitch begins within WINDOW, as in mir_eval.transcription
without offsets; each counts once.

Decoding as published with basic-pitch (Bittner et al., ICASSP 2022; Apache-2.0), own implementation: onsets
are also where keys rise within two frames; from each onset peak, the last first, a note is followed until it
is quiet for PATIENCE frames; then what is left is followed from its loudest frame both ways. Notes of
SHORTEST frames (128 ms) or less are dropped: of fast music much is missed, so it belongs beside a control.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import onsets

Frames = NDArray[np.floating]

KEYS = 88
LOWEST_PITCH = 21
WINDOW = 0.05
ONSET = 0.5
SOUNDS = 0.3
SHORTEST = 11
PATIENCE = 11


@dataclass(frozen=True, slots=True)
class Posteriorgrams:
    """`note` and `onset` [frames, KEYS] from 0 to 1, and when each frame is, in seconds [frames]."""

    note: Frames
    onset: Frames
    times: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HeardNote:
    """A note by its first frame, the frame after its last, and its MIDI pitch."""

    first: int
    end: int
    pitch: int


def decode(heard: Posteriorgrams) -> list[HeardNote]:
    """The notes in posteriorgrams, by begin and pitch. ValueError where shapes do not fit."""
    shape = (len(heard.times), KEYS)
    if heard.note.shape != shape or heard.onset.shape != shape:
        raise ValueError(f"posteriorgrams should be {shape}, are {heard.note.shape}, {heard.onset.shape}")
    if len(heard.times) < 3:
        return []
    left = np.array(heard.note, dtype=np.float64)
    notes = _from_onsets(left, _peaks(_with_rises(heard)))
    notes += _from_what_is_left(left)
    return sorted(notes, key=lambda note: (note.first, note.pitch))


def note_f(
    begins: ArrayLike, pitches: ArrayLike, heard: Posteriorgrams, window: float = WINDOW
) -> tuple[float, float, float]:
    """F, precision and recall of heard notes against the score's `begins` [N] and `pitches` [N].

    All 1 where both are empty, all 0 where only one is.
    """
    return _compare(begins, pitches, decode(heard), heard.times, window)


def evaluate(
    begins: ArrayLike, pitches: ArrayLike, heard: Posteriorgrams, shift: float, window: float = WINDOW
) -> "OrderedDict[str, Any]":
    """note_f, precision, recall, heard (count), floor_f: note F of the score `shift` seconds later."""
    notes = decode(heard)
    f, precision, recall = _compare(begins, pitches, notes, heard.times, window)
    later = np.asarray(begins, dtype=np.float64) + shift
    floor = _compare(later, pitches, notes, heard.times, window)[0]
    return OrderedDict(note_f=f, precision=precision, recall=recall, heard=len(notes), floor_f=floor)


def _compare(
    begins: ArrayLike, pitches: ArrayLike, notes: list[HeardNote], times: NDArray[np.float64], window: float
) -> tuple[float, float, float]:
    wanted, written = np.asarray(begins, dtype=np.float64), np.asarray(pitches).astype(int)
    if wanted.shape != written.shape or wanted.ndim != 1:
        raise ValueError(f"every note needs a begin and a pitch, have {wanted.shape} and {written.shape}")
    if not len(wanted) or not notes:
        both = float(len(wanted) == len(notes))
        return both, both, both
    hits = 0
    for pitch in set(written.tolist()):
        found = np.sort([times[note.first] for note in notes if note.pitch == pitch])
        hits += len(onsets.match(np.sort(wanted[written == pitch]), found, window))
    return 2.0 * hits / (len(wanted) + len(notes)), hits / len(notes), hits / len(wanted)


def _with_rises(heard: Posteriorgrams) -> Frames:
    """Onsets, or how much a key has risen above both of the two frames before, whichever is more.

    Rises are scaled to the strongest onset.
    """
    note = np.asarray(heard.note, dtype=np.float64)
    rise = np.zeros_like(note)
    rise[2:] = np.maximum(np.minimum(note[2:] - note[1:-1], note[2:] - note[:-2]), 0.0)
    highest = float(rise.max())
    if highest <= 0.0:
        return np.asarray(heard.onset, dtype=np.float64)
    return np.maximum(heard.onset, float(heard.onset.max()) / highest * rise)


def _peaks(curve: Frames) -> list[tuple[int, int]]:
    """Frame and key of local maxima in time that reach ONSET, the last first."""
    middle = curve[1:-1]
    found = (middle > curve[:-2]) & (middle > curve[2:]) & (middle >= ONSET)
    return [(int(frame) + 1, int(key)) for frame, key in np.argwhere(found)[::-1]]


def _from_onsets(left: Frames, peaks: list[tuple[int, int]]) -> list[HeardNote]:
    """A note from each peak on; what it takes up is cleared from `left`, the neighbouring keys with it."""
    notes: list[HeardNote] = []
    for frame, key in peaks:
        walked, quiet = _walk(left[frame + 1 : -1, key])
        end = frame + 1 + walked - quiet
        if end - frame > SHORTEST:
            _clear(left, frame, end, key)
            notes.append(HeardNote(frame, end, key + LOWEST_PITCH))
    return notes


def _from_what_is_left(left: Frames) -> list[HeardNote]:
    """Notes without an onset: both ways from the loudest frame that is left, until none sounds."""
    notes: list[HeardNote] = []
    while True:
        middle, key = divmod(int(np.argmax(left)), KEYS)
        if left[middle, key] <= SOUNDS:
            return notes
        after, quiet_after = _walk(left[middle + 1 : -1, key])
        before, quiet_before = _walk(left[1:middle, key][::-1])
        left[middle, key] = 0.0
        _clear(left, middle + 1, middle + 1 + after, key)
        _clear(left, middle - before, middle, key)
        first, end = middle - before + quiet_before, middle + after - quiet_after
        if end - first > SHORTEST:
            notes.append(HeardNote(first, end, key + LOWEST_PITCH))


def _walk(curve: Frames) -> tuple[int, int]:
    """How many frames of a key are walked until it has been quiet for PATIENCE, and how many of the last
    ones are quiet.
    """
    quiet = 0
    for walked, value in enumerate(curve.tolist(), 1):
        quiet = quiet + 1 if value < SOUNDS else 0
        if quiet == PATIENCE:
            return walked, quiet
    return len(curve), quiet


def _clear(left: Frames, first: int, end: int, key: int) -> None:
    left[max(first, 0) : end, max(key - 1, 0) : key + 2] = 0.0
