"""What the decoder is told of a score: note spans in samples, features of frames, rows of sounding notes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np
import numpy.typing as npt

from stemwright.codec.tone.layout import DRUM_TAIL, HOP, NOTE_FEATURES, RATE, TAIL, Floats
from stemwright.song.drums import DRUM_PIECES, PIECE_PITCH, piece_of
from stemwright.song.layers import is_drums

if TYPE_CHECKING:
    from stemwright.song.score import Score
    from stemwright.song.timebase import Timebase

PIECES = len(DRUM_PIECES)
FRAME_FEATURES = 2 * PIECES + 6
TRACE_FRAMES = 24
MAX_HELD = 12 * RATE


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes in the order of their onsets. ``start`` and ``end``: samples at 24 kHz, float64 [N]; ``pitch``:
    int64 [N], of drums the pitch that stands for the piece; ``velocity``: float32 [N], 0 to 1.
    """

    drums: bool
    start: npt.NDArray[np.float64]
    end: npt.NDArray[np.float64]
    pitch: npt.NDArray[np.int64]
    velocity: Floats

    def __len__(self) -> int:
        return len(self.start)

    @property
    def tail(self) -> int:
        """Frames after a note's end in which it may still sound."""
        return DRUM_TAIL if self.drums else TAIL


def notes_of(layer: str, score: Score, timebase: Timebase) -> Notes:
    """The notes as they sound: a pitch that is struck again ends its earlier note."""
    drums = is_drums(layer)
    found: list[list[float]] = []
    for note in sorted(score.notes, key=lambda n: (n.onset, n.pitch)):
        start = timebase.tick_sample(note.onset)
        end = max(start + 1, timebase.tick_sample(note.onset + note.duration))
        pitch = PIECE_PITCH[DRUM_PIECES[piece_of(note.pitch)]] if drums else note.pitch
        found.append([start, start + 1 if drums else min(end, start + MAX_HELD), pitch, note.velocity])
    if not drums:
        _end_at_next(found)
    table = np.array(found, np.float64).reshape(-1, 4)
    return Notes(
        drums, table[:, 0], table[:, 1], table[:, 2].astype(np.int64), (table[:, 3] / 127).astype(np.float32)
    )


def _end_at_next(notes: list[list[float]]) -> None:
    """Cut a note where its pitch is struck again."""
    last: dict[float, list[float]] = {}
    for note in notes:
        before = last.get(note[2])
        if before is not None and before[1] > note[0]:
            before[1] = max(before[0] + 1, note[0])
        last[note[2]] = note


NEAR = 64
"""Frames after an onset in which it may still matter though its note has ended: traces, bursts, attacks."""


def near(notes: Notes, first: int, stop: int) -> Notes:
    """The notes that say anything of frames ``first`` to ``stop``: those that sound there, those that began
    little before, and the latest before, whose nearness is told. All else of a layer is silent there.
    """
    begun = np.floor(notes.start / HOP) < stop + NEAR // 8
    heard = np.maximum(notes.end + (notes.tail + 2) * HOP, notes.start + NEAR * HOP) >= first * HOP
    latest = int(np.searchsorted(notes.start, first * HOP, side="right")) - 1
    if latest >= 0:
        heard[latest] = True
    kept = begun & heard
    return Notes(notes.drums, notes.start[kept], notes.end[kept], notes.pitch[kept], notes.velocity[kept])


