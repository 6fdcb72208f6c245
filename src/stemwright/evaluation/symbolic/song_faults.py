"""Song faults: what a listener would call broken, one by one, with the bars in which it is.

Conventions. Bars are told from 1, as musicians count. A fault is counted once a song and layer.

- *no drums*: bars of drums layers without a stroke, between the first and the last bar that has one, more
  than MOST_EMPTY in a row.
- *silent*: a pitched layer is silent for more than MOST_SILENT bars in a row, or has no notes at all.
- *out of range*: notes outside what layers of the kind usually keep to (`song.layers.KINDS`).
- *machine gun*: whole bars of bass drum sixteenths (`drums.machine_gun`).
- *cymbals*: more crashes than one in two bars.
- *one note*: a bass or lead whose notes are more than ONE_NOTE of one pitch class, over two chords or
  more.
- *no ending* (`endings.ends`); *empty bar*: nothing at all sounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from stemwright.evaluation.symbolic import drums, endings
from stemwright.evaluation.symbolic.bars import Bools, bar_of, per_bar, strokes
from stemwright.evaluation.symbolic.onset_grid import Ints, note_array
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.layers import KINDS, kind_of, ordered

MOST_EMPTY = 1
MOST_SILENT = 8
MOST_CRASHES = 0.5
ONE_NOTE = 0.9


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in which layer ("" of all), and in which bars (from 1)."""

    kind: str
    layer: str
    bars: tuple[int, ...]


def validate(song: SymbolicSong) -> None:
    """ValueError unless the song has layers."""
    if not song.scores:
        raise ValueError(f"{song.name}: has no layers")


def evaluate(song: SymbolicSong) -> list[Fault]:
    """All faults of a song, layer by layer in their fixed order."""
    validate(song)
    found: list[Fault] = []
    for layer in ordered(set(song.scores)):
        found += _of_drums(song, layer) if kind_of(layer) == "drums" else _of_pitched(song, layer)
    return found + list(_of_all(song))


def _of_drums(song: SymbolicSong, layer: str) -> Iterator[Fault]:
    have = per_bar(song.state, note_array(song.scores[layer])[:, 0]) > 0
    inside = np.flatnonzero(have)
    if not inside.size:
        yield Fault("silent", layer, tuple(range(1, song.state.bars + 1)))
        return
    empty = ~have
    empty[: inside[0]] = empty[inside[-1] :] = False
    yield from _fault("no drums", layer, runs(empty, MOST_EMPTY + 1))
    yield from _fault("machine gun", layer, np.flatnonzero(drums.machine_gun(song)) + 1)
    crashes = strokes(song, ("crash",))
    if len(crashes) > max(2.0, MOST_CRASHES * song.state.bars):
        yield from _fault("cymbals", layer, np.unique(bar_of(song.state, crashes)) + 1)


def _of_pitched(song: SymbolicSong, layer: str) -> Iterator[Fault]:
    notes, state = note_array(song.scores[layer]), song.state
    yield from _fault("silent", layer, runs(~sounding(song, layer), min(MOST_SILENT + 1, state.bars)))
    limits = KINDS[kind_of(layer)].range
    if limits is not None:
        outside = (notes[:, 2] < limits[0]) | (notes[:, 2] > limits[1])
        yield from _fault("out of range", layer, np.unique(bar_of(state, notes[outside, 0])) + 1)
    chords = {chord.root_pc for chord in state.chords if chord is not None}
    often = np.bincount(notes[:, 2] % 12, minlength=12)
    melodic = kind_of(layer) in ("bass", "lead") and len(chords) > 1
    if melodic and len(notes) and often.max() > ONE_NOTE * len(notes):
        yield Fault("one note", layer, tuple(range(1, state.bars + 1)))


def _of_all(song: SymbolicSong) -> Iterator[Fault]:
    if any(score.notes for score in song.scores.values()):
        heard = np.any([sounding(song, layer) for layer in song.scores], axis=0)
        yield from _fault("empty bar", "", np.flatnonzero(~heard) + 1)
        if not endings.ends(song):
            yield Fault("no ending", "", (song.state.bars,))


def sounding(song: SymbolicSong, layer: str) -> Bools:
    """Bars in which a layer sounds [bars]."""
    width, made = song.state.meter.ticks_per_bar, np.zeros(song.state.bars, dtype=bool)
    for onset, duration, _, _ in note_array(song.scores[layer]).tolist():
        made[onset // width : (onset + duration - 1) // width + 1] = True
    return made


def runs(flags: Bools, least: int) -> Ints:
    """The bars (from 1) of runs of True [bars] that are at least so long."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int64)))
    found = [np.arange(a, b) + 1 for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= least]
    return np.concatenate([np.zeros(0, dtype=np.int64), *found])


def _fault(kind: str, layer: str, bars: Ints | Sequence[int]) -> Iterator[Fault]:
    if len(bars):
        yield Fault(kind, layer, tuple(int(bar) for bar in bars))
