from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from stemwright.instruments.ranges import RANGES, folded, within
from stemwright.instruments.timbres import RECIPES
from stemwright.song.score import Note, Score

LOWS = st.integers(0, 100)
PITCHES = st.lists(st.integers(0, 127), max_size=30)


@given(pitch=st.integers(0, 127), low=LOWS, span=st.integers(11, 60))
def test_a_pitch_moves_by_as_few_octaves_as_it_takes(pitch: int, low: int, span: int) -> None:
    moved = folded(pitch, low, low + span)
    assert low <= moved <= low + span and (moved - pitch) % 12 == 0
    if pitch < low:
        assert moved - 12 < low
    elif pitch > low + span:
        assert moved + 12 > low + span
    else:
        assert moved == pitch


@given(pitches=PITCHES, low=st.integers(0, 90), span=st.integers(11, 37))
def test_a_score_comes_into_range(pitches: list[int], low: int, span: int) -> None:
    score = Score.from_notes(Note(10 * i, 10, pitch, 90) for i, pitch in enumerate(pitches))
    made = within(score, low, low + span)
    assert all(low <= note.pitch <= low + span for note in made.notes)
    assert [(n.onset, n.duration, n.pitch % 12) for n in made.notes] == [
        (n.onset, n.duration, n.pitch % 12) for n in score.notes
    ]
    assert within(made, low, low + span) == made


def test_a_melody_keeps_its_shape() -> None:
    tune = [72, 76, 79, 84, 83]
    score = Score.from_notes(Note(96 * i, 96, pitch, 90) for i, pitch in enumerate(tune))
    assert [n.pitch for n in within(score, 34, 71).notes] == [p - 24 for p in tune]
    assert [n.pitch for n in within(score, 34, 73).notes] == [p - 12 for p in tune]
    assert within(score, 60, 90) is score


def test_notes_that_fall_together_are_one() -> None:
    score = Score.from_notes([Note(0, 50, 60, 90), Note(0, 90, 36, 100), Note(0, 90, 64, 80)])
    assert [(n.pitch, n.duration) for n in within(score, 55, 70).notes] == [(60, 90), (64, 90)]


def test_every_range_holds_what_its_layer_is_asked_for() -> None:
    """An octave at least, so that every pitch class can be played."""
    for layer, (low, high) in RANGES.items():
        for made in RECIPES[layer]:
            assert min(high, made.high) - max(low, made.low) >= 11, made.name


def test_ranges_need_no_training_environment() -> None:
    code = (
        "import sys, stemwright.instruments.timbres, stemwright.instruments.ranges\n"
        "assert not {'torch', 'soundfile', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
