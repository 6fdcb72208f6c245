"""A score as frame features. An onset's frame is the whole part of `Timebase.tick_frame`, as in rendering."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.conditioning.grid import FrameGrid, Ints
from stemwright.conditioning.layout import HARMONICS, KEYS, LOWEST_KEY, NEAR_FRAMES, TAIL_FRAMES, TRACE_FRAMES
from stemwright.song.drums import piece_of
from stemwright.song.layers import is_drums
from stemwright.song.score import Score

Floats = npt.NDArray[np.float32]
_TURN = 1 << 32
_TOP = (
    126985635740, 134536594581, 142536556799, 151012221525, 159991875503, 169505487493,
    179584808290, 190263476691, 201577131759, 213563531765, 226262680206, 239716959310,
)  # fmt: skip
"""Turns of a wave in a frame, times 2^32, for the pitches 97 to 108 in equal temperament, A = 440 Hz."""
_PIECES = np.array([piece_of(pitch) for pitch in range(128)])


def fill_score(at: dict[str, Floats], score: Score, grid: FrameGrid, layer: str) -> None:
    """Fill the score's blocks; notes that begin after the song's end are left out."""
    last = int(grid.ticks[-1])
    notes = [(n.onset, min(n.end, last), n.pitch, n.velocity) for n in score.notes if n.onset < last]
    if not notes:
        return
    onset, end, pitch, velocity = np.array(notes, np.int64).T
    frame, inside = grid.frame_of(onset)
    level = (velocity / 127).astype(np.float32)
    _fill_timing(at["score_time"], frame, inside, level)
    if is_drums(layer):
        _fill_drums(at, frame, inside, level, _PIECES[pitch])
    else:
        stop = np.maximum(grid.frame_of(end)[0], frame + 1)
        key = _key_of(pitch)
        _fill_keys(at, frame, stop, level, key)
        _fill_newest(at, frame, inside, stop, key)


def _fill_drums(
    at: dict[str, Floats], frame: Ints, inside: npt.NDArray[np.float64], level: Floats, piece: Ints
) -> None:
    onset, trace, place = at["drum_onset"], at["drum_trace"], at["drum_place"]
    np.maximum.at(onset, (frame, piece), level)
    place[frame[::-1], piece[::-1]] = inside[::-1]  # of two in one frame the earlier stays
    for later in range(TRACE_FRAMES):
        rows = frame + later
        keep = rows < len(trace)
        fallen = (level[keep].astype(np.float64) * (TRACE_FRAMES - later) / TRACE_FRAMES).astype(np.float32)
        np.maximum.at(trace, (rows[keep], piece[keep]), fallen)


def _fill_keys(at: dict[str, Floats], frame: Ints, stop: Ints, level: Floats, key: Ints) -> None:
    onset, sustain = at["key_onset"], at["key_sustain"]
    np.maximum.at(onset, (frame, key), level)
    for first, end, column, value in zip(
        frame.tolist(), stop.tolist(), key.tolist(), level.tolist(), strict=True
    ):
        cells = sustain[first:end, column]
        np.maximum(cells, value, out=cells)


def _fill_newest(
    at: dict[str, Floats], frame: Ints, inside: npt.NDArray[np.float64], stop: Ints, key: Ints
) -> None:
    """Age and phase of the newest note: which codes a held tone has depends on the place in its wave, and a
    performer that knows the place from the score need not find it in what it played before."""
    order = np.lexsort((-key, frame))
    begun, count = np.unique(frame[order], return_counts=True)
    newest = order[np.cumsum(count) - 1]
    now = np.arange(len(at["note_time"]))
    which = np.searchsorted(begun, now, side="right") - 1
    note = newest[np.maximum(which, 0)]
    over = now - stop[note]
    rows = np.flatnonzero((which >= 0) & (over < TAIL_FRAMES))
    note, age, over = note[rows], (now - frame[note])[rows], over[rows]
    at["note_time"][rows, 0] = 8 / (8 + age)
    at["note_time"][rows, 1] = np.where(over < 0, 0, TAIL_FRAMES - over) / TAIL_FRAMES
    below = KEYS - 1 - key[note]
    turns = np.array(_TOP)[11 - below % 12] >> below // 12
    late = (inside[note] * 4096).astype(np.int64)  # frames / 4096, exactly: a power of two
    phase = turns * age - (turns * late >> 12)
    for h in range(HARMONICS):
        for column, shift in ((2 * h, 0), (2 * h + 1, _TURN // 4)):
            saw = ((h + 1) * phase + shift) % _TURN / _TURN
            at["note_phase"][rows, column] = 2 * np.abs(2 * saw - 1) - 1


def _fill_timing(block: Floats, frame: Ints, inside: npt.NDArray[np.float64], level: Floats) -> None:
    """Velocity and place of the latest onset, and the nearness of the last and the next one."""
    frames = len(block)
    at, first = np.unique(frame, return_index=True)
    loudest = np.zeros(len(at), np.float32)
    np.maximum.at(loudest, np.searchsorted(at, frame), level)
    now = np.arange(frames)
    latest = np.searchsorted(at, now, side="right") - 1
    begun = latest >= 0
    block[begun, 0] = loudest[latest[begun]]
    block[at, 1] = inside[first]
    since = np.where(begun, now - at[np.maximum(latest, 0)], NEAR_FRAMES)
    block[:, 2] = (NEAR_FRAMES - np.minimum(since, NEAR_FRAMES)) / NEAR_FRAMES
    following = np.minimum(latest + 1, len(at) - 1)
    until = np.where(latest + 1 < len(at), at[following] - now, NEAR_FRAMES)
    block[:, 3] = (NEAR_FRAMES - np.minimum(until, NEAR_FRAMES)) / NEAR_FRAMES


def _key_of(pitch: Ints) -> Ints:
    """Index 0..87 of a MIDI pitch; pitches off the keyboard move by octaves."""
    key = pitch - LOWEST_KEY
    key = np.where(key < 0, key + 12 * ((-key + 11) // 12), key)
    return np.where(key >= KEYS, key - 12 * ((key - KEYS) // 12 + 1), key)
