"""A piece of music as notes: what all layers share, and the score of each. Whoever knows more of one (where
it is from, who wrote it) extends it; what is made of a piece here keeps all that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

from stemwright.errors import UsageError
from stemwright.song.layers import is_drums
from stemwright.song.rhythm import RhythmMap
from stemwright.song.score import Note, Score
from stemwright.song.state import MAX_BPM, MIN_BPM, GlobalState, Section


@dataclass(frozen=True, slots=True)
class Piece:
    """`state`, and a score for each layer that the piece has."""

    state: GlobalState
    scores: dict[str, Score]

    def slice(self, first_bar: int, bars: int) -> Self:
        """`bars` bars from `first_bar` (from 0) as a piece of their own. UsageError where there are none."""
        ticks = self.state.meter.ticks_per_bar
        start, end = first_bar * ticks, (first_bar + bars) * ticks
        scores = {layer: score.slice(start, end) for layer, score in self.scores.items()}
        return replace(self, state=clipped(self.state, first_bar, bars), scores=scores)

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
        bpm = Fraction(round(self.state.bpm * factor * 100), 100)
        state = self.state.with_(bpm=max(Fraction(MIN_BPM), min(Fraction(MAX_BPM), bpm)))
        return replace(self, state=state)


def clipped(state: GlobalState, first_bar: int, bars: int) -> GlobalState:
    """The state of `bars` bars from `first_bar` (from 0): sections, chords and rhythm cut to them."""
    sections: list[Section] = []
    at = 0
    for section in state.sections:
        inside = min(at + section.bars, first_bar + bars) - max(at, first_bar)
        if inside > 0:
            sections.append(Section(section.name, inside))
        at += section.bars
    per_bar = state.meter.beats_per_bar
    chords = state.chords[first_bar * per_bar : (first_bar + bars) * per_bar]
    rhythm = state.rhythm
    if rhythm is not None:
        rhythm = RhythmMap(rhythm.swing, rhythm.bars[first_bar : first_bar + bars])
    return state.with_(sections=tuple(sections), chords=chords, rhythm=rhythm)


def _moved(score: Score, semitones: int) -> Score:
    try:
        return Score(tuple(Note(n.onset, n.duration, n.pitch + semitones, n.velocity) for n in score.notes))
    except UsageError as error:
        raise UsageError(f"transposition by {semitones}: {error}") from None
