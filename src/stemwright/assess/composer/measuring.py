"""Does a composer write as people do? Held-out songs' states composed, beside real music and a floor.

Every composer is given the state of each real song (key, meter, tempo, sections, chords, style), and what it
writes is measured in the layers that the real song has. Beside it stand

- *real*: the real songs themselves: the control;
- *shuffled*: random notes of theirs (`evaluation.symbolic.shuffled`): the floor.

Where sets are compared (histograms, self-similarity, the range of grooves), songs are divided into two
halves, several times: what was composed for one half is compared with the real songs of the other, and so are
the real songs of the one. All see equally many songs and no state twice, so that figures are fair beside each
other though small sets lie apart by chance. Adherence, returns and attributes are means over songs.

Originality is measured against the songs of the training split; of a real song, against those of others than
its composers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from stemwright.assess.composer.goals import goal_rows
from stemwright.assess.composer.sets import (
    REAL,
    Row,
    Sets,
    groove_rows,
    having,
    histogram_rows,
    layers_of,
    similarity_rows,
    watched,
)
from stemwright.assess.means import Figures, mean, rounded
from stemwright.errors import UsageError, argument
from stemwright.evaluation.symbolic import adherence
from stemwright.evaluation.symbolic.originality import Others, evaluate, steps_of
from stemwright.evaluation.symbolic.shuffled import shuffled
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.producer.seeds import check_seed, layer_seed
from stemwright.song.layers import is_drums
from stemwright.song.score import Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.attributes import ATTRIBUTES, attributes
from stemwright.work.progress import Watch, unwatched

Composes = Callable[[GlobalState, Sequence[str], int], Mapping[str, Score]]
"""Scores for a state, of these layers (more may be among them), from a seed."""

SHUFFLED = "shuffled"


def assess_composer(
    real: Sequence[SymbolicSong],
    training: Sequence[SymbolicSong],
    composers: Mapping[str, Composes],
    *,
    baseline: str = "arranger",
    seed: int = 0,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """All figures as plain JSON values.

    `training`: the songs that nothing should be copied from, () to leave originality out. `baseline`: the
    composer that the others have to be better than. UsageError without songs or with one without notes.
    """
    check_seed(seed)
    songs = [song for song in real if any(score.notes for score in song.scores.values())]
    if not songs:
        raise UsageError("no held-out song has notes; give other data")
    sets: dict[str, Sequence[SymbolicSong]] = {REAL: songs}
    for name, composes in composers.items():
        sets[name] = compose_all(songs, composes, name, seed, watch)
    sets[SHUFFLED] = shuffled(songs, seed)
    report: dict[str, Any] = {
        "songs": len(songs),
        "bars": sum(song.state.bars for song in songs),
        "notes": {name: _notes(own) for name, own in sets.items()},
        "training_songs": len(training),
        "seed": seed,
        "baseline": baseline,
        "histograms": histogram_rows(sets, seed),
        "groove": groove_rows(sets, seed),
        "similarity": similarity_rows(sets, seed),
        "adherence": _adherence(sets),
        "originality": _originality(sets, training, watch) if training else [],
        "attributes": _attributes(sets),
    }
    report["goals"] = goal_rows(report, list(composers), baseline)
    made: dict[str, Any] = rounded(report)
    return made


def compose_all(
    songs: Sequence[SymbolicSong], composes: Composes, name: str, seed: int, watch: Watch = unwatched
) -> list[SymbolicSong]:
    """Each song composed anew by its state, in the layers that it has; what is not written is empty."""
    made = []
    for number, song in watched(songs, name, watch):
        scores = composes(song.state, tuple(song.scores), layer_seed(seed, "song", number))
        made.append(replace(song, scores={layer: scores.get(layer, Score()) for layer in song.scores}))
    return made


def first_bars(song: SymbolicSong, bars: int) -> SymbolicSong:
    """The first bars of a song; the song itself where it has no more. UsageError below one bar."""
    if bars < 1:
        raise UsageError(f"{argument('bars')} {bars}: give a number above 0")
    return song if bars >= song.state.bars else song.slice(0, bars)


def _notes(songs: Sequence[SymbolicSong]) -> int:
    return sum(len(score.notes) for song in songs for score in song.scores.values())


def _adherence(sets: Sets) -> list[Row]:
    rows: list[Row] = []
    for layer in layers_of(sets):
        if is_drums(layer):
            continue
        members = having(sets, layer)
        for name, songs in sets.items():
            found = [adherence.evaluate(songs[i], layer) for i in members]
            shares: list[Figures] = [{key: row[key] for key in ("scale", "key", "strong")} for row in found]
            notes = sum(row["notes"] for row in found)
            rows.append({"layer": layer, "what": name, **mean(shares), "notes": notes})
    return rows


def _originality(sets: Sets, training: Sequence[SymbolicSong], watch: Watch) -> list[Row]:
    """Runs shared with training songs; real songs are not compared with those of their own composers."""
    rows: list[Row] = []
    indices = {drums: Indices(training, drums) for drums in (False, True)}
    layers = layers_of(sets)
    for number, (layer, (name, songs)) in enumerate(product(layers, sets.items())):
        watch("originality", number, len(layers) * len(sets))
        own = indices[is_drums(layer)]
        found = [
            row
            for song in (songs[i] for i in having(sets, layer))
            if (row := evaluate(song, layer, own.without(song.composers if name == REAL else ())))
        ]
        longest = [row["longest"] for row in found]
        shares: list[Figures] = [{key: row[key] for key in ("copied", "covered")} for row in found]
        ends = {
            "longest_median": float(np.median(longest)) if longest else None,
            "longest": max(longest, default=None),
        }
        unit = "beats" if is_drums(layer) else "notes"
        rows.append({"layer": layer, "of": unit, "what": name, "songs": len(found), **mean(shares), **ends})
    watch("originality", len(layers) * len(sets), len(layers) * len(sets))
    return rows


class Indices:
    """Training songs in which runs are looked for: all, or those without some composers'."""

    def __init__(self, training: Sequence[SymbolicSong], drums: bool) -> None:
        self._training = [
            (
                frozenset(song.composers),
                [steps_of(song, name) for name in song.scores if is_drums(name) == drums],
            )
            for song in training
        ]
        self._people = frozenset[str]().union(*(people for people, steps in self._training if steps))
        self._drums = drums
        self._made: dict[frozenset[str], Others] = {}

    def without(self, composers: Collection[str]) -> Others:
        """What there is to compare with, without the songs of these composers."""
        left_out = self._people & frozenset(composers)
        if left_out not in self._made:
            steps = [s for people, own in self._training if not people & left_out for s in own]
            self._made[left_out] = Others(steps, self._drums)
        return self._made[left_out]


def _attributes(sets: Sets) -> list[Row]:
    """Means over songs of each attribute's mean over bars."""
    rows: list[Row] = []
    for layer in layers_of(sets):
        members = having(sets, layer)
        for name, songs in sets.items():
            found = [mean_attributes(songs[i], layer) for i in members]
            rows.append({"layer": layer, "what": name, **mean(found)})
    return rows


def mean_attributes(song: SymbolicSong, layer: str) -> Figures:
    """Each of a layer's attributes, the mean over the bars that tell it; None where none does."""
    found = attributes(song.scores[layer], layer, song.state.meter, song.state.bars)
    return {key: None if np.isnan(found[key]).all() else float(np.nanmean(found[key])) for key in ATTRIBUTES}
