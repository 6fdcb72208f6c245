"""What a training example asks for: a window of a song, some of its parts, and which of their bars to write.

Whatever may be asked at work is asked here: whole songs, continuations, layers to others, gaps of bars,
single bars here and there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stemwright.symbolic.composer.draft import CHORDS, Draft, Place
from stemwright.symbolic.composer.likeness import alike, counterparts

KINDS = {"continue": 0.4, "layers": 0.3, "gap": 0.2, "scattered": 0.1}
"""Kind of request -> its share."""
FEWER_PARTS = 0.3
"""How often some parts of the song are left out."""
LIKE = 0.7
"""How often bars are to be like those of another section of the same material, where there is one."""
LIKE_BARS = 4
CHORDS_ASKED, CHORDS_ALONE = 0.2, 0.06
"""How often chords are to be written too, and how often nothing else."""
MARGIN = 16
"""Tokens of header and areas."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """Bars of the song that the window and the model consist of, and the places to write; `alike`: bar -> the
    bar to be like.
    """

    window: tuple[int, ...]
    like: tuple[int, ...]
    parts: tuple[int, ...]
    places: tuple[Place, ...]
    alike: dict[int, int]


def asked(
    draft: Draft, sizes: np.ndarray, length: int, rng: np.random.Generator, chords: bool = True
) -> Exercise:
    """A random request for a song in which all stands. `sizes` [parts, bars]: tokens of every place; what is
    asked and what it needs fits into about `length` tokens. `chords`: whether its chords may be asked for.
    """
    chords = chords and CHORDS in draft.parts
    parts = (CHORDS,) if chords and rng.random() < CHORDS_ALONE else _some(draft.parts, rng)
    of_bar = sizes[list(parts)].sum(axis=0) + 2
    first = int(rng.integers(0, len(of_bar)))
    same = _alike(draft, rng) if rng.random() < LIKE else {}
    like = tuple(same[bar] for bar in range(first, first + LIKE_BARS) if bar in same)
    left = length - MARGIN - int(of_bar[list(like)].sum())
    window = _window(of_bar, first, left)
    like = tuple(bar for bar in like if bar not in window)
    return Exercise(window, like, parts, _places(window, parts, chords, rng), same)


def _window(sizes: np.ndarray, first: int, left: int) -> tuple[int, ...]:
    """Bars from `first` on that fit into `left` tokens (one at least), then bars before it."""
    left -= int(sizes[first])
    last = first + 1
    while last < len(sizes) and left >= sizes[last]:
        left -= int(sizes[last])
        last += 1
    while first > 0 and left >= sizes[first - 1]:
        first -= 1
        left -= int(sizes[first])
    return tuple(range(first, last))


def _some(parts: Sequence[int], rng: np.random.Generator) -> tuple[int, ...]:
    """All parts, or some of those that play."""
    played = [part for part in parts if part != CHORDS]
    if rng.random() < FEWER_PARTS and len(played) > 1:
        kept = rng.permutation(played)[: int(rng.integers(1, len(played)))]
        played = sorted(int(part) for part in kept)
    return (*((CHORDS,) if CHORDS in parts else ()), *played)


def _alike(draft: Draft, rng: np.random.Generator) -> dict[int, int]:
    """For every section that comes again, another one of its material to be like."""
    others = enumerate(counterparts(draft.state))
    return alike(draft.state, {i: starts[int(rng.integers(len(starts)))] for i, starts in others if starts})


def _places(
    window: Sequence[int], parts: Sequence[int], chords: bool, rng: np.random.Generator
) -> tuple[Place, ...]:
    """Which of the window's places are to be written: at least one."""
    played = [part for part in parts if part != CHORDS] or [CHORDS]
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    if kind == "layers":
        count = int(rng.integers(1, len(played) + 1))
        chosen = [int(part) for part in rng.permutation(played)[:count]]
        found = [(part, bar) for bar in window for part in chosen]
    elif kind == "scattered":
        every = [(part, bar) for bar in window for part in played]
        share = float(rng.uniform(0.1, 0.6))
        found = [place for place in every if rng.random() < share] or every[-1:]
    else:
        start, end = 0, len(window)
        if kind == "gap":
            start, end = sorted(int(x) for x in rng.integers(0, len(window) + 1, 2))
        elif rng.random() < 0.5:
            start = int(rng.integers(0, len(window)))
        bars = window[start:end] or window[-1:]
        found = [(part, bar) for bar in bars for part in played]
    if chords and rng.random() < CHORDS_ASKED:
        found += [(CHORDS, bar) for bar in sorted({bar for _, bar in found})]
    return tuple(sorted(set(found)))
