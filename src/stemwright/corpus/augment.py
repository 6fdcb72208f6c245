"""The same song in another key or at another tempo."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from stemwright.corpus.readers.fitting import FOLD
from stemwright.corpus.song import CorpusSong
from stemwright.song.layers import is_drums

FURTHEST = 6
"""Semitones up or down that give every key."""
_ANY = (0, 127)


def room(song: CorpusSong) -> range:
    """The semitones by which a song can be moved with every layer staying in its range; 0 is among them."""
    low, high = -FURTHEST, FURTHEST
    for layer, score in song.scores.items():
        if is_drums(layer) or not score.notes:
            continue
        pitches = [n.pitch for n in score.notes]
        lowest, highest = FOLD.get(layer, _ANY)
        low = max(low, min(0, lowest - min(pitches)))
        high = min(high, max(0, highest - max(pitches)))
    return range(low, high + 1)


def augmented(song: CorpusSong, rng: Random, keys: int, tempo: tuple[float, float]) -> CorpusSong:
    """The song in a random key of its room, at most `keys` semitones away, and `tempo` times as
    fast (slowest, fastest).
    """
    steps = [step for step in room(song) if abs(step) <= keys]
    slowest, fastest = (round(1000 * factor) for factor in tempo)
    return song.transposed(rng.choice(steps)).retimed(Fraction(rng.randint(slowest, fastest), 1000))
