"""Songs of the corpus as batches for the composer.

A batch is a function of (seed, step) alone. What a song needs is made when it is first drawn: its tokens and
the tables of its conditions, a few KB a bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stemwright.compose.arranger import decide
from stemwright.song.piece import Piece
from stemwright.symbolic.composer.conditions import FEATURES, Conditions, Tables, standing
from stemwright.symbolic.composer.controls import wishes
from stemwright.symbolic.composer.draft import CHORDS, Draft
from stemwright.symbolic.composer.sequence import Rows, example
from stemwright.symbolic.events.vocabulary import FIRST, KINDS, PARTS, SIZE
from stemwright.training.composer.requests import Exercise, asked
from stemwright.training.performer.data import Batch
from stemwright.training.performer.loss import IGNORE

WISHED = 0.4
"""How often anything is asked of how bars are to be."""
HIDDEN = (0.5, 0.8, 0.95)
"""Then, so often is an attribute of a layer not among what is asked: one of these shares."""
INVENTED = 0.7
"""How often songs without chords have invented ones: at work drums hear chords that they were not made to."""
ANY_TONIC = 0.5
"""How often the header names another tonic: tokens are the same in all keys."""
TEMPO_STEPS = 2

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Studied(Piece):
    """A song of the corpus, and what its examples need. `invented`: its chords are not its own."""

    invented: bool = False

    @property
    def size(self) -> int:
        """Its bars, once a layer."""
        return self.state.bars * len(self.scores)

    @cached_property
    def with_chords(self) -> Studied:
        """The same song with chords; itself where it has them."""
        return self if self.state.chords else replace(self, state=decide(self.state), invented=True)

    @cached_property
    def draft(self) -> Draft:
        """The song as the composer hears it."""
        return Draft.of(self.state, self.scores)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Tokens of every place, [parts, bars]."""
        draft, bars = self.draft, self.draft.state.bars
        sizes = np.zeros((len(PARTS), bars), np.int64)
        for part in draft.parts:
            sizes[part] = [len(draft.tokens((part, bar))[0]) for bar in range(bars)]
        return sizes

    @cached_property
    def tables(self) -> Tables:
        """Of everything."""
        return Tables(self.draft)

    @cached_property
    def wishes(self) -> Floats:
        """What every place is like, [parts, bars, controls]."""
        return wishes(self.draft)

    def rows(self, request: Exercise, shown: Floats | None = None) -> tuple[Rows, Floats]:
        """The sequence of a request with its answer, and its conditions. `shown`: wishes that are told."""
        kept = self.draft
        if set(request.parts) != set(kept.parts):
            chords = list(kept.chords)
            kept = Draft(kept.state, {p: kept.notes[p] for p in request.parts if p}, chords, kept.told)
        rows = example(kept, request.places, request.window, request.like)
        if self.invented:  # they are heard, but nothing is learned from them
            rows.free[1:] &= rows.part[:-1] != CHORDS
        there = standing(kept)
        for part, bar in request.places:
            there[part, bar] = False
        return rows, Conditions(self.tables, there, request.window[0], shown, request.alike).rows(rows)


class Pieces:
    """All songs of a split. `weights`: how often each is drawn, beside its length."""

    def __init__(self, pieces: Sequence[Studied], weights: Iterable[float] | None = None) -> None:
        self.pieces = list(pieces)
        sizes = np.array([piece.size for piece in self.pieces], float)
        drawn = sizes * (1.0 if weights is None else np.array(list(weights)))
        self.chance = np.cumsum(drawn / drawn.sum())

    def batch(self, seed: int, step: int, size: int, length: int, noise: float) -> Batch:
        """Random requests, varied. `noise` is the performers': the composer has none."""
        rng = np.random.default_rng((seed, step))
        return self._batch([self._drawn(rng, length) for _ in range(size)], length)

    def _drawn(self, rng: np.random.Generator, length: int) -> tuple[Rows, Floats]:
        piece = self.pieces[min(int(np.searchsorted(self.chance, rng.random())), len(self.pieces) - 1)]
        if rng.random() < INVENTED:
            piece = piece.with_chords
        request = asked(piece.draft, piece.sizes, length, rng, chords=not piece.invented)
        shown = _some_of(piece.wishes, rng) if rng.random() < WISHED else None
        rows, features = piece.rows(request, shown)
        _vary(rows.tokens, rng)
        return rows, features

    def held_out(self, count: int, length: int) -> list[tuple[int, int]]:
        """`count` fixed requests, evenly over the songs: (song, number of the request)."""
        return [(i * len(self.pieces) // count if count < len(self.pieces) else i % len(self.pieces), i)
                for i in range(count)]  # fmt: skip

    def crops(self, picks: Sequence[tuple[int, int]], length: int) -> Batch:
        """The batch of fixed requests."""
        made = []
        for song, number in picks:
            rng = np.random.default_rng((0x5EED, number))
            piece = self.pieces[song]
            made.append(piece.rows(asked(piece.draft, piece.sizes, length, rng)))
        return self._batch(made, length)

    def _batch(self, made: Sequence[tuple[Rows, Floats]], length: int) -> Batch:
        inputs = np.full((len(made), length, 1), SIZE, np.int64)
        targets = np.full((len(made), length, 1), IGNORE, np.int64)
        features = np.zeros((len(made), length, FEATURES), np.float32)
        for row, (rows, conditions) in enumerate(made):
            end = min(length, len(rows) - 1)
            inputs[row, :end, 0] = rows.tokens[:end]
            targets[row, :end, 0] = np.where(rows.free[1 : end + 1], rows.tokens[1 : end + 1], IGNORE)
            features[row, :end] = conditions[:end]
        return Batch(inputs, targets, features)


def _some_of(wishes: Floats, rng: np.random.Generator) -> Floats:
    """Some attributes of some layers: bar by bar, or in the mean, as they are asked for at work."""
    parts, _, controls = wishes.shape
    hidden = rng.random((parts, 1, controls)) < rng.choice(HIDDEN)
    if rng.random() < 0.5:
        known = ~np.isnan(wishes)
        total = np.where(known, wishes, 0).sum(axis=1, keepdims=True)
        mean = total / np.maximum(known.sum(axis=1, keepdims=True), 1)
        wishes = np.where(known.any(axis=1, keepdims=True), mean, np.nan) + np.zeros_like(wishes)
    return np.where(hidden, np.float32(np.nan), wishes).astype(np.float32)


def _vary(tokens: NDArray[np.int32], rng: np.random.Generator) -> None:
    """Another tonic, a slightly other tempo: in place."""
    tonic, tempo = (FIRST[name] for name in ("tonic", "tempo"))
    header = tokens[:7]
    if rng.random() < ANY_TONIC:
        header[(header >= tonic) & (header < tonic + 12)] = tonic + int(rng.integers(12))
    at = (header >= tempo) & (header < tempo + KINDS["tempo"][1])
    moved = header[at] + int(rng.integers(-TEMPO_STEPS, TEMPO_STEPS + 1))
    header[at] = np.clip(moved, tempo, tempo + KINDS["tempo"][1] - 1)
