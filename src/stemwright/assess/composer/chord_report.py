"""Does a composer write chords as people do? Beside real songs', the arranger's and shuffled ones.

Every composer is given the states of real songs without their chords: key, meter, tempo, sections, style,
of their first bars, as if these were the song.
What it writes is compared with what the songs have (`evaluation.symbolic.progressions`), over all songs and,
with real songs as the control, half against half (`composer_sets.divisions`). How likely it finds the real
chords, token by token, stands beside n-grams of the training songs' chords.

Real are chords that the data gives. Songs whose chords were found from their notes count only where a caller
hands them in; the report tells how many of each there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemwright.assess.composer.measuring import SHUFFLED, first_bars
from stemwright.assess.composer.sets import HALVES, REAL, WHOLE, Row, divisions, watched, with_mean
from stemwright.assess.means import mean, ratio, rounded
from stemwright.errors import UsageError
from stemwright.evaluation.symbolic import histograms, progressions
from stemwright.evaluation.symbolic.ngram import NGram
from stemwright.evaluation.symbolic.shuffled import shuffled_chords
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.producer.seeds import check_seed, layer_seed
from stemwright.song.harmony import Chord
from stemwright.song.state import GlobalState
from stemwright.symbolic.events.coding import chord_bars, chords_of_bar
from stemwright.symbolic.events.vocabulary import SIZE
from stemwright.work.progress import Watch, unwatched

Harmonises = Callable[[GlobalState, Sequence[str], int], Sequence[Chord | None]]
"""Chords, one a beat, for a state without them, of a song with these layers, from a seed."""
Loses = Callable[[SymbolicSong], NDArray[np.float64]]
"""-log p in nats of every token of a song's chords (`chord_tokens`)."""
Sets = Mapping[str, Sequence[GlobalState]]

NGRAMS = {"trigram": 3, "6-gram": 6}
"""Baselines of the loss. A chord is three tokens or four: from a 6-gram on, a root is told the one before."""


def assess_chords(
    real: Sequence[SymbolicSong],
    training: Sequence[SymbolicSong],
    harmonisers: Mapping[str, Harmonises],
    losses: Mapping[str, Loses],
    *,
    bars: int,
    seed: int = 0,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """All figures as plain JSON values; of every song its first `bars` bars.

    `training`: the songs that n-grams count, and whose transitions are the common ones (of the real songs
    where there are none); those without given chords are left out. Without real songs the report is empty.
    UsageError for one without chords.
    """
    check_seed(seed)
    if not all(song.state.chords for song in real):
        raise UsageError("chords can only be compared with those of songs that have any; give other data")
    if not real:
        return {"songs": 0, "histograms": [], "figures": [], "losses": []}
    songs = [first_bars(song, bars) for song in real]
    given = [first_bars(song, bars).state for song in training if song.chords_given]
    sets: dict[str, Sequence[GlobalState]] = {REAL: [song.state for song in songs]}
    for name, harmonises in harmonisers.items():
        sets[name] = harmonise_all(songs, harmonises, f"chords: {name}", seed, watch)
    sets[SHUFFLED] = shuffled_chords(sets[REAL], seed)
    moves = progressions.common(given or sets[REAL])
    whole = [song.state.bars == full.state.bars for song, full in zip(songs, real, strict=True)]
    report = {
        "songs": len(songs),
        "given": sum(song.chords_given for song in songs),
        "bars": sum(song.state.bars for song in songs),
        "whole_songs": sum(whole),
        "training_songs": len(given),
        "histograms": _histograms(sets, moves, seed),
        "figures": _figures(sets, whole),
        "losses": _losses(songs, given, losses),
    }
    made: dict[str, Any] = rounded(report)
    return made


def harmonise_all(
    songs: Sequence[SymbolicSong], harmonises: Harmonises, name: str, seed: int, watch: Watch = unwatched
) -> list[GlobalState]:
    """The songs' states with chords written anew."""
    made = []
    for number, song in watched(songs, name, watch):
        bare = song.state.with_(chords=())
        chords = harmonises(bare, tuple(song.scores), layer_seed(seed, "chords", number))
        made.append(bare.with_(chords=tuple(chords)))
    return made


def chord_tokens(state: GlobalState) -> list[int]:
    """A song's chords as tokens, bar by bar, each bar with its end."""
    per_beat, tonic = state.meter.ticks_per_beat, state.key.tonic_pc
    return [token for bar in chord_bars(state) for token in chords_of_bar(bar, per_beat, tonic)[1:]]


def _histograms(sets: Sets, moves: Sequence[int], seed: int) -> list[Row]:
    """Jensen-Shannon distances to real songs, whole and in halves."""
    counts = {name: [progressions.counts(state, moves) for state in states] for name, states in sets.items()}
    real = counts[REAL]
    rows: list[Row] = []
    for name, own in counts.items():
        label = {"what": name, "songs": len(own)}
        if name != REAL:
            rows.append({**label, "sets": WHOLE, **with_mean(histograms.evaluate(real, own))})
        halves = [
            histograms.evaluate([real[i] for i in rest], [own[i] for i in mine])
            for mine, rest in divisions(range(len(own)), seed)
        ]
        rows.append({**label, "sets": HALVES, **with_mean(mean(halves))})
    return rows


def _figures(sets: Sets, whole: Sequence[bool]) -> list[Row]:
    """Means over songs. Where a song ends is told by those that were not cut."""
    rows: list[Row] = []
    for name, states in sets.items():
        found = [progressions.evaluate(state) for state in states]
        for own, full in zip(found, whole, strict=True):
            own["tonic"] = own["tonic"] if full else None
        rows.append({"what": name, **mean(found)})
    return rows


def _losses(
    real: Sequence[SymbolicSong], training: Sequence[GlobalState], losses: Mapping[str, Loses]
) -> list[Row]:
    """Mean loss of a token, and how far it is under the first n-gram's where there are songs to count."""
    tokens = [chord_tokens(song.state) for song in real]
    counted = [chord_tokens(state) for state in training]
    found = {name: np.concatenate([loses(song) for song in real]) for name, loses in losses.items()}
    for name, order in NGRAMS.items() if counted else ():
        model = NGram(counted, SIZE, order)
        found[name] = np.concatenate([model.losses(own) for own in tokens])
    means = {name: float(own.mean()) for name, own in found.items()}
    base = means.get(next(iter(NGRAMS)))
    rows: list[Row] = []
    for name, value in means.items():
        share = ratio(value, base)
        rows.append({"what": name, "tokens": len(found[name]), "loss": value})
        rows[-1]["under"] = None if share is None else 1 - share
    return rows
