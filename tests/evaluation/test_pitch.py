import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation import pitch

RATE = 24000


def tone(number: float, seconds: float, partials=(1.0, 0.5, 0.3, 0.2), decay: float = 2.0) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    f = 440 * 2 ** ((number - 69) / 12)
    kept = [(k, a) for k, a in enumerate(partials, 1) if f * k < RATE / 2]
    return 0.2 * np.exp(-decay * at) * sum(a * np.sin(2 * np.pi * f * k * at + k) for k, a in kept)


def line(numbers, seconds: float = 0.25) -> tuple[np.ndarray, list[list[float]]]:
    spans = [[i * seconds, (i + 0.9) * seconds] for i in range(len(numbers))]
    return np.concatenate([tone(number, seconds) for number in numbers]), spans


@settings(deadline=None, max_examples=60)
@given(st.floats(28, 96), st.lists(st.floats(0.05, 1.0), min_size=1, max_size=8), st.floats(0, 6))
def test_the_pitch_of_any_harmonic_tone(number, partials, decay):
    partials[0] += 0.5
    heard = pitch.frequency(tone(number, 0.3, partials, decay), RATE)
    assert abs(float(pitch.cents(heard, pitch.hertz(number)))) < 15


@settings(deadline=None, max_examples=20)
@given(st.floats(-60, 10), st.floats(40, 80))
def test_loudness_does_not_matter(level, number):
    sound = tone(number, 0.2)
    assert pitch.frequency(sound * 10 ** (level / 20)) == pytest.approx(pitch.frequency(sound), rel=1e-9)


def test_a_missing_fundamental_is_heard():
    heard = pitch.frequency(tone(40, 0.3, (0.0, 0.0, 1.0, 0.8, 0.7)))
    assert abs(float(pitch.cents(heard, pitch.hertz(40)))) < 10


def test_right_wrong_octave_and_silent():
    numbers = [40, 43, 47, 52, 50, 45]
    audio, spans = line(numbers)
    result = pitch.evaluate(audio, spans, numbers)
    assert result["right"] == 1.0 and result["judged"] == 6 and abs(result["median_cents"]) < 3
    written = [41, 55, 47, 52, 50, 45]  # a semitone off, an octave off
    result = pitch.evaluate(audio, spans, written)
    assert result["right"] == pytest.approx(4 / 6) and result["octave"] == pytest.approx(1 / 6)
    audio[: len(audio) // 6] = 0.0
    result = pitch.evaluate(audio, spans, numbers)
    assert result["right"] == pytest.approx(5 / 6) and result["silent"] == pytest.approx(1 / 6)
    assert list(result) == ["right", "octave", "silent", "median_cents", "spread_cents", "judged", "notes"]


def test_mistuned_by_less_and_more_than_a_quarter_tone():
    audio, spans = line([60.4, 64.4, 67.4])
    result = pitch.evaluate(audio, spans, [60, 64, 67])
    assert result["right"] == 1.0 and result["median_cents"] == pytest.approx(40, abs=2)
    assert pitch.evaluate(*line([60.6, 64.6, 67.6]), [60, 64, 67])["right"] == 0.0


def test_noise_has_no_pitch():
    rng = np.random.default_rng(0)
    assert np.isnan(pitch.frequency(rng.standard_normal(RATE // 2)))
    assert np.isnan(pitch.frequency(np.zeros(RATE // 2))) and np.isnan(pitch.frequency(np.zeros(2)))


def test_chords_and_very_short_notes_are_not_judged():
    spans = [[0.0, 0.5], [0.01, 0.5], [1.0, 1.4], [1.05, 1.4], [2.0, 2.01]]
    assert pitch.judged(spans).tolist() == [False, False, False, True, True]
    assert pitch.judged([]).tolist() == []
    shuffled = [spans[i] for i in (3, 0, 4, 2, 1)]
    assert pitch.judged(shuffled).tolist() == [True, False, True, False, False]


def test_without_notes():
    result = pitch.evaluate(np.zeros(RATE), [], [])
    assert result["right"] is None and result["median_cents"] is None and result["notes"] == 0


def test_the_same_share_as_mir_eval():
    """mir_eval 0.8.2, melody.raw_pitch_accuracy of the same twelve values, one frame a note: 0.75."""
    numbers = np.arange(48, 60)
    off = np.array([0, 0, 49, -49, 51, -51, 1200, 0, 10, 0, 0, 0]) / 100
    audio, spans = line(numbers + off)
    assert pitch.evaluate(audio, spans, numbers)["right"] == 0.75


def test_bad_input_is_refused():
    good = np.zeros(RATE), [[0.0, 0.5]], [60]
    for audio, spans, pitches in (
        (np.zeros((2, 2)), *good[1:]),
        (np.array([np.nan]), *good[1:]),
        (good[0], [[0.5, 0.0]], [60]),
        (good[0], [0.0, 0.5, 1.0], [60]),
        (*good[:2], [60, 61]),
        (*good[:2], [128]),
    ):
        with pytest.raises(ValueError, match="should be"):
            pitch.evaluate(audio, spans, pitches)
