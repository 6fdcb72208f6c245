"""Comping: how often, how thick, how high, and how far its voices leap.

Conventions. Layers of the kind harmony together. Notes that begin within SPREAD ticks of the first of
them are one chord (a strummed one too).

- *onsets*: chords a bar, of the bars that have any. *voices*: mean notes of a chord.
- *register*: share of notes from C3 to C5 (MIDI 48 to 72).
- *leap*: how far the lowest or the highest voice moves from one chord of two notes or more to the next,
  in semitones, whichever is more; *wide* is the share of moves beyond an octave, *largest* the largest.
- *skank* (4/4 and 12/8): a bar with chords on at least three of the four off-beats and on at most one
  beat.
- *figures*: of the bars with chords, how many different rhythms they have, over what is possible (one
  each).
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise

import numpy as np

from stemwright.evaluation.symbolic.bars import BEAT, OFF, Bools, at, notes_of, per_bar, share
from stemwright.evaluation.symbolic.drums import quarters
from stemwright.evaluation.symbolic.onset_grid import Ints
from stemwright.evaluation.symbolic.song import SymbolicSong

SPREAD = 12
LOW, HIGH = 48, 72
OCTAVE = 12


def validate(song: SymbolicSong) -> None:
    """ValueError unless the song has harmony."""
    if not len(notes_of(song, "harmony")):
        raise ValueError(f"{song.name}: has no harmony")


def chords(song: SymbolicSong) -> tuple[Ints, list[Ints]]:
    """The ticks at which chords begin [N], and the pitches of each, ascending."""
    notes = notes_of(song, "harmony")
    starts: list[int] = []
    members: list[list[int]] = []
    for onset, _, pitch, _ in notes.tolist():
        if not starts or onset > starts[-1] + SPREAD:
            starts.append(onset)
            members.append([])
        members[-1].append(pitch)
    return np.array(starts, dtype=np.int64), [np.array(sorted(set(own))) for own in members]


def leaps(song: SymbolicSong) -> tuple[Ints, Ints]:
    """When a chord is followed by another [N], and how far its outer voices leap at most [N]."""
    starts, members = chords(song)
    full = [i for i, own in enumerate(members) if len(own) > 1]
    found = [
        max(abs(int(members[a][0] - members[b][0])), abs(int(members[a][-1] - members[b][-1])))
        for a, b in pairwise(full)
    ]
    return starts[full[1:]], np.array(found, dtype=np.int64)


def skank(song: SymbolicSong) -> Bools:
    """Bars whose chords stand between the beats [bars]. ValueError for meters without four beats."""
    places = quarters(song.state.meter)
    if not places:
        raise ValueError(f"{song.name}: {song.state.meter} has no four off-beats")
    starts = chords(song)[0]
    off, on = at(song.state, starts, places, OFF), at(song.state, starts, places, BEAT)
    return np.asarray((off.sum(axis=1) >= 3) & (on.sum(axis=1) <= 1))


def evaluate(song: SymbolicSong) -> OrderedDict[str, float | None]:
    """onsets, voices, register, wide, largest, figures (see the head of this file)."""
    validate(song)
    notes, (starts, members), moved = notes_of(song, "harmony"), chords(song), leaps(song)[1]
    count = per_bar(song.state, starts)
    return OrderedDict(
        onsets=float(count[count > 0].mean()),
        voices=float(np.mean([len(own) for own in members])),
        register=share(np.asarray((notes[:, 2] >= LOW) & (notes[:, 2] <= HIGH))),
        wide=share(np.asarray(moved > OCTAVE)),
        largest=float(moved.max()) if moved.size else None,
        figures=_figures(song, starts),
    )


def _figures(song: SymbolicSong, starts: Ints) -> float:
    """Different rhythms over bars with chords."""
    bars, inside = np.divmod(starts - BEAT[0], song.state.meter.ticks_per_bar)
    rhythms = {bar: tuple((inside[bars == bar] // 24).tolist()) for bar in np.unique(bars).tolist()}
    return len(set(rhythms.values())) / len(rhythms)
