"""Notes out of posteriorgrams, and how they are compared with a score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation.transcription import (
    KEYS,
    LOWEST_PITCH,
    SHORTEST,
    HeardNote,
    Posteriorgrams,
    decode,
    evaluate,
    note_f,
)

HOP = 0.0116


def grams(*notes: tuple[int, int, int], frames: int = 200, onsets: bool = True) -> Posteriorgrams:
    """Keys that sound from a frame to another; (first, end, pitch)."""
    note, onset = np.zeros((frames, KEYS)), np.zeros((frames, KEYS))
    for first, end, pitch in notes:
        note[first:end, pitch - LOWEST_PITCH] = 0.8
        if onsets:
            onset[first, pitch - LOWEST_PITCH] = 0.9
    return Posteriorgrams(note, onset, HOP * np.arange(frames))


def test_notes_with_onsets() -> None:
    written = [(10, 60, 40), (30, 80, 47), (70, 100, 40)]
    assert decode(grams(*written)) == [HeardNote(*note) for note in written]


def test_a_short_dip_does_not_end_a_note_and_a_short_note_is_dropped() -> None:
    heard = grams((10, 60, 40), (100, 100 + SHORTEST, 50))
    heard.note[30:38, 40 - LOWEST_PITCH] = [0.1] * 4 + [0.2, 0.35, 0.5, 0.65]  # a fast rise is an onset
    assert decode(heard) == [HeardNote(10, 60, 40)]


def test_a_new_onset_divides_what_sounds_on() -> None:
    heard = grams((10, 90, 40))
    heard.onset[50, 40 - LOWEST_PITCH] = 0.9
    assert [(note.first, note.end) for note in decode(heard)] == [(10, 50), (50, 90)]


def test_what_sounds_without_an_onset_is_found_from_its_loudest_frame() -> None:
    heard = grams((40, 90, 60), onsets=False)
    heard.note[60, 60 - LOWEST_PITCH] = 0.9
    assert decode(heard) == [HeardNote(40, 89, 60)]  # as published, its last frame is not counted


def test_a_rise_is_an_onset_where_others_have_onsets() -> None:
    heard = grams((10, 60, 40))
    heard.note[100:150, 30] = 0.8
    assert HeardNote(100, 150, 30 + LOWEST_PITCH) in decode(heard)


def test_a_neighbouring_key_that_sounds_along_is_no_note() -> None:
    heard = grams((10, 60, 40))
    heard.note[10:60, 41 - LOWEST_PITCH] = 0.4
    assert decode(heard) == [HeardNote(10, 60, 40)]


def test_nothing_and_next_to_nothing() -> None:
    assert decode(grams()) == [] and decode(grams(frames=2)) == decode(grams(frames=0)) == []
    with pytest.raises(ValueError, match="posteriorgrams"):
        decode(Posteriorgrams(np.zeros((9, 80)), np.zeros((9, 80)), np.zeros(9)))


def test_note_f_has_known_values() -> None:
    heard = grams((10, 60, 40), (70, 120, 50))
    times = HOP * np.array([10, 70])
    assert note_f(times, [40, 50], heard) == (1, 1, 1)
    assert note_f(times + 0.04, [40, 50], heard) == (1, 1, 1)
    assert note_f(times + 0.06, [40, 50], heard) == (0, 0, 0)
    assert note_f(times, [40, 62], heard) == (0.5, 0.5, 0.5)  # an octave is wrong
    assert note_f(times[:1], [40], heard) == pytest.approx((2 / 3, 0.5, 1))
    assert note_f([*times, times[0]], [40, 50, 40], heard)[0] == pytest.approx(0.8)  # each counts once
    assert note_f([], [], grams()) == (1, 1, 1) and note_f([], [], heard) == (0, 0, 0)
    found = evaluate(times, [40, 50], heard, shift=0.31)
    assert (found["note_f"], found["floor_f"], found["heard"]) == (1, 0, 2)
    with pytest.raises(ValueError, match="begin and a pitch"):
        note_f(times, [40], heard)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 120))
def test_any_posteriorgrams_give_notes_inside_them(seed: int, frames: int) -> None:
    rng = np.random.default_rng(seed)
    made = [rng.random((frames, KEYS)) ** rng.uniform(0.5, 4) for _ in range(2)]
    heard = Posteriorgrams(made[0], made[1], HOP * np.arange(frames))
    before = made[0].copy()
    notes = decode(heard)
    assert np.array_equal(before, heard.note)
    assert all(n.first >= 0 and n.end - n.first > SHORTEST and n.end <= frames for n in notes)
    assert all(LOWEST_PITCH <= n.pitch < LOWEST_PITCH + KEYS for n in notes)
