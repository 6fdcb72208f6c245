"""Key and chords of given notes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.compose.analysis import find_chords, find_key, profile, settled_chords
from stemwright.compose.arranger import arrange
from stemwright.song.bar_lines import BarLines
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState


def line(pitches: list[int], ticks: int = 96) -> Score:
    """Notes one after the other."""
    return Score.from_notes(Note(i * ticks, ticks, pitch, 80) for i, pitch in enumerate(pitches))


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("mode", ["major", "minor"])
def test_keys_are_found(tonic: int, mode: str) -> None:
    key = Key.from_pc(tonic, mode)
    weights = np.zeros(12)
    for degree, pc in enumerate(key.pitch_classes):
        weights[pc] = (4, 2, 3, 2, 3.5, 2, 1)[degree]
    assert find_key(weights).tonic_pc == tonic and find_key(weights).is_minor == key.is_minor
    assert find_key(np.zeros(12)) == Key("C", "major")


def test_chords_are_found_and_silence_is_none() -> None:
    notes = [Note(0, 192, p, 80) for p in (57, 60, 64)] + [Note(192, 192, p, 80) for p in (53, 57, 60)]
    found = find_chords({"harmony": Score.from_notes(notes)}, BarLines(Meter(4, 4)), 2, Key("A", "minor"))
    assert [str(c) if c else None for c in found] == ["Am", "Am", "F", "F", None, None, None, None]


def test_chords_for_a_melody() -> None:
    melody = line([60, 64, 67, 64, 65, 69, 72, 69, 67, 71, 74, 71, 60, 64, 67, 72])
    scores = {"lead": melody, "drums": line([36, 37] * 8)}
    key = find_key(profile(scores))
    assert key == Key("C")
    found = settled_chords(scores, BarLines(Meter(4, 4)), 5, key)
    assert [str(chord) for chord in found] == ["C"] * 4 + ["F"] * 4 + ["G"] * 4 + ["C"] * 8


def test_passing_notes_change_no_chord() -> None:
    scale = line([60, 62, 64, 65, 67, 65, 64, 62], 48)
    assert len(set(settled_chords({"lead": scale}, BarLines(Meter(4, 4)), 1, Key("C")))) == 1


def test_drums_alone_say_nothing_of_chords() -> None:
    assert settled_chords({"drums": line([36, 38] * 8)}, BarLines(Meter(4, 4)), 4, Key("C")) == ()


@pytest.mark.parametrize(("style", "key"), [("pop", "C major"), ("rock", "F# minor"), ("ballad", "Eb major")])
def test_an_arrangement_says_which_chords_it_has(style: str, key: str) -> None:
    state = GlobalState.create("120", key, "4/4", "verse:8", style)
    made = arrange(state, ("bass", "harmony"), 3)
    found = settled_chords(made.scores, state.lines, state.bars, state.key)
    same = [
        chord is not None and own.root_pc == chord.root_pc
        for own, chord in zip(found, made.state.chords, strict=True)
    ]
    assert np.mean(same) > 0.85


@given(
    st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 3000), st.integers(0, 127)), max_size=12),
    st.sampled_from([Meter(4, 4), Meter(7, 8), Meter(2, 2), Meter(5, 16)]),
)
def test_any_notes_have_one_chord_a_beat(notes: list[tuple[int, int, int]], meter: Meter) -> None:
    score = Score.from_notes(Note(onset, length, pitch, 80) for onset, length, pitch in notes)
    beats = 3 * meter.beats_per_bar
    assert len(find_chords({"harmony": score}, BarLines(meter), 3, Key("C"))) == beats
    assert len(settled_chords({"harmony": score}, BarLines(meter), 3, Key("C"))) in (0, beats)
