"""Songs of a corpus as the metrics of symbolic songs take them."""

from __future__ import annotations

from collections import defaultdict
from itertools import zip_longest
from pathlib import Path

import numpy as np

from stemwright.corpus.read import songs
from stemwright.corpus.song import CorpusSong
from stemwright.errors import UsageError, argument
from stemwright.evaluation.symbolic.song import SymbolicSong

ENOUGH = 8
"""Songs with given chords that are enough to measure by."""


def symbolic_songs(
    folder: Path, split: str, count: int | None = None, seed: int = 0, source: str | None = None
) -> list[SymbolicSong]:
    """Songs of a split: all in their order, or `count` in a random order in which sources take turns.

    UsageError where nothing is left or the corpus cannot be read.
    """
    if count is not None and count < 1:
        raise UsageError(f"{argument('songs')} {count}: give a number above 0")
    found = _found(folder, split, source)
    return [symbolic(song) for song in (found if count is None else _drawn(found, count, seed))]


def songs_with_chords(
    folder: Path, split: str, count: int, seed: int = 0, source: str | None = None
) -> list[SymbolicSong]:
    """`count` songs as `symbolic_songs` draws them, of those whose chords the data gives. Where there are
    fewer than ENOUGH, songs whose chords were found from their notes come after them. [] where none has any.
    """
    found = _found(folder, split, source)
    given = [song for song in found if song.chords == "given"]
    drawn = _drawn(given, count, seed)
    if len(given) < ENOUGH:
        drawn += _drawn([song for song in found if song.chords == "found"], count, seed)
    return [symbolic(song) for song in drawn[:count]]


def _found(folder: Path, split: str, source: str | None) -> list[CorpusSong]:
    found = [song for song in songs(folder, split) if source is None or song.source == source]
    if not found:
        raise UsageError(f"{folder}: has no {split} songs" + (f" of {source!r}" if source else ""))
    return found


def _drawn(found: list[CorpusSong], count: int, seed: int) -> list[CorpusSong]:
    of_source: dict[str, list[CorpusSong]] = defaultdict(list)
    for place in np.random.default_rng(seed).permutation(len(found)).tolist():
        of_source[found[place].source].append(found[place])
    turns = zip_longest(*of_source.values())
    return [song for turn in turns for song in turn if song is not None][:count]


def symbolic(song: CorpusSong) -> SymbolicSong:
    """A song of a corpus as metrics take it."""
    return SymbolicSong(
        song.state,
        song.scores,
        name=f"{song.source}: {song.name}",
        composers=song.composers,
        human=song.timing == "human",
        chords_given=song.chords == "given",
    )
