"""Originality: how long are the runs of notes that a song shares with other songs?

Conventions. A pitched layer is its notes in order (onset, then pitch), each but the first told by what leads
to it: semitones and grid steps (`onset_grid`) from the note before. Equal sequences of these are one run of
notes at any pitch, at any place; lengths, velocities and tempo do not count. n equal steps are a run of n + 1
notes. Runs of a pitched layer are looked for in all pitched layers of the others.

Drums are told by quarter notes ("beats"), each by all its hits (grid step and piece). A silent beat equals no
other: it ends a run.

What repeats itself (a note or a chord beaten on, one bar of drums over and over) is common property: a run
counts only where more than DIFFERENT of its steps differ, in a longer one those of some MOST_NOTES steps
(MOST_BEATS + 1 beats).

- *longest*: notes (beats) of the longest run that a song shares with any of the others.
- *copied*: whether that is more than MOST_NOTES (MOST_BEATS).
- *covered*: share of its steps that lie in such a run.

Control: real songs against the same others, none by one composer with them. Floor: shuffled notes, of which
only the shortest runs match.

Runs are found by their hashes: windows of n steps are hashed at once (a polynomial with an odd base,
modulo 2^64, over mixed step numbers) and looked up in the sorted hashes of the others. A million notes take
some tenths of a second a length, and lengths are halved to the longest. Two different windows of equal hash
would count as a match: about one in 10^7 searches of 10^6 windows in 10^6.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemwright.evaluation.symbolic.onset_grid import UNIT, note_array, on_grid
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.drums import piece_of
from stemwright.song.layers import is_drums
from stemwright.song.meter import Meter
from stemwright.song.score import PPQ, Score

Hashes = NDArray[np.uint64]
Bools = NDArray[np.bool_]

MOST_NOTES = 12
MOST_BEATS = 8
LONGEST = 512
"""Runs are not followed further than this."""
DIFFERENT = 3

_BASE = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 2**64))


def validate(sequences: Iterable[Hashes]) -> None:
    """ValueError unless all are step sequences: 64-bit numbers [N]."""
    for have in sequences:
        if have.ndim != 1 or have.dtype != np.uint64:
            raise ValueError(f"steps should be [N] of uint64, are {have.shape} of {have.dtype}")


def note_steps(score: Score, meter: Meter) -> Hashes:
    """One number a step from note to note [notes - 1]: semitones and grid steps, mixed."""
    notes = note_array(score)
    onsets = on_grid(notes[:, 0], meter) // UNIT
    order = np.lexsort((notes[:, 2], onsets))
    steps = np.diff(onsets[order]) * 256 + np.diff(notes[order, 2]) + 128
    return mixed(steps.astype(np.uint64))


def drum_beats(score: Score, meter: Meter) -> Hashes:
    """One number a quarter note from the first hit to the last [beats]; silent ones are 0."""
    notes = note_array(score)
    if not len(notes):
        return np.zeros(0, dtype=np.uint64)
    onsets = on_grid(notes[:, 0], meter)
    pieces = np.array([piece_of(int(pitch)) for pitch in notes[:, 2]], dtype=np.int64)
    hits = np.unique(np.stack([onsets // PPQ, onsets % PPQ // UNIT * 16 + pieces], axis=1), axis=0)
    beats = np.zeros(int(hits[-1, 0]) + 1, dtype=np.uint64)
    np.add.at(beats, hits[:, 0], mixed(hits[:, 1].astype(np.uint64) + np.uint64(1)))  # a set: any order
    return beats[int(hits[0, 0]) :]


def steps_of(song: SymbolicSong, layer: str) -> Hashes:
    """The step sequence of a layer of a song: beats of drums, steps from note to note of others [N]."""
    read = drum_beats if is_drums(layer) else note_steps
    return read(song.scores[layer], song.state.meter)


class Steps:
    """A sequence of steps whose windows of any length are hashed in one go. 0 is a silence that ends runs."""

    def __init__(self, steps: Hashes) -> None:
        """ValueError where these are no steps."""
        validate([steps])
        self.steps = steps
        powers = np.cumprod(np.full(len(steps), _BASE))
        self._sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(steps * powers)])
        self._back = np.cumprod(np.full(len(steps), _INVERSE))
        order = np.argsort(steps, kind="stable")
        self._before = np.full(len(steps), -1)  # where the same step was last
        same = steps[order[1:]] == steps[order[:-1]]
        self._before[order[1:][same]] = order[:-1][same]

    def __len__(self) -> int:
        return len(self.steps)

    def hashes(self, length: int) -> Hashes:
        """The hash of every window of `length` steps [N - length + 1]; none for a shorter sequence."""
        count = max(len(self) - length + 1, 0)
        return mixed((self._sums[length:][:count] - self._sums[:count]) * self._back[:count])

    def different(self, length: int) -> NDArray[np.int64]:
        """How many different steps each window has [N - length + 1]."""
        places = np.arange(len(self))
        change = np.zeros(len(self) + 1, dtype=np.int64)  # a step is new in windows that begin after its like
        np.add.at(change, np.maximum(self._before, places - length) + 1, 1)
        np.add.at(change, places + 1, -1)
        return np.asarray(np.cumsum(change)[: max(len(self) - length + 1, 0)])

    def runs(self, length: int, part: int) -> Bools:
        """Which windows of `length` steps are no silence and not all too plain [N - length + 1].

        No step in them is a silence, and in some `part` of them more than DIFFERENT steps differ.
        """
        if len(self) < length:
            return np.zeros(0, dtype=bool)
        rich = self.different(part) > DIFFERENT
        silent = _moving_sum(self.steps == 0, length)
        return np.asarray((_moving_sum(rich, length - part + 1) > 0) & (silent == 0))


class Others:
    """Step sequences in which runs are looked for, hashed once for each length of run."""

    def __init__(self, sequences: Sequence[Hashes], drums: bool) -> None:
        """`sequences`: of all the others. ValueError where they are no steps."""
        validate(sequences)
        self.drums = drums
        self.most = MOST_BEATS + 1 if drums else MOST_NOTES
        """Steps of the shortest run that is too long."""
        end = np.zeros(1, dtype=np.uint64)
        self._all = Steps(np.concatenate([end, *(part for have in sequences for part in (have, end))]))
        self._windows: dict[int, Hashes] = {}

    def windows(self, length: int) -> Hashes:
        """Sorted hashes of all runs of `length` steps."""
        if length not in self._windows:
            runs = self._all.runs(length, min(length, self.most))
            self._windows[length] = np.sort(self._all.hashes(length)[runs])
        return self._windows[length]

    def shared(self, steps: Steps, length: int) -> Bools:
        """Which windows of `length` steps of a sequence are runs that the others have [N - length + 1]."""
        have, known = steps.hashes(length), self.windows(length)
        if not known.size or not have.size:
            return np.zeros(len(have), dtype=bool)
        places = np.minimum(np.searchsorted(known, have), len(known) - 1)
        return np.asarray((known[places] == have) & steps.runs(length, min(length, self.most)))

    def longest(self, steps: Steps) -> int:
        """Steps of the longest shared run, at most LONGEST; 0 for none."""
        if len(steps) <= DIFFERENT:
            return 0
        most = min(self.most, len(steps))
        if not self.shared(steps, most).any():
            shorter = range(most - 1, DIFFERENT, -1)
            return next((length for length in shorter if self.shared(steps, length).any()), 0)
        top = min(LONGEST, len(steps))
        low, high = most, min(2 * most, top)
        while high < top and self.shared(steps, high).any():
            low, high = high, min(2 * high, top)
        while low < high:  # a part of a run from `most` steps on is a run too
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.shared(steps, middle).any() else (low, middle - 1)
        return low


def evaluate(song: SymbolicSong, layer: str, others: Others) -> "OrderedDict[str, Any] | None":
    """longest, copied, covered (the head of this file); None where a layer has under two notes.

    ValueError where the others are drums and the layer is not, or the other way round.
    """
    if is_drums(layer) != others.drums:
        raise ValueError(f"{layer}: drums can only be compared with drums")
    steps = Steps(steps_of(song, layer))
    if not len(steps):
        return None
    longest = others.longest(steps)
    return OrderedDict(
        longest=longest + (0 if others.drums or not longest else 1),
        copied=float(longest >= others.most),
        covered=_covered(others.shared(steps, others.most), len(steps)) / len(steps),
    )


def _moving_sum(values: Bools, length: int) -> NDArray[np.int64]:
    sums = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(values)])
    return np.asarray(sums[length:] - sums[:-length])


def _covered(starts: Bools, count: int) -> int:
    """How many of `count` steps lie in a window that begins at one of `starts` [count - length + 1]."""
    length = count - len(starts) + 1
    change = np.zeros(count + 1, dtype=np.int64)
    begins = np.flatnonzero(starts)
    np.add.at(change, begins, 1)
    np.add.at(change, begins + length, -1)
    return int((np.cumsum(change)[:count] > 0).sum())


def mixed(values: Hashes) -> Hashes:
    """64-bit numbers mixed so that all their bits matter (the finaliser of splitmix64)."""
    made = values + np.uint64(0x9E3779B97F4A7C15)
    made = (made ^ (made >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    made = (made ^ (made >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return made ^ (made >> np.uint64(31))