def frame_features(notes: Notes, first: int, frames: int) -> Floats:
    """``[frames, FRAME_FEATURES]`` of the frames from ``first`` on: of each drum piece its hit (velocity) and
    its trace (falling within 24 frames); a constant; nearness of the latest onset; its place in its frame,
    and whether it is in this one; how many notes sound, and the loudest of them.
    """
    out = np.zeros((frames, FRAME_FEATURES), np.float32)
    common = out[:, 2 * PIECES :]
    common[:, 0] = 1.0
    for start, end, pitch, velocity in zip(notes.start, notes.end, notes.pitch, notes.velocity, strict=True):
        at = int(start // HOP) - first
        if at >= frames:
            break
        if notes.drums:
            _drum_hit(out, at, piece_of(int(pitch)), float(velocity))
        low, high = max(at, 0), min(max(math.ceil(end / HOP) - first, at + 1), frames)
        if high > low:
            common[low:high, 4] += 0.25
            np.maximum(common[low:high, 5], velocity, out=common[low:high, 5])
        if at >= 0:
            common[at, 2], common[at, 3] = start / HOP % 1.0, 1.0
        if frames > low:
            common[low:, 1] = 4.0 / (4.0 + np.arange(low, frames) - at)
    return out


def _drum_hit(out: Floats, at: int, piece: int, velocity: float) -> None:
    frames = len(out)
    low, high = max(at, 0), min(at + TRACE_FRAMES, frames)
    if high > low:
        fall = velocity * (1 - np.arange(low - at, high - at) / TRACE_FRAMES) ** 2
        np.maximum(out[low:high, PIECES + piece], fall, out=out[low:high, PIECES + piece])
    if 0 <= at < frames:
        out[at, piece] = max(float(out[at, piece]), velocity)


@dataclass(frozen=True, slots=True)
class NoteRows:
    """Sounding notes by frame, note after note: int64 [M] ``note`` and ``frame`` (from the first one asked
    for), float32 [M, NOTE_FEATURES] ``features``.
    """

    note: npt.NDArray[np.int64]
    frame: npt.NDArray[np.int64]
    features: Floats


def sounding(notes: Notes, first: int, frames: int) -> NoteRows:
    """The rows of the frames from ``first`` on in which a note, or its tail, sounds. A frame reaches from the
    centre before its own to the one after.
    """
    begin = np.maximum(first_frame(notes.start) - first, 0)
    stop = np.minimum(np.ceil(notes.end / HOP).astype(np.int64) + notes.tail - first, frames)
    count = np.maximum(stop - begin, 0)
    note = np.repeat(np.arange(len(notes)), count)
    frame = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(begin, count)
    centre = (frame + first) * HOP + HOP / 2
    age = np.maximum((centre - notes.start[note]) / HOP, 0.0)
    over = (centre - notes.end[note]) / HOP
    return NoteRows(
        note,
        frame,
        _note_features(age, over, notes.pitch[note], notes.velocity[note], notes.tail, notes.drums),
    )


@overload
def first_frame(start: float) -> int: ...
@overload
def first_frame(start: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]: ...
def first_frame(start: float | npt.NDArray[np.float64]) -> int | npt.NDArray[np.int64]:
    """The first frame in which a note that begins at a sample sounds."""
    found = np.floor((np.asarray(start) - 1.5 * HOP) / HOP).astype(np.int64) + 1
    return int(found) if found.ndim == 0 else found


def _note_features(
    age: npt.NDArray[np.float64],
    over: npt.NDArray[np.float64],
    pitch: npt.NDArray[np.int64],
    velocity: Floats,
    tail: int,
    drums: bool,
) -> Floats:
    """Velocity and its square; sounding, young, age at two speeds, age in logarithm; after the end the same
    at two speeds and how much of the tail is over; pitch as a line and a parabola; drums.
    """
    live = (over < 0) & (not drums)
    gone = np.maximum(over, 0.0)
    high = np.zeros_like(age) if drums else (pitch - 60) / 24.0
    parts = (
        velocity,
        np.square(velocity),
        live,
        age < 0.5,
        8 / (8 + age),
        2 / (2 + age),
        np.log1p(age) / 5,
        ~live * 8 / (8 + gone),
        ~live * 2 / (2 + gone),
        ~live * gone / tail,
        high,
        np.square(high),
        np.full_like(age, drums),
        np.exp(-age / 40.0),
    )
    out = np.stack([np.asarray(p, np.float32) for p in parts], axis=-1)
    assert out.shape[-1] == NOTE_FEATURES
    return out


def attacks(notes: Notes, first: int, frames: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The onsets in the frames from ``first`` on: each one's frame, counted from there, int64 [K], and its
    sample at 24 kHz, float64 [K]; notes that begin together have one.
    """
    starts = np.unique(notes.start)
    frame = np.floor(starts / HOP).astype(np.int64) - first
    inside = (frame >= 0) & (frame < frames)
    return frame[inside], starts[inside]


def bursts(notes: Notes, first: int, frames: int, seconds: tuple[float, ...], scale: int = 1) -> Floats:
    """Envelopes ``[len(seconds), frames * 320 * scale]``: 1 at every onset, falling by 1 / e in so many
    seconds; of several onsets the highest.
    """
    total, rate = frames * HOP * scale, RATE * scale
    out = np.zeros((len(seconds), total), np.float32)
    for start in np.unique(notes.start):
        at = round((float(start) - first * HOP) * scale)
        if at >= total:
            break
        for row, tau in zip(out, seconds, strict=True):
            low, high = max(at, 0), min(at + round(7 * tau * rate), total)
            if high > low:
                fall = np.exp((at - np.arange(low, high)) / (tau * rate)).astype(np.float32)
                np.maximum(row[low:high], fall, out=row[low:high])
    return out
