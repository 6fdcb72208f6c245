"""Bars: which of them have an onset at a place, however it is swung or played.

Conventions. A place is a tick in the bar. An onset is at a beat within BEAT ticks of it, and at an
off-beat within OFF ticks of the beat before it: .38 to .79 of a quarter, from a late straight eighth to a
swung one. Bars without such an onset are False, empty ones too: who counts says which bars are meant.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from stemwright.evaluation.symbolic.onset_grid import Ints, note_array
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.drums import DRUM_PIECES, piece_of
from stemwright.song.layers import kind_of, ordered
from stemwright.song.state import GlobalState

Bools = NDArray[np.bool_]
Window = tuple[int, int]

BEAT: Window = (-12, 12)
OFF: Window = (36, 76)
GHOST = 40
"""A snare stroke of less velocity is a ghost note, which makes no beat."""


def layers_of(song: SymbolicSong, kind: str) -> list[str]:
    """The layers of a kind that have notes, in their fixed order."""
    return [name for name in ordered(set(song.scores)) if kind_of(name) == kind and song.scores[name].notes]


def notes_of(song: SymbolicSong, kind: str) -> Ints:
    """The notes of all layers of a kind [N, 4] (onset, duration, pitch, velocity), in order of time."""
    rows = np.concatenate(
        [np.zeros((0, 4), dtype=np.int64), *(note_array(song.scores[n]) for n in layers_of(song, kind))]
    )
    return np.asarray(rows[np.lexsort((rows[:, 2], rows[:, 0]))])


def strokes(song: SymbolicSong, pieces: Collection[str], quietest: int = 1) -> Ints:
    """The ticks, each once and ascending, of drum strokes on some pieces that are not quieter [N]."""
    notes = notes_of(song, "drums")
    meant = np.isin(pieces_of_pitches()[notes[:, 2]], [DRUM_PIECES.index(piece) for piece in pieces])
    return np.unique(notes[meant & (notes[:, 3] >= quietest), 0])


@cache
def pieces_of_pitches() -> Ints:
    """The drum piece, as an index into DRUM_PIECES, of every pitch [128]."""
    return np.array([piece_of(pitch) for pitch in range(128)], dtype=np.int64)


def at(state: GlobalState, onsets: Ints, places: Sequence[int], window: Window = BEAT) -> Bools:
    """Whether there is an onset in the window around each place of each bar [bars, places].

    `onsets`: ascending.
    """
    starts = np.arange(state.bars)[:, None] * state.meter.ticks_per_bar
    targets = starts + np.array([*places], dtype=np.int64)[None, :]
    low = np.searchsorted(onsets, targets + window[0], side="left")
    return np.asarray(np.searchsorted(onsets, targets + window[1], side="right") > low)


def bar_of(state: GlobalState, onsets: Ints) -> Ints:
    """The bar that each onset [N] is meant for: one a little early belongs to the bar that comes."""
    return np.clip((onsets - BEAT[0]) // state.meter.ticks_per_bar, 0, state.bars - 1)


def per_bar(state: GlobalState, onsets: Ints) -> Ints:
    """How many onsets each bar has [bars]."""
    return np.bincount(bar_of(state, onsets), minlength=state.bars).astype(np.int64)


def share(hits: Bools, judged: Bools | None = None) -> float | None:
    """The share of the judged that are True; None where none is judged."""
    meant = hits if judged is None else hits[judged]
    return float(meant.mean()) if meant.size else None
