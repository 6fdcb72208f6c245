"""Shuffled songs: the floor of every figure of this package.

The notes of all songs and layers are mixed: every note of a song is given a pitch, a duration and a velocity
of three random others, and begins on a random tick of its song. Pitches and durations come from pitched
layers; a drum hit is any of the fourteen pieces. What is left of real music is how many notes there are, and
which pitches, lengths and velocities music uses at all.

Chords likewise: a song has as many changes as it had, on random beats, and every chord is that of a random
beat of all songs.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from stemwright.evaluation.symbolic.onset_grid import Ints, note_array
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.layers import is_drums
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

DRUM_TICKS = 24


def shuffled(songs: Sequence[SymbolicSong], seed: int = 0) -> list[SymbolicSong]:
    """The songs, with as many notes in each layer but nothing else of their own; the same for a seed."""
    rng = np.random.default_rng(seed)
    pitched = _notes(songs, False)
    velocities = np.concatenate([pitched, _notes(songs, True)])[:, 3]
    pieces = np.array([[0, DRUM_TICKS, pitch, 0] for pitch in PIECE_PITCH.values()], dtype=np.int64)
    return [
        replace(
            song,
            scores={
                name: _score(
                    len(score.notes),
                    song.state.total_ticks,
                    pieces if is_drums(name) else pitched,
                    velocities,
                    rng,
                )
                for name, score in song.scores.items()
            },
        )
        for song in songs
    ]


def shuffled_chords(states: Sequence[GlobalState], seed: int = 0) -> list[GlobalState]:
    """The states, with as many changes of chord each but no chords of their own; the same for a seed.

    States whose chords are not decided stay as they are.
    """
    rng = np.random.default_rng(seed)
    pool = [chord for state in states for chord in state.chords]
    out = []
    for state in states:
        chords = state.chords
        changes = sum(one != other for one, other in pairwise(chords))
        starts = [0, *sorted(1 + rng.choice(max(len(chords) - 1, 1), changes, replace=False)), len(chords)]
        drawn = rng.integers(0, max(len(pool), 1), changes + 1).tolist()
        made = [pool[i] for i, (a, b) in zip(drawn, pairwise(starts), strict=True) for _ in range(a, b)]
        out.append(state.with_(chords=tuple(made)))
    return out


def _notes(songs: Sequence[SymbolicSong], drums: bool) -> Ints:
    """All notes of the drums, or of the pitched layers [N, 4]."""
    found = [
        note_array(score) for song in songs for name, score in song.scores.items() if is_drums(name) == drums
    ]
    return np.concatenate([np.zeros((0, 4), dtype=np.int64), *found])


def _score(count: int, ticks: int, pool: Ints, velocities: Ints, rng: np.random.Generator) -> Score:
    """`count` notes within `ticks`, made of a pool of notes [N, 4]; fewer where two turn out the same."""
    if not count:
        return Score()
    onsets = rng.integers(0, ticks, count)
    durations = np.minimum(pool[rng.integers(0, len(pool), count), 1], ticks - onsets)
    pitches = pool[rng.integers(0, len(pool), count), 2]
    loud = velocities[rng.integers(0, len(velocities), count)]
    rows = zip(onsets.tolist(), durations.tolist(), pitches.tolist(), loud.tolist(), strict=True)
    return Score.from_notes(Note(*row) for row in rows)
