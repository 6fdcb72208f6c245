"""Returns and contrast: what a section keeps when it comes back, and what a chorus has over a verse.

Conventions.

- Of each layer, *alike*: mean similarity (`similarity`) of the bars of sections of one name; *unlike*: of
  sections of different names. How long a note is held does not count: two players, or one twice, never
  let go at the same moment. Nor does the song's last bar, its ending. A bar is *changed* under CHANGED.
- Of two groups of bars, a chorus's *over* a verse's: `velocity` (difference of the means of all notes),
  `density` (notes a bar, ratio), `register` (semitones, difference of the mean pitches of harmony and
  lead), `layers` (difference of how many layers sound in a bar). None where a group has no notes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from stemwright.evaluation.symbolic import similarity
from stemwright.evaluation.symbolic.bars import Bools, bar_of
from stemwright.evaluation.symbolic.onset_grid import Ints, note_array
from stemwright.evaluation.symbolic.sections import section_pairs
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.layers import kind_of, ordered
from stemwright.song.score import Score

CHANGED = 0.5


def validate(song: SymbolicSong, *groups: Bools) -> None:
    """ValueError unless every group of bars is [bars] of the song."""
    if any(group.shape != (song.state.bars,) for group in groups):
        raise ValueError(
            f"{song.name}: groups should say of each of its {song.state.bars} bars whether it is in"
        )


def alike(song: SymbolicSong) -> OrderedDict[str, dict[str, float | None]]:
    """By layer with notes: how alike sections of one name are, and those of others."""
    found: OrderedDict[str, dict[str, float | None]] = OrderedDict()
    for layer in ordered({name for name, score in song.scores.items() if score.notes}):
        same, other = ([value for _, value in _pairs(song, layer, material)] for material in (True, False))
        found[layer] = {"alike": _mean(same), "unlike": _mean(other)}
    return found


def changed(song: SymbolicSong, layer: str) -> Ints:
    """The bars (from 0) of a layer that are less than CHANGED like those of the section that they repeat."""
    found = {bar for bar, value in _pairs(song, layer, True) if value < CHANGED}
    return np.array(sorted(found), dtype=np.int64)


def _pairs(song: SymbolicSong, layer: str, material: bool) -> Iterator[tuple[int, float]]:
    """Bars (from 0), and how like a bar of an earlier section, of the same material or another, each is."""
    matrix = similarity.bar_matrix(_without_lengths(song, layer))
    for first, second, bars, same in section_pairs(song.state):
        for bar in range(bars if same == material else 0):
            value = float(matrix[first + bar, second + bar])
            if second + bar < song.state.bars - 1 and not np.isnan(value):
                yield second + bar, value


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _without_lengths(song: SymbolicSong, layer: str) -> SymbolicSong:
    notes = (replace(note, duration=1) for note in song.scores[layer].notes)
    return replace(song, scores={layer: Score.from_notes(notes)})


def over(song: SymbolicSong, chorus: Bools, verse: Bools) -> OrderedDict[str, float | None]:
    """What the bars of the chorus [bars] have over those of the verse [bars]."""
    validate(song, chorus, verse)
    first, second = (_group(song, group) for group in (chorus, verse))
    figures = OrderedDict(
        velocity=_less(first["velocity"], second["velocity"]),
        density=None,
        register=_less(first["register"], second["register"]),
        layers=_less(first["layers"], second["layers"]),
    )
    one, other = first["density"], second["density"]
    figures["density"] = one / other if one is not None and other else None
    return figures


def _group(song: SymbolicSong, group: Bools) -> dict[str, float | None]:
    """velocity, density, register, layers of some bars."""
    loud: list[int] = []
    high: list[int] = []
    sounding = np.zeros(song.state.bars)
    for layer, score in song.scores.items():
        notes = note_array(score)
        bars = bar_of(song.state, notes[:, 0])
        inside = notes[group[bars]]
        loud += inside[:, 3].tolist()
        high += inside[:, 2].tolist() if kind_of(layer) in ("harmony", "lead") else []
        sounding[np.unique(bars)] += 1
    some = bool(group.any())
    return {
        "velocity": float(np.mean(loud)) if loud else None,
        "density": len(loud) / float(group.sum()) if some else None,
        "register": float(np.mean(high)) if high else None,
        "layers": float(sounding[group].mean()) if some else None,
    }


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def evaluate(song: SymbolicSong, chorus: Bools, verse: Bools) -> OrderedDict[str, float | None]:
    """`LAYER_alike` of each layer, and `velocity`, `density`, `register`, `layers` of `over`."""
    found: OrderedDict[str, float | None] = OrderedDict(
        (f"{layer}_alike", own["alike"]) for layer, own in alike(song).items()
    )
    return OrderedDict([*found.items(), *over(song, chorus, verse).items()])
