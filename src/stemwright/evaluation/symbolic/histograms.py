"""Histograms: are a layer's notes distributed like those of real music?

Conventions. Of each song and layer, counts of fixed bins. Onsets are first put on the grid (`onset_grid`).

- *position*: where in its bar a note begins, in steps of 8 ticks; what lies beyond 8 quarters is one bin.
- *ioi*: time from one onset of the layer to the next, in steps of 8 ticks up to a whole note, then in
  octaves. Notes that begin together are one onset.
- *chord*: semitones (0..11) of a note above the root of the chord that sounds at its onset; notes without a
  chord do not count.
- *interval*: semitones from one onset's outer note to the next one's, -24..24, beyond them the last bin. The
  outer note is the lowest in a bass, elsewhere the highest.
- *velocity*: sixteen bins of eight.
- *duration*: the nearest of DURATIONS by ratio.
- *piece* (drums alone, in place of chord, interval and duration): one of the fourteen drum pieces.

A set's histogram is the sum of its songs': every note weighs the same. Two sets are compared by the
Jensen-Shannon *distance*, which is the square root of the divergence, with logarithms to base 2: 0 for equal,
1 for disjoint distributions (Endres and Schindelin, 2003). It is above 0 for two samples of one distribution,
and the more so the fewer they are: the distance of two halves of the reference is what a perfect set would
get (`assess.composer` has it).
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation.symbolic.onset_grid import UNIT, Ints, note_array, on_grid
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.drums import DRUM_PIECES, piece_of
from stemwright.song.layers import is_drums, kind_of
from stemwright.song.state import GlobalState

Counts = Mapping[str, Ints]

DURATIONS = (6, 12, 16, 24, 32, 36, 48, 64, 72, 96, 128, 144, 192, 288, 384, 576, 768)
"""Ticks; a 64th to two whole notes, triplets and dotted values among them."""
WIDEST = 24
POSITIONS = 768 // UNIT
SHORT_GAPS = 384 // UNIT
LONG_GAPS = 3
PITCHED = ("position", "ioi", "chord", "interval", "velocity", "duration")
DRUMS = ("position", "ioi", "piece", "velocity")

_EDGES = np.sqrt(np.array(DURATIONS[:-1], dtype=np.float64) * np.array(DURATIONS[1:]))


def validate(reference: Sequence[Counts], estimate: Sequence[Counts]) -> None:
    """ValueError unless both sets have songs, all with the same histograms of the same sizes."""
    if not reference or not estimate:
        raise ValueError("both sets need at least one song")
    shapes = {tuple((name, have.shape) for name, have in song.items()) for song in [*reference, *estimate]}
    if len(shapes) > 1:
        raise ValueError("songs have different histograms; compare one layer at a time")


def counts(song: SymbolicSong, layer: str) -> "OrderedDict[str, Ints]":
    """The histograms of one layer of a song; all zero where it has no notes."""
    notes = note_array(song.scores[layer])
    onsets = on_grid(notes[:, 0], song.state.meter)
    moments = np.unique(onsets)
    gaps = moments[1:] - moments[:-1]
    places = onsets % song.state.meter.ticks_per_bar // UNIT
    found = OrderedDict(
        position=_binned(np.minimum(places, POSITIONS), POSITIONS + 1),
        ioi=_binned(gap_bins(gaps), SHORT_GAPS + LONG_GAPS + 1),
        velocity=_binned(notes[:, 3] // 8, 16),
    )
    if is_drums(layer):
        pieces = np.array([piece_of(int(pitch)) for pitch in notes[:, 2]], dtype=np.int64)
        found["piece"] = _binned(pieces, len(DRUM_PIECES))
    else:
        steps = np.diff(outer_line(onsets, notes[:, 2], lowest=kind_of(layer) == "bass"))
        found["chord"] = _binned(above_root(song.state, onsets, notes[:, 2]), 12)
        found["interval"] = _binned(np.clip(steps, -WIDEST, WIDEST) + WIDEST, 2 * WIDEST + 1)
        found["duration"] = _binned(duration_bins(notes[:, 1]), len(DURATIONS))
    return OrderedDict((name, found[name]) for name in (DRUMS if is_drums(layer) else PITCHED))


def gap_bins(gaps: Ints) -> Ints:
    """Bins of times between onsets, ticks above 0 [N]."""
    octaves = np.floor(np.log2(np.maximum(gaps, 1) / (SHORT_GAPS * UNIT))).astype(np.int64)
    long = SHORT_GAPS + 1 + np.clip(octaves, 0, LONG_GAPS - 1)
    return np.where(gaps <= SHORT_GAPS * UNIT, gaps // UNIT, long)


def duration_bins(ticks: Ints) -> Ints:
    """The index of the nearest of DURATIONS, by ratio [N]."""
    return np.searchsorted(_EDGES, ticks).astype(np.int64)


def outer_line(onsets: Ints, pitches: Ints, lowest: bool) -> Ints:
    """The highest (or lowest) pitch of every onset, in order of time [onsets, each once]."""
    order = np.lexsort((pitches if lowest else -pitches, onsets))
    return np.asarray(pitches[order][np.unique(onsets[order], return_index=True)[1]])


def above_root(state: GlobalState, onsets: Ints, pitches: Ints) -> Ints:
    """Semitones 0..11 above the root of the chord at each onset; notes without a chord are left out."""
    roots = np.array([*(-1 if c is None else c.root_pc for c in state.chords), -1], dtype=np.int64)
    at = roots[np.minimum(onsets // state.meter.ticks_per_beat, len(state.chords))]
    return np.asarray((pitches[at >= 0] - at[at >= 0]) % 12)


def distance(first: ArrayLike, second: ArrayLike) -> float | None:
    """Jensen-Shannon distance (base 2, 0..1) of two histograms [B]; None where one is empty."""
    p, q = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if p.shape != q.shape or p.ndim != 1 or min(p.min(initial=0), q.min(initial=0)) < 0:
        raise ValueError(f"histograms should be [B] and not below 0, have shapes {p.shape} and {q.shape}")
    if p.sum() <= 0 or q.sum() <= 0:
        return None
    p, q = p / p.sum(), q / q.sum()
    middle = (p + q) / 2
    divergence = (_entropy_gain(p, middle) + _entropy_gain(q, middle)) / 2
    return float(np.sqrt(max(divergence, 0.0)))


def evaluate(reference: Sequence[Counts], estimate: Sequence[Counts]) -> "OrderedDict[str, float | None]":
    """The distance of two sets of songs (`counts` of one layer), by histogram; None where one is empty."""
    validate(reference, estimate)
    return OrderedDict((name, distance(_sum(reference, name), _sum(estimate, name))) for name in reference[0])


def _sum(songs: Sequence[Counts], name: str) -> Ints:
    return np.asarray(np.sum([song[name] for song in songs], axis=0))


def _binned(values: Ints, size: int) -> Ints:
    return np.bincount(values, minlength=size).astype(np.int64)


def _entropy_gain(p: NDArray[np.float64], middle: NDArray[np.float64]) -> float:
    """Kullback-Leibler divergence of p from the mixture, in bits."""
    inside = p > 0
    return float(np.sum(p[inside] * np.log2(p[inside] / middle[inside])))
