"""Sets of symbolic songs beside real music: histograms, grooves, self-similarity.

Songs of all sets stand in one order: song i of each was written for the state of real song i.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from stemwright.assess.means import Figures, mean
from stemwright.evaluation.symbolic import histograms, similarity, swing
from stemwright.evaluation.symbolic.similarity import similarity_error
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.layers import ordered
from stemwright.work.progress import Watch

Sets = Mapping[str, Sequence[SymbolicSong]]
Row = dict[str, Any]

REAL = "real"
DIVISIONS = 8
LEAST_SONGS = 4
ALL = "all"
OTHER_STYLES = "other styles"
WHOLE, HALVES = "whole", "halves"
GROOVES = ("swing", "swing16", "spread_ms")


def divisions(members: Sequence[int], seed: int) -> Iterator[tuple[list[int], list[int]]]:
    """Two halves of some songs, DIVISIONS times and both ways round; none for under LEAST_SONGS songs."""
    rng = np.random.default_rng(seed)
    for _ in range(DIVISIONS if len(members) >= LEAST_SONGS else 0):
        order = [members[i] for i in rng.permutation(len(members)).tolist()]
        first, second = order[: len(order) // 2], order[len(order) // 2 :]
        yield first, second
        yield second, first


def layers_of(sets: Sets) -> list[str]:
    """The layers that real songs have notes in."""
    return ordered({name for song in sets[REAL] for name, score in song.scores.items() if score.notes})


def having(sets: Sets, layer: str) -> list[int]:
    """The songs whose real score has notes in a layer."""
    return [i for i, song in enumerate(sets[REAL]) if layer in song.scores and song.scores[layer].notes]


def histogram_rows(sets: Sets, seed: int) -> list[Row]:
    """Jensen-Shannon distances to real songs by layer and set, and their mean over the histograms.

    `sets`: "whole", every song composed beside every real one; "halves", what is fair beside the real songs.
    """
    rows: list[Row] = []
    for layer in layers_of(sets):
        members = having(sets, layer)
        counts = {
            name: {i: histograms.counts(songs[i], layer) for i in members} for name, songs in sets.items()
        }
        real = counts[REAL]
        for name, own in counts.items():
            label = {"layer": layer, "what": name, "songs": len(members)}
            if name != REAL:
                whole = histograms.evaluate(list(real.values()), list(own.values()))
                rows.append({**label, "sets": WHOLE, **with_mean(whole)})
            halves = [
                histograms.evaluate([real[i] for i in rest], [own[i] for i in mine])
                for mine, rest in divisions(members, seed)
            ]
            rows.append({**label, "sets": HALVES, **with_mean(mean(halves))})
    return rows


def similarity_rows(sets: Sets, seed: int) -> list[Row]:
    """Similarity error to real songs, of all layers together and of each; and what sections do.

    `error` is that of halves, `whole` that of all songs (None for the real ones).
    """
    rows: list[Row] = []
    for layer in (ALL, *layers_of(sets)):
        members = list(range(len(sets[REAL]))) if layer == ALL else having(sets, layer)
        own = None if layer == ALL else [layer]
        found = {
            name: {i: similarity.evaluate(songs[i], own) for i in members} for name, songs in sets.items()
        }
        curves = {name: {i: f["curve"] for i, f in own.items()} for name, own in found.items()}
        for name, figures in found.items():
            errors = [
                {"error": similarity_error([curves[REAL][i] for i in rest], [curves[name][i] for i in mine])}
                for mine, rest in divisions(members, seed)
            ]
            every = [list(curves[what].values()) for what in (REAL, name)]
            level = similarity.mean_curve(every[1])
            returns = [{key: f[key] for key in ("repeated", "exact", "unlike")} for f in figures.values()]
            row: Row = {"layer": layer, "what": name, "error": None, **mean(errors)}
            row["whole"] = None if name == REAL else similarity_error(*every)
            row["mean"] = None if np.isnan(level).all() else float(np.nanmean(level))
            rows.append(row | mean(returns))
    return rows


def watched(songs: Sequence[SymbolicSong], name: str, watch: Watch) -> Iterator[tuple[int, SymbolicSong]]:
    """The songs and their numbers, from 1; `watch` is told of each."""
    for done, song in enumerate(songs):
        watch(name, done, len(songs))
        yield done + 1, song
    watch(name, len(songs), len(songs))


def with_mean(found: Mapping[str, float | None]) -> Figures:
    """The distances, and the mean of those that are known."""
    known = [value for value in found.values() if value is not None]
    return {**found, "mean": float(np.mean(known)) if known else None}


def groove_rows(sets: Sets, seed: int) -> list[Row]:
    """Swing and micro-timing by style, and the share of songs inside the range of real ones.

    Ranges are those of one half of the real songs, for the songs of the other; styles with too
    few of them are taken together. Real rows carry the range of all, `*_low` and `*_high`.
    """
    figures = {name: [_groove(song) for song in songs] for name, songs in sets.items()}
    rows: list[Row] = []
    for style, members in _by_style(sets[REAL]).items():
        for name, own in figures.items():
            row: Row = {"style": style, "what": name, "songs": len(members)}
            row |= mean([own[i] for i in members])
            row |= mean([_shares(figures[REAL], own, *halves) for halves in divisions(members, seed)])
            rows.append(row | (_limits([own[i] for i in members]) if name == REAL else {}))
    return rows + [_over_styles(rows, name) for name in sets if rows]


def _by_style(songs: Sequence[SymbolicSong]) -> dict[str, list[int]]:
    """Songs of every style that has enough of them, the rest together where they are enough."""
    least = 2 * swing.LEAST_SONGS
    styles = [swing.style_family(song.state.style) for song in songs]
    often = {style for style, count in Counter(styles).items() if count >= least and style}
    found: dict[str, list[int]] = defaultdict(list)
    for i, style in enumerate(styles):
        found[style if style in often else OTHER_STYLES].append(i)
    return {style: found[style] for style in (*sorted(often), OTHER_STYLES) if len(found[style]) >= least}


def _groove(song: SymbolicSong) -> Figures:
    """The figures of a song's groove, unknown for one without notes; micro-timing only of played songs."""
    if not any(score.notes for score in song.scores.values()):
        return dict.fromkeys(GROOVES)
    found = swing.evaluate(song)
    return {key: found[key] for key in GROOVES} | ({} if song.human else {"spread_ms": None})


def _known(figures: Sequence[Figures], key: str) -> list[float]:
    return [value for own in figures if (value := own[key]) is not None]


def _shares(real: Sequence[Figures], own: Sequence[Figures], mine: list[int], rest: list[int]) -> Figures:
    return {
        f"{key}_in": swing.within(
            _known([own[i] for i in mine], key), swing.band(_known([real[i] for i in rest], key))
        )
        for key in GROOVES
    }


def _limits(real: Sequence[Figures]) -> Figures:
    found: Figures = {}
    for key in GROOVES:
        limits = swing.band(_known(real, key))
        found[f"{key}_low"], found[f"{key}_high"] = limits or (None, None)
    return found


def _over_styles(rows: Sequence[Row], name: str) -> Row:
    """The mean over styles, each weighing as many songs as it has."""
    own = [row for row in rows if row["what"] == name]
    weights = [float(row["songs"]) for row in own]
    keys = [*GROOVES, *(f"{key}_in" for key in GROOVES)]
    found = mean([{key: row[key] for key in keys} for row in own], weights)
    return {"style": ALL, "what": name, "songs": sum(row["songs"] for row in own), **found}
