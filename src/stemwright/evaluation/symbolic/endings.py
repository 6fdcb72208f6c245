"""Endings: does a song end, at home?

Conventions.

- *chord*: the last chord is on the tonic; *lead*, *bass*: the last note of that layer is the tonic (of
  the lead, or the third or fifth of the tonic's triad: `lead_home`).
- *ends*: the song's last bar differs from going on: something sounds in it or up to it, and after its
  second half begins nothing new does, in any layer. A song that is cut in the middle of its groove does
  not end.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from stemwright.evaluation.symbolic.bars import notes_of
from stemwright.evaluation.symbolic.melody import line
from stemwright.evaluation.symbolic.onset_grid import note_array
from stemwright.evaluation.symbolic.song import SymbolicSong


def validate(song: SymbolicSong) -> None:
    """ValueError unless the song has notes."""
    if not any(score.notes for score in song.scores.values()):
        raise ValueError(f"{song.name}: has no notes")


def last_pitch_class(song: SymbolicSong, kind: str) -> int | None:
    """The pitch class of the last note of a kind of layers, "bass" or "lead"; None without one."""
    if not len(notes_of(song, kind)):
        return None
    notes = line(song) if kind == "lead" else notes_of(song, kind)
    return int(notes[-1, 2]) % 12


def ends(song: SymbolicSong) -> bool:
    """Whether the song's last bar is an ending (see the head of this file)."""
    validate(song)
    per_bar = song.state.meter.ticks_per_bar
    start = (song.state.bars - 1) * per_bar
    onsets = np.concatenate([note_array(score)[:, 0] for score in song.scores.values()])
    stops = np.concatenate([note_array(score)[:, :2].sum(axis=1) for score in song.scores.values()])
    return bool(not (onsets >= start + per_bar // 2).any() and (stops >= start).any())


def evaluate(song: SymbolicSong) -> OrderedDict[str, bool | None]:
    """chord, lead, lead_home, bass, ends; None where a song has no such layer or no chords."""
    validate(song)
    key, heard = song.state.key, [chord for chord in song.state.chords if chord is not None]
    lead, bass = last_pitch_class(song, "lead"), last_pitch_class(song, "bass")
    scale = key.pitch_classes
    return OrderedDict(
        chord=heard[-1].root_pc == key.tonic_pc if heard else None,
        lead=None if lead is None else lead == key.tonic_pc,
        lead_home=None if lead is None else lead in (scale[0], scale[2], scale[4]),
        bass=None if bass is None else bass == key.tonic_pc,
        ends=ends(song),
    )
