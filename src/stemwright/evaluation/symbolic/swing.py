"""Groove: how much a song swings, and how far its notes lie from the grid.

Conventions. Ticks count from the song's start; layers are looked at one by one and pooled.

- *swing*: where in a quarter note the second eighth falls, .5 (straight) to .75, as in `RhythmMap.swing` (2/3
  is a triplet's; the ratio of long to short is s / (1 - s)). Measured from the first eighth's own onset, so
  that a layer may be late as a whole. A quarter says something where one onset alone lies inside it (SAME
  ticks from its ends), in EIGHTHS of its length, and it begins with an onset: a quarter of sixteenths does
  not. The median of all such quarters; None under LEAST_PAIRS.
- *swing16*: the same of the two sixteenths of an eighth, only in quarters that have onsets at both eighths
  and straight ones: triplets are not taken for it.
- *spread_ms*: micro-timing. Standard deviation in milliseconds of a note's distance from its grid step,
  after each layer's mean, its *lean*, is taken off. A quarter's grid is four sixteenths, moved by the song's
  own swing, or three triplet eighths, whichever is nearer to its notes. 0 where a score is typeset.

Meters that divide their beats by three (6/8) or count in eighths have no swing here. Control: real music of
the style, whose `band` is the range that others should keep to. Floor: shuffled notes.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation.symbolic.onset_grid import Ints, note_array
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.meter import Meter
from stemwright.song.score import PPQ, Score

Floats = NDArray[np.float64]

SAME = 12
"""Ticks from a quarter's start or end within which an onset belongs to it."""
EIGHTHS = (0.43, 0.74)
LEAST_PAIRS = 8
LOW, HIGH = 5.0, 95.0
LEAST_SONGS = 6
"""A style with fewer real songs has no band of its own."""


def validate(song: SymbolicSong) -> None:
    """ValueError unless the song has at least one note."""
    if not any(score.notes for score in song.scores.values()):
        raise ValueError(f"{song.name}: has no notes")


def swing_places(onsets: Ints) -> Floats:
    """Where in its quarter the second eighth falls (of 1), of every quarter that has just two [Q].

    `onsets`: each tick once, ascending.
    """
    if not onsets.size:
        return np.zeros(0)
    inside, starts, _ = _quarters(onsets)
    inner = inside > SAME
    places = (np.add.reduceat(np.where(inner, inside, 0), starts) - inside[starts]) / PPQ
    alone = (inside[starts] <= SAME) & (np.add.reduceat(inner.astype(np.int64), starts) == 1)
    return np.asarray(places[alone & (places >= EIGHTHS[0]) & (places <= EIGHTHS[1])])


def swing16_places(onsets: Ints) -> Floats:
    """Where in its eighth the second sixteenth falls (of 1), of every eighth that has just two [E]."""
    if not onsets.size:
        return np.zeros(0)
    inside, starts, _ = _quarters(onsets)
    half, near = PPQ // 2, SAME // 2
    straight = np.minimum.reduceat(np.abs(inside), starts) <= near
    straight &= np.minimum.reduceat(np.abs(inside - half), starts) <= near
    found = []
    for eighth in (0, half):
        rest = inside - eighth
        inner, begin = (rest > near) & (rest < half - near), np.abs(rest) <= near
        begins = np.add.reduceat(np.where(begin, rest, 0), starts)
        begins = begins / np.maximum(np.add.reduceat(begin.astype(np.int64), starts), 1)
        places = (np.add.reduceat(np.where(inner, rest, 0), starts) - begins) / half
        alone = straight & (np.add.reduceat(inner.astype(np.int64), starts) == 1)
        found.append(places[alone & (places >= EIGHTHS[0]) & (places <= EIGHTHS[1])])
    return np.concatenate(found)


def deviations(onsets: Ints, swing: float = 0.5) -> Floats:
    """Ticks by which each onset [N] is later than its grid step (the head of this file)."""
    if not onsets.size:
        return np.zeros(0)
    inside, starts, sizes = _quarters(onsets)
    second = swing * PPQ
    sixteenths = _from_nearest(inside, np.array([0.0, second / 2, second, (second + PPQ) / 2]))
    triplets = _from_nearest(inside, np.array([0.0, PPQ / 3, PPQ * 2 / 3]))
    costs = [np.add.reduceat(np.abs(gaps), starts) for gaps in (sixteenths, triplets)]
    return np.where(np.repeat(costs[1] < costs[0], sizes), triplets, sixteenths)


