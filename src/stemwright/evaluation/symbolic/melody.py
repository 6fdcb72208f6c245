"""Melody: its range, its breaths, its steps and motifs, and how it lies against the chords.

Conventions. The first layer of the kind lead, its highest note where several begin together. A *phrase*
ends where a singer would breathe: after a rest of BREATH ticks (a quarter) or more, and after a note that
is HELD for a half or more before the next one comes, whatever of it sounds.

- *range*: semitones from the lowest to the highest note. A twelfth is 19.
- *phrase*: mean bars from a phrase's first onset to its last note's end. *fair*: share of phrases of at
  most MOST_BARS bars. *breaths*: breaths a bar.
- *steps*: share of moves of 1 or 2 semitones; *leaps*: of 5 or more; *same*: of repeated notes.
- *motifs*: share of bars with MOTIF notes or more whose rhythm (in eighths) stands in another bar of the
  same section.
- *against*: share of the notes on strong beats (`adherence.strong_beats`), longer than an eighth, that
  are no chord tones and are not resolved: the next note is not at most two semitones away.
- *chord_tones*: share of all notes over a chord that belong to it.
- *silent*: share of bars in which nothing sounds. *longest_rest*: bars of the longest rest.

Control: lead sheets, whose rests are printed.
"""

from __future__ import annotations

from collections import Counter, OrderedDict

import numpy as np

from stemwright.evaluation.symbolic.adherence import chord_tones, strong_beats
from stemwright.evaluation.symbolic.bars import BEAT, Bools, layers_of, share
from stemwright.evaluation.symbolic.onset_grid import Ints, note_array, on_grid
from stemwright.evaluation.symbolic.sections import spans
from stemwright.evaluation.symbolic.song import SymbolicSong

BREATH = 96
HELD = 192
LONG = 48
_EIGHTH = 48
MOST_BARS = 4
MOTIF = 3
STEP, LEAP = 2, 5


def validate(song: SymbolicSong) -> None:
    """ValueError unless the song has a lead."""
    if not layers_of(song, "lead"):
        raise ValueError(f"{song.name}: has no lead")


def line(song: SymbolicSong) -> Ints:
    """The melody's notes [N, 4], one at a time, in order."""
    validate(song)
    rows = note_array(song.scores[layers_of(song, "lead")[0]])
    rows = rows[np.lexsort((-rows[:, 2], rows[:, 0]))]
    return np.asarray(rows[np.unique(rows[:, 0], return_index=True)[1]])


def phrases(notes: Ints) -> list[tuple[int, int]]:
    """(first tick, tick after the last note) of each phrase of a line [N, 4]."""
    ends = np.maximum.accumulate(notes[:, 0] + notes[:, 1])
    breathes = (notes[1:, 0] - ends[:-1] >= BREATH) | (np.diff(notes[:, 0]) >= HELD)
    breaks = np.flatnonzero(breathes) + 1
    firsts, lasts = [0, *breaks.tolist()], [*(breaks - 1).tolist(), len(notes) - 1]
    return [(int(notes[a, 0]), int(ends[b])) for a, b in zip(firsts, lasts, strict=True)]


def unresolved(song: SymbolicSong) -> tuple[Bools, Bools]:
    """(long notes on strong beats over a chord, those of them that stay against it) [N], [N]."""
    notes, state = line(song), song.state
    onsets = on_grid(notes[:, 0], state.meter)
    under, member = chord_tones(state, onsets, notes[:, 2])
    strong = np.isin(onsets % state.meter.ticks_per_bar, strong_beats(state.meter))
    judged = np.asarray(under & strong & (notes[:, 1] > LONG))
    near = np.append(np.abs(np.diff(notes[:, 2])) <= STEP, False)
    moves = np.append(np.diff(notes[:, 2]) != 0, False)
    return judged, np.asarray(judged & ~member & ~(near & moves))


def sounding(song: SymbolicSong) -> Bools:
    """Bars in which the lead sounds [bars]."""
    per_bar, made = song.state.meter.ticks_per_bar, np.zeros(song.state.bars, dtype=bool)
    for onset, duration, _, _ in line(song).tolist():
        made[(onset - BEAT[0]) // per_bar : (onset + duration - 1) // per_bar + 1] = True
    return made


def evaluate(song: SymbolicSong) -> OrderedDict[str, float | None]:
    """All figures of the head of this file."""
    notes, per_bar = line(song), song.state.meter.ticks_per_bar
    bars = np.array([(end - start) / per_bar for start, end in phrases(notes)])
    moves = np.abs(np.diff(notes[:, 2]))
    judged, against = unresolved(song)
    under, member = chord_tones(song.state, on_grid(notes[:, 0], song.state.meter), notes[:, 2])
    sounds = sounding(song)
    return OrderedDict(
        range=float(np.ptp(notes[:, 2])),
        phrase=float(bars.mean()),
        fair=share(np.asarray(bars <= MOST_BARS)),
        breaths=(len(bars) - 1) / song.state.bars,
        steps=share(np.asarray((moves > 0) & (moves <= STEP))),
        leaps=share(np.asarray(moves >= LEAP)),
        same=share(np.asarray(moves == 0)),
        motifs=motifs(song),
        against=share(against, judged),
        chord_tones=share(member, under),
        silent=1.0 - float(sounds.mean()),
        longest_rest=float(longest(~sounds)),
    )


def motifs(song: SymbolicSong) -> float | None:
    """The share of bars whose rhythm comes back in their section; None without bars of MOTIF notes."""
    notes, per_bar = line(song), song.state.meter.ticks_per_bar
    bars, inside = np.divmod((notes[:, 0] + _EIGHTH // 2) // _EIGHTH * _EIGHTH, per_bar)
    rhythms = {bar: tuple(np.unique(inside[bars == bar]).tolist()) for bar in np.unique(bars).tolist()}
    back, all_bars = 0, 0
    for first, length, _ in spans(song.state):
        own = [r for b, r in rhythms.items() if first <= b < first + length and len(r) >= MOTIF]
        often = Counter(own)
        back += sum(often[rhythm] > 1 for rhythm in own)
        all_bars += len(own)
    return back / all_bars if all_bars else None


def longest(flags: Bools) -> int:
    """The longest run of True [N]."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int64)))
    return int((edges[1::2] - edges[::2]).max(initial=0))
