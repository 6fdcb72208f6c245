"""Songs that are the same music: fingerprints that do not change with the key or the tempo.

A tune's fingerprint is the set of its runs of eight notes, each a step in semitones and a distance in
sixteenths; drums' is that of their runs of four bars, on a grid of sixteenths. Two songs are the same where
they share at least half of the smaller one's fingerprint.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stemwright.corpus.song import CorpusSong
from stemwright.song.score import Note, Score

SAME = 0.5
RUN, DRUM_BARS = 8, 4
MIN_RUNS, MIN_DRUM_RUNS = 16, 4
MAX_OWNERS = 60
"""A run that more songs have says nothing about any two of them."""
_STEP = 24
_FURTHEST = 16


@dataclass(frozen=True, slots=True)
class Pair:
    """Two songs (places in a list, the first is smaller) that share a share of the smaller fingerprint."""

    one: int
    other: int
    share: float


def fingerprint(song: CorpusSong) -> frozenset[Hashable]:
    """What a song is known by: its lead, or else its harmony's top, its bass, or its drums."""
    for layer in ("lead", "harmony", "bass"):
        if layer in song.scores:
            runs = tune_runs(song.scores[layer])
            if len(runs) >= MIN_RUNS:
                return runs
    if "drums" in song.scores:
        runs = drum_runs(song.scores["drums"], song.state.meter.ticks_per_bar)
        if len(runs) >= MIN_DRUM_RUNS:
            return runs
    return frozenset()


def tune_runs(score: Score) -> frozenset[Hashable]:
    """Runs of RUN notes of a score's top voice; runs on fewer than three pitches are common, and left out."""
    tops: dict[int, Note] = {}
    for n in score.notes:
        if n.onset not in tops or n.pitch > tops[n.onset].pitch:
            tops[n.onset] = n
    notes = [tops[onset] for onset in sorted(tops)]
    moves = [
        (b.pitch - a.pitch, min(_FURTHEST, (b.onset - a.onset + _STEP // 2) // _STEP))
        for a, b in pairwise(notes)
    ]
    return frozenset(
        tuple(moves[i : i + RUN])
        for i in range(len(moves) - RUN + 1)
        if len({n.pitch for n in notes[i : i + RUN + 1]}) >= 3
    )


def drum_runs(score: Score, ticks_per_bar: int) -> frozenset[Hashable]:
    """Runs of DRUM_BARS bars that are not empty."""
    bars: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for n in score.notes:
        at = (n.onset + _STEP // 2) // _STEP * _STEP
        bars[at // ticks_per_bar].add((at % ticks_per_bar, n.pitch))
    patterns = {bar: tuple(sorted(hits)) for bar, hits in bars.items()}
    return frozenset(
        tuple(patterns[bar + i] for i in range(DRUM_BARS))
        for bar in sorted(patterns)
        if all(bar + i in patterns for i in range(DRUM_BARS))
    )


def same_music(songs: Sequence[CorpusSong]) -> list[Pair]:
    """All pairs of the songs that are the same, but for pieces of one file ("name" and "name#2")."""
    prints = [fingerprint(song) for song in songs]
    owners: dict[Hashable, list[int]] = defaultdict(list)
    for place, runs in enumerate(prints):
        for run in runs:
            owners[run].append(place)
    shared: Counter[tuple[int, int]] = Counter()
    for places in owners.values():
        if 1 < len(places) <= MAX_OWNERS:
            shared.update((a, b) for i, a in enumerate(places) for b in places[i + 1 :])
    pairs = []
    for (one, other), count in sorted(shared.items()):
        share = count / min(len(prints[one]), len(prints[other]))
        if share >= SAME and _file(songs[one]) != _file(songs[other]):
            pairs.append(Pair(one, other, share))
    return pairs


def _file(song: CorpusSong) -> tuple[str, tuple[str, ...], str]:
    return song.source, song.composers, song.name.partition("#")[0]
