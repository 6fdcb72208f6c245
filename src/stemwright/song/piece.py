"""A piece of music as notes: what all layers share, and the score of each. Whoever knows more of one (where
it is from, who wrote it) extends it; what is made of a piece here keeps all that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

from stemwright.errors import UsageError
from stemwright.song.layers import is_drums
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.song.tempo import MAX_BPM, MIN_BPM


@dataclass(frozen=True, slots=True)
class Piece:
    """`state`, and a score for each layer that the piece has."""

    state: GlobalState
    scores: dict[str, Score]

    def slice(self, first_bar: int, bars: int) -> Self:
        """`bars` bars from `first_bar` (from 0) as a piece of their own. UsageError where there are none."""
        start, end = self.state.bar_tick(first_bar), self.state.bar_tick(first_bar + bars)
        scores = {layer: score.slice(start, end) for layer, score in self.scores.items()}
        return replace(self, state=self.state.slice(first_bar, bars), scores=scores)

    def transposed(self, semitones: int) -> Self:
        """The piece moved by semitones: notes, key and chords; drums stay. UsageError where a note would
        leave MIDI's range.
        """
        if semitones == 0:
            return self
        key = self.state.key.transposed(semitones)
        chords = tuple(None if c is None else c.transposed(semitones, key) for c in self.state.chords)
        scores = {
            layer: score if is_drums(layer) else _moved(score, semitones)
            for layer, score in self.scores.items()
        }
        return replace(self, state=self.state.with_(key=key, chords=chords), scores=scores)

    def retimed(self, factor: Fraction) -> Self:
        """The piece `factor` times as fast, within what a state allows, on two decimals."""

        def faster(bpm: Fraction) -> Fraction:
            return max(Fraction(MIN_BPM), min(Fraction(MAX_BPM), Fraction(round(bpm * factor * 100), 100)))

        state = self.state
        tempos = tuple((bar, faster(bpm)) for bar, bpm in state.tempos)
        return replace(self, state=state.with_(bpm=faster(state.bpm), tempos=tempos))


def _moved(score: Score, semitones: int) -> Score:
    try:
        return Score(tuple(Note(n.onset, n.duration, n.pitch + semitones, n.velocity) for n in score.notes))
    except UsageError as error:
        raise UsageError(f"transposition by {semitones}: {error.marked}") from None
