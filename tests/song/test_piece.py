"""A piece cut, moved and made faster: its state and its scores together."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest

from stemwright.errors import UsageError
from stemwright.song.harmony import Chord, Key
from stemwright.song.piece import Piece
from stemwright.song.rhythm import RhythmMap
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

BAR = 288


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Piece):
    name: str


def waltz() -> Named:
    """Eight bars of 3/4 on the chords C to C, a note a bar in two layers."""
    state = GlobalState.create(form="intro:2 verse:4 chorus:2", meter="3/4")
    rhythm = RhythmMap(Fraction(1, 2), tuple(f"{bar}" + "0" * 11 for bar in range(1, 9)))
    state = state.with_(chords=tuple(Chord("CDEFGABC"[b]) for b in range(8) for _ in range(3)), rhythm=rhythm)
    notes = Score.from_notes(Note(b * BAR, BAR, 60 + b, 80) for b in range(8))
    return Named(state, {"lead": notes, "drums2": notes}, name="waltz")


def test_a_slice_is_a_piece_of_its_own() -> None:
    cut = waltz().slice(1, 6)
    assert cut.name == "waltz" and cut.state.form == "intro:1 verse:4 chorus:1"
    assert [c.root for c in cut.state.chords if c][::3] == list("DEFGAB")
    assert cut.state.rhythm is not None and [bar[0] for bar in cut.state.rhythm.bars] == list("234567")
    assert [(n.onset, n.pitch) for n in cut.scores["lead"].notes] == [(b * BAR, 61 + b) for b in range(6)]
    assert waltz().slice(0, 8) == waltz()
    with pytest.raises(UsageError, match="sections"):
        waltz().slice(8, 1)


def test_moving_a_piece_moves_notes_key_and_chords_but_no_drums() -> None:
    up = waltz().transposed(3)
    assert up.scores["drums2"] == waltz().scores["drums2"] and up.name == "waltz"
    assert [n.pitch for n in up.scores["lead"].notes] == list(range(63, 71))
    assert up.state.key == Key("Eb") and up.state.chords[:3] == (Chord("Eb"),) * 3
    assert up.transposed(-3).scores == waltz().scores and waltz().transposed(0) == waltz()
    with pytest.raises(UsageError, match="transposition by 61"):
        waltz().transposed(61)


@pytest.mark.parametrize(("factor", "bpm"), [("1.1", 132), ("0.001", 30), ("100", 300), ("1/7", "30")])
def test_tempo_stays_within_what_a_state_allows(factor: str, bpm: int | str) -> None:
    assert waltz().retimed(Fraction(factor)).state.bpm == Fraction(bpm)
    assert waltz().retimed(Fraction("1.00333")).state.bpm == Fraction("120.4")
