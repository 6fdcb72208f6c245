"""The same song in another key or at another tempo: pure functions of a song and a seed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

from stemwright.corpus.readers.bands import FOLD
from stemwright.corpus.song import CorpusSong
from stemwright.errors import UsageError
from stemwright.song.layers import is_drums
from stemwright.song.score import Note, Score
from stemwright.song.tempo import MAX_BPM, MIN_BPM

FURTHEST = 6
"""Semitones up or down that give every key."""
TEMPO = Fraction(1, 10)
"""How much faster or slower a song is made at most."""
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


def transposed(song: CorpusSong, semitones: int) -> CorpusSong:
    """The song moved by semitones: notes, key and chords; drums stay. UsageError where a note would leave
    MIDI's range.
    """
    if semitones == 0:
        return song
    key = song.state.key.transposed(semitones)
    chords = tuple(None if c is None else c.transposed(semitones, key) for c in song.state.chords)
    scores = {
        layer: score if is_drums(layer) else _moved(score, semitones) for layer, score in song.scores.items()
    }
    return replace(song, state=song.state.with_(key=key, chords=chords), scores=scores)


def _moved(score: Score, semitones: int) -> Score:
    try:
        return Score(tuple(Note(n.onset, n.duration, n.pitch + semitones, n.velocity) for n in score.notes))
    except UsageError as error:
        raise UsageError(f"transposition by {semitones}: {error}; see augment.room") from None


def retimed(song: CorpusSong, factor: Fraction) -> CorpusSong:
    """The song `factor` times as fast, within what a state allows, on two decimals."""
    bpm = Fraction(round(song.state.bpm * factor * 100), 100)
    return replace(song, state=song.state.with_(bpm=max(Fraction(MIN_BPM), min(Fraction(MAX_BPM), bpm))))


def augmented(song: CorpusSong, seed: int) -> CorpusSong:
    """The song in a random key of its room and at a random tempo near its own; the same for the same seed."""
    rng = Random(f"{seed}/{song.source}/{song.name}")
    moved = transposed(song, rng.choice(room(song)))
    return retimed(moved, 1 + TEMPO * rng.randint(-100, 100) / 100)
