from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from stemwright.instruments.ranges import RANGES, REST, fitted, folded, within
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


@given(
    st.lists(st.tuples(st.integers(0, 127), st.sampled_from([0, 47, REST - 1, REST, 400])), max_size=30),
    st.integers(0, 90),
    st.integers(11, 37),
)
def test_phrases_come_into_range_and_keep_their_contour(
    tune: list[tuple[int, int]], low: int, span: int
) -> None:
    """Between rests all notes move alike, but where the phrase is wider than the range."""
    notes, tick = [], 0
    for pitch, rest in tune:
        tick += rest
        notes.append(Note(tick, 10, pitch, 90))
        tick += 10
    score = Score.from_notes(notes)
    made = fitted(score, low, low + span)
    assert all(low <= note.pitch <= low + span for note in made.notes)
    assert [(n.onset, n.duration, n.pitch % 12) for n in made.notes] == [
        (n.onset, n.duration, n.pitch % 12) for n in score.notes
    ]
    assert fitted(made, low, low + span) is made
    moves: list[set[int]] = []
    pitches: list[set[int]] = []
    for (_, rest), old, new in zip(tune, score.notes, made.notes, strict=True):
        if rest >= REST or not moves:
            moves.append(set())
            pitches.append(set())
        moves[-1].add(new.pitch - old.pitch)
        pitches[-1].add(old.pitch)
    for moved, of in zip(moves, pitches, strict=True):
        if max(of) - min(of) <= span - 11:  # whole octaves bring it into the range
            assert len(moved) == 1


def test_only_the_phrase_that_is_outside_moves() -> None:
    low_phrase, high_phrase = [60, 64, 67, 64], [72, 88, 84, 79]
    notes = [Note(96 * i, 96, pitch, 90) for i, pitch in enumerate(low_phrase * 3)]
    notes += [Note(96 * (i + 20), 96, pitch, 90) for i, pitch in enumerate(high_phrase)]
    made = fitted(Score.from_notes(notes), 58, 79)
    assert [note.pitch for note in made.notes] == low_phrase * 3 + [60, 76, 72, 67]
    assert [note.pitch for note in within(Score.from_notes(notes), 58, 79).notes][-4:] == [72, 76, 72, 79]


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
