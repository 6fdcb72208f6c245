"""Clashes: do pitched layers rub against each other by a semitone?

Conventions. Of every eighth of the song in which two pitched layers sound: a *clash* is a pair of notes
of different layers, sounding together for at least half of the eighth, one or thirteen semitones apart
where at least one is no tone of the chord.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from stemwright.evaluation.symbolic.bars import Bools
from stemwright.evaluation.symbolic.onset_grid import note_array
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.layers import is_drums
from stemwright.song.score import PPQ

EIGHTH = PPQ // 2


def validate(song: SymbolicSong) -> None:
    """ValueError unless the song has two pitched layers."""
    if sum(not is_drums(name) and bool(score.notes) for name, score in song.scores.items()) < 2:
        raise ValueError(f"{song.name}: has fewer than two pitched layers")


def clashing(song: SymbolicSong) -> tuple[Bools, Bools]:
    """(eighths in which two layers sound, those of them that clash) [eighths], [eighths]."""
    validate(song)
    eighths = song.state.total_ticks // EIGHTH
    rolls = [
        _roll(song, name, eighths)
        for name, score in song.scores.items()
        if not is_drums(name) and score.notes
    ]
    tones = np.zeros((eighths, 12), dtype=bool)
    for eighth in range(eighths):
        chord = song.state.chord_at_tick(eighth * EIGHTH)
        if chord is not None:
            tones[eighth, [*chord.pitch_classes, chord.bass_pc]] = True
    inside = tones[:, np.arange(128) % 12]
    clash = np.zeros(eighths, dtype=bool)
    for i, one in enumerate(rolls):
        for other in rolls[i + 1 :]:
            for gap in (1, 13):
                both_inside = inside[:, gap:] & inside[:, :-gap]
                clash |= ((one[:, gap:] & other[:, :-gap]) & ~both_inside).any(axis=1)
                clash |= ((other[:, gap:] & one[:, :-gap]) & ~both_inside).any(axis=1)
    together = np.sum([roll.any(axis=1) for roll in rolls], axis=0) >= 2
    return np.asarray(together), clash


def evaluate(song: SymbolicSong) -> OrderedDict[str, float | None]:
    """clashes: the share of eighths with two layers that clash."""
    together, clash = clashing(song)
    return OrderedDict(clashes=float(clash[together].mean()) if together.any() else None)


def _roll(song: SymbolicSong, layer: str, eighths: int) -> Bools:
    """Which pitches sound for half of each eighth or more [eighths, 128]."""
    made = np.zeros((eighths, 128), dtype=bool)
    for onset, duration, pitch, _ in note_array(song.scores[layer]).tolist():
        first = (onset + EIGHTH // 2) // EIGHTH
        made[first : max(first, (onset + duration + EIGHTH // 2) // EIGHTH), pitch] = True
    return made
