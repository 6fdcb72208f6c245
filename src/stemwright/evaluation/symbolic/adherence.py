"""Adherence: do the notes keep to the key and to the chords?

Conventions. Of one pitched layer; notes count by their number, drums are not judged. Onsets are put on the
grid (`onset_grid`) first, so that a note played a little early belongs to the beat that it is meant for.

- *scale*: share of notes whose pitch class is in the key's scale, as its mode has it (a minor key has no
  raised seventh).
- *key*: share of notes in the scale or in the chord that sounds: what a musician calls being in the key,
  for a dominant in minor and a borrowed chord bring their own tones.
- *strong*: share of the notes on strong beats that belong to the chord, its foreign bass among it; only where
  a chord sounds. Strong beats are `strong_beats`.

Controls: real music. Floor: shuffled notes, near 7/12 for the scale and 1/3 or less for chords.
"""

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemwright.evaluation.symbolic.onset_grid import Ints, note_array, on_grid
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.layers import is_drums
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState

Bools = NDArray[np.bool_]


def validate(song: SymbolicSong, layer: str) -> None:
    """ValueError unless the song has the layer, and it has pitches."""
    if layer not in song.scores or is_drums(layer):
        raise ValueError(f"{song.name}: has no pitched layer {layer!r}")


def strong_beats(meter: Meter) -> tuple[int, ...]:
    """Ticks in a bar where a strong beat falls: its start, and where groups of beats begin.

    4/4: beats 1 and 3. Compound meters (6/8, 9/8, 12/8): every dotted beat. Others, 3/4 and 7/8 among them:
    the first beat alone.
    """
    if meter.n % 3 == 0 and meter.n > 3 and meter.d >= 8:
        group = 3
    elif meter.n % 2 == 0 and meter.n > 2:
        group = 2
    else:
        group = meter.n
    return tuple(range(0, meter.ticks_per_bar, group * meter.ticks_per_beat))


def in_scale(state: GlobalState, pitches: Ints) -> Bools:
    """Which pitches [N] are in the key's scale."""
    return np.asarray(np.isin(pitches % 12, state.key.pitch_classes))


def chord_tones(state: GlobalState, onsets: Ints, pitches: Ints) -> tuple[Bools, Bools]:
    """Which notes begin while a chord sounds [N], and which of them belong to it [N]."""
    table = np.zeros((len(state.chords) + 1, 12), dtype=bool)
    for beat, chord in enumerate(state.chords):
        if chord is not None:
            table[beat, [*chord.pitch_classes, chord.bass_pc]] = True
    beats = np.minimum(onsets // state.meter.ticks_per_beat, len(state.chords))
    sounding = np.asarray(table.any(axis=1))
    return sounding[beats], table[beats, pitches % 12]


def evaluate(song: SymbolicSong, layer: str) -> "OrderedDict[str, Any]":
    """scale, key, strong (shares, None where no note is judged), notes, strong_notes (how many were)."""
    validate(song, layer)
    notes, state = note_array(song.scores[layer]), song.state
    onsets, pitches = on_grid(notes[:, 0], state.meter), notes[:, 2]
    scale = in_scale(state, pitches)
    under, member = chord_tones(state, onsets, pitches)
    at_strong = np.isin(onsets % state.meter.ticks_per_bar, strong_beats(state.meter))
    strong = np.asarray(under & at_strong)
    return OrderedDict(
        scale=_share(scale),
        key=_share(np.asarray(scale | member)),
        strong=_share(member[strong]),
        notes=len(notes),
        strong_notes=int(strong.sum()),
    )


def _share(hits: Bools) -> float | None:
    return float(hits.mean()) if hits.size else None
