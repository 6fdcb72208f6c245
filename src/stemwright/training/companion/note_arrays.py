"""Songs as notes in arrays, from the corpus and from the arranger: what the companion learns from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.compose.arranger import arrange
from stemwright.compose.randomstate import random_state
from stemwright.corpus.read import songs
from stemwright.song.layers import LAYERS
from stemwright.song.score import Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.companion.events import INSTRUMENTS, token_of

Whole = npt.NDArray[np.int64]

ARRANGER = "arranger"
ONSET, END, INSTRUMENT, TOKEN, VELOCITY = range(5)
MIN_NOTES = 16


@dataclass(frozen=True, eq=False)
class Table:
    """A song. `notes` [n, 5]: onset and end in ticks, instrument, token, velocity, in order of onset.
    `human`: a player's own timing, to which none is added. `tick`: seconds of a tick."""

    source: str
    human: bool
    tick: float
    notes: Whole


def piece_from(source: str, human: bool, state: GlobalState, scores: Mapping[str, Score]) -> Table:
    """The known layers of a song; of two notes of one pitch at once, the first ends where the second
    begins.
    """
    rows = [
        (n.onset, n.end, INSTRUMENTS.index(layer), token_of(layer, n.pitch), n.velocity)
        for layer in LAYERS
        if layer in scores
        for n in scores[layer].without_overlaps().notes
    ]
    notes = np.array(sorted(rows), np.int64).reshape(-1, 5)
    return Table(source, human, float(state.timebase.tick_seconds(1)), notes)


def corpus_pieces(corpus: Path, split: str) -> Iterator[Table]:
    """The songs of a split of the corpus that have at least a few notes. UsageError where there is none."""
    for song in songs(corpus, split):
        piece = piece_from(song.source, song.timing == "human", song.state, song.scores)
        if len(piece.notes) >= MIN_NOTES:
            yield piece


def arranged_pieces(count: int, seed: int) -> Iterator[Table]:
    """Full bands by the arranger, in random styles, keys, meters and forms: a function of the seed."""
    for number in range(count):
        state = random_state((seed << 24) + number)
        made = arrange(state, LAYERS, (seed << 24) + number)
        yield piece_from(ARRANGER, False, made.state, made.scores)
