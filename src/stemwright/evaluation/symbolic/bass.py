"""Bass: does it lock with the kick, walk, and say the root?

Conventions. Layers of the kind bass together. Timing is forgiven as in `bars`; an onset is *on a kick*
within a sixteenth of it (KICK ticks).

- *on_kick*: share of onsets on a kick. None without drums or bass.
- *walking*: share of quarters of the judged bars on which a new note begins. *steps*: of the moves from
  one such note to the next, the share of STEP semitones or fewer, repeated notes not among them.
- *root_on_one*: where a note begins on beat 1 over a chord: the share of those whose lowest note is the
  chord's root, or its foreign bass.
- *repeated*: the largest share of a song's bass notes that are of one pitch class.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from stemwright.evaluation.symbolic.bars import BEAT, Bools, at, notes_of, share, strokes
from stemwright.evaluation.symbolic.histograms import outer_line
from stemwright.evaluation.symbolic.onset_grid import Ints
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.score import PPQ

KICK = 24
STEP = 2


def validate(song: SymbolicSong) -> None:
    """ValueError unless the song has a bass."""
    if not len(notes_of(song, "bass")):
        raise ValueError(f"{song.name}: has no bass")


def line(song: SymbolicSong) -> tuple[Ints, Ints]:
    """The ticks of the bass's onsets, each once, and the lowest pitch of each [N], [N]."""
    notes = notes_of(song, "bass")
    return np.unique(notes[:, 0]), outer_line(notes[:, 0], notes[:, 2], lowest=True)


def on_kick(song: SymbolicSong) -> Bools:
    """Which of the bass's onsets are on a kick [N]."""
    onsets, kicks = line(song)[0], strokes(song, ("kick",))
    low = np.searchsorted(kicks, onsets - KICK, side="left")
    return np.asarray(np.searchsorted(kicks, onsets + KICK, side="right") > low)


def new_on_beats(song: SymbolicSong) -> Bools:
    """Whether a bass note begins on each quarter of each bar [bars, quarters]."""
    places = range(0, song.state.meter.ticks_per_bar, PPQ)
    return at(song.state, line(song)[0], places, BEAT)


def root_on_one(song: SymbolicSong) -> tuple[Bools, Bools]:
    """(bars with a bass note on beat 1 over a chord, those of them where it is the root) [bars], [bars]."""
    state, (onsets, pitches) = song.state, line(song)
    judged, right = (np.zeros(state.bars, dtype=bool) for _ in range(2))
    for bar in range(state.bars):
        start = bar * state.meter.ticks_per_bar
        chord = state.chord_at_tick(start)
        first = np.searchsorted(onsets, start + BEAT[0])
        if chord is None or first == len(onsets) or onsets[first] > start + BEAT[1]:
            continue
        judged[bar] = True
        right[bar] = int(pitches[first]) % 12 in (chord.root_pc, chord.bass_pc)
    return judged, right


def evaluate(song: SymbolicSong, judged: Bools | None = None) -> OrderedDict[str, float | None]:
    """on_kick, walking, steps, root_on_one, repeated (see the head of this file)."""
    validate(song)
    pitches = line(song)[1]
    beats, roots = new_on_beats(song), root_on_one(song)
    meant = beats if judged is None else beats[judged]
    return OrderedDict(
        on_kick=share(on_kick(song)) if len(notes_of(song, "drums")) else None,
        walking=share(meant),
        steps=step_share(song),
        root_on_one=share(roots[1], roots[0]),
        repeated=float(np.bincount(pitches % 12).max() / len(pitches)),
    )


def step_share(song: SymbolicSong) -> float | None:
    """Of the moves between notes that begin on beats, the share that are steps; None without moves."""
    onsets, pitches = line(song)
    rest = (onsets - BEAT[0]) % PPQ
    moves = np.abs(np.diff(pitches[rest <= BEAT[1] - BEAT[0]]))
    moves = moves[moves > 0]
    return float((moves <= STEP).mean()) if moves.size else None
