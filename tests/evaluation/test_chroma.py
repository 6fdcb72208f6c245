from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation import chroma, timing
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState
from stemwright.song.timebase import Timebase

RATE = 24000
C_MAJOR = (0, 2, 4, 5, 7, 9, 11)


def chord(pitches, seconds: float = 1.0, level: float = 0.1) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    return level * sum(np.sin(2 * np.pi * 440 * 2 ** ((p - 69) / 12) * at + p) for p in pitches)


def test_a_chord_of_sines_lies_in_its_classes():
    audio = np.concatenate([chord([48, 52, 55]), chord([53, 57, 60])])
    spans, classes = [[0.0, 1.0], [1.0, 2.0]], [(0, 4, 7), (5, 9, 0)]
    right = chroma.evaluate(audio, spans, classes)
    assert right["share"] > 0.98 and right["cosine"] > 0.95
    wrong = chroma.evaluate(audio, spans, [(1, 3, 6), (1, 3, 6)])
    assert wrong["share"] < 0.05 and wrong["cosine"] < 0.2


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(50, 70), min_size=1, max_size=4, unique=True), st.integers(1, 11))
def test_transposing_turns_the_chroma(pitches, steps):
    _, low = chroma.chroma(chord(pitches))
    _, high = chroma.chroma(chord([p + steps for p in pitches]))
    first, second = (energy[8:18].sum(axis=0) / energy[8:18].sum() for energy in (low, high))
    assert np.abs(np.roll(first, steps) - second).max() < 0.12


@settings(deadline=None, max_examples=15)
@given(st.floats(-40, 15))
def test_loudness_does_not_matter(level):
    audio = chord([48, 52, 55, 58])
    plain = chroma.evaluate(audio, [[0.0, 1.0]], [(0, 4, 7)])
    other = chroma.evaluate(audio * 10 ** (level / 20), [[0.0, 1.0]], [(0, 4, 7)])
    assert other["share"] == pytest.approx(plain["share"], abs=1e-6)


def test_noise_has_a_share_of_its_classes_over_twelve():
    noise = np.random.default_rng(0).standard_normal(10 * RATE) * 0.1
    assert chroma.evaluate(noise, [[0.0, 10.0]], [(0, 4, 7)])["share"] == pytest.approx(0.25, abs=0.06)


def test_key_share():
    _, energy = chroma.chroma(np.concatenate([chord([60, 64, 67]), chord([61], level=0.1)]))
    inside = chroma.key_share(energy, C_MAJOR)
    assert inside == pytest.approx(0.75, abs=0.03)
    assert chroma.key_share(energy, range(12)) == 1.0
    assert chroma.key_share(np.zeros((3, 12)), C_MAJOR) is None


def test_quiet_and_unasked_frames_do_not_count():
    audio = np.concatenate([chord([60]), np.zeros(RATE), chord([61])])
    assert chroma.evaluate(audio, [[0.0, 0.9]], [(0,)])["share"] > 0.99
    assert chroma.evaluate(audio, [[1.3, 1.7]], [(0,)])["share"] is None
    assert chroma.evaluate(np.zeros(RATE), [[0.0, 1.0]], [(0,)]) == {"share": None, "cosine": None}
    assert chroma.evaluate(np.zeros(0), [], [])["share"] is None


def test_the_mask_reaches_into_the_middle_half_of_frames():
    found = chroma.mask([0.9, 1.0, 1.1, 2.0, 2.1], [[1.0, 2.0]], [(3, 7)])
    assert found[:, 3].tolist() == [False, True, True, True, False]
    assert (found.sum(axis=1) == 2 * found[:, 3]).all()


def test_chords_of_a_song_in_seconds():
    state = GlobalState.create(bpm="120", form="verse:2")
    chords = ["C", "C", "C", "G7/D", "N.C.", "N.C.", "C", "C"]
    spans, classes = timing.chord_spans(GlobalState.from_json({**state.to_json(), "chords": chords}))
    assert spans.tolist() == [[0.0, 1.5], [1.5, 2.0], [3.0, 4.0]]
    assert classes == [(0, 4, 7), (2, 5, 7, 11), (0, 4, 7)]
    assert timing.chord_spans(state)[0].shape == (0, 2)


def test_beats_of_a_song_in_seconds():
    timebase = Timebase(Fraction("97.3"), Meter(7, 8))
    beats = timing.beat_times(timebase, 3)
    assert len(beats) == 22 and beats[7] == timebase.bar_sample(1) / RATE
    assert np.diff(beats) == pytest.approx(60 / 97.3 / 2, abs=0.001)


def test_bad_input_is_refused():
    for audio, spans, classes in (
        (np.zeros((2, 2)), [], []),
        (np.zeros(9), [[1.0, 0.0]], [(0,)]),
        (np.zeros(9), [[0.0, 1.0]], []),
        (np.zeros(9), [[0.0, 1.0]], [(12,)]),
    ):
        with pytest.raises(ValueError, match="should be"):
            chroma.evaluate(audio, spans, classes)