def straightened(song: SymbolicSong) -> SymbolicSong:
    """The song with the swung eighths of its drums made straight, by the swing that they have; itself where
    they have none. Between beat and second eighth, and from there to the next beat, time is stretched evenly.
    """
    drums = song.scores["drums"]
    swing, _ = _median([swing_places(np.unique(note_array(drums)[:, 0]))])
    if swing is None or not _has_swing(song.state.meter):
        return song
    onsets = note_array(drums)[:, 0]
    inside = onsets % PPQ
    straight = np.interp(inside, (0, swing * PPQ, PPQ), (0, PPQ // 2, PPQ))
    moved = (onsets - inside + np.rint(straight).astype(np.int64)).tolist()
    notes = [replace(note, onset=onset) for note, onset in zip(drums.notes, moved, strict=True)]
    return replace(song, scores={**song.scores, "drums": Score.from_notes(notes)})


def band(values: ArrayLike) -> tuple[float, float] | None:
    """The range of real songs' figures [N], 5th to 95th percentile; None for fewer than LEAST_SONGS."""
    have = np.asarray(values, dtype=np.float64)
    if len(have) < LEAST_SONGS:
        return None
    low, high = np.percentile(have, [LOW, HIGH])
    return float(low), float(high)


def within(values: Sequence[float], limits: tuple[float, float] | None) -> float | None:
    """The share of figures inside a band, half a percent of its edges forgiven; None without either."""
    if limits is None or not len(values):
        return None
    low, high = limits
    slack = 0.005 * max(abs(low), abs(high))
    return float(np.mean([low - slack <= value <= high + slack for value in values]))


def style_family(style: str) -> str:
    """The first word of a style, "" for none: "funk-groove1" and "funk fast" are funk."""
    return style.replace("-", " ").replace("_", " ").strip().partition(" ")[0]


def evaluate(song: SymbolicSong) -> "OrderedDict[str, Any]":
    """swing, swing_pairs, swing16, swing16_pairs, spread_ms, lean_ms (by layer, mean lateness)."""
    validate(song)
    onsets = {name: np.unique(note_array(s)[:, 0]) for name, s in song.scores.items() if s.notes}
    swings = _has_swing(song.state.meter)
    eighths = [swing_places(have) for have in onsets.values()] if swings else []
    sixteenths = [swing16_places(have) for have in onsets.values()] if swings else []
    swing, pairs = _median(eighths)
    swing16, pairs16 = _median(sixteenths)
    late = {name: deviations(have, 0.5 if swing is None else swing) for name, have in onsets.items()}
    milliseconds = 60000.0 / float(song.state.bpm) / PPQ
    return OrderedDict(
        swing=swing,
        swing_pairs=pairs,
        swing16=swing16,
        swing16_pairs=pairs16,
        spread_ms=_spread(late) * milliseconds,
        lean_ms={name: float(have.mean()) * milliseconds for name, have in late.items()},
    )


def _has_swing(meter: Meter) -> bool:
    return meter.d <= 4


def _quarters(onsets: Ints) -> tuple[Ints, Ints, Ints]:
    """Ticks of each onset from its quarter, -SAME .. PPQ - SAME; first onset and number of each quarter."""
    quarters = (onsets + SAME) // PPQ
    starts = np.flatnonzero(np.append(True, quarters[1:] != quarters[:-1]))
    return onsets - quarters * PPQ, starts, np.append(starts[1:], len(onsets)) - starts


def _from_nearest(places: Ints, points: Floats) -> Floats:
    gaps = places[:, None] - points[None, :]
    return np.asarray(gaps[np.arange(len(places)), np.abs(gaps).argmin(axis=1)])


def _median(places: Sequence[Floats]) -> tuple[float | None, int]:
    pooled = np.concatenate(places) if places else np.zeros(0)
    return (float(np.median(pooled)) if len(pooled) >= LEAST_PAIRS else None), len(pooled)


def _spread(late: Mapping[str, Floats]) -> float:
    """Standard deviation of all layers' deviations, each less its layer's mean."""
    return float(np.concatenate([have - have.mean() for have in late.values()]).std())
