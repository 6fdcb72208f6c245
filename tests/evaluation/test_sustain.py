"""Roughness and partials of held notes: pure tones have none, flutter and noise are found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation import sustain

RATE = 24000
SPAN = [[0.0, 1.9]]


def tone(
    pitch: float,
    decay: float = 1.0,
    flutter_db: float = 0.0,
    noise: float = 0.0,
    rate: int = RATE,
    seed: int = 0,
) -> np.ndarray:
    """Eight partials over 2 s; each trembles by itself, 30 values a second."""
    rng, t = np.random.default_rng(seed), np.arange(2 * rate) / rate
    base, audio = 440 * 2 ** ((pitch - 69) / 12), np.zeros(2 * rate)
    knots = np.arange(0, 2.1, 1 / 30)
    for partial in range(1, 9):
        level = flutter_db * np.interp(t, knots, rng.standard_normal(len(knots)))
        audio += np.sin(2 * np.pi * base * partial * t + partial) / partial * 10 ** (level / 20)
    return 0.1 * audio * np.exp(-decay * t) + noise * rng.standard_normal(len(t))


def measured(audio: np.ndarray, pitch: float, rate: int = RATE) -> tuple[float, float]:
    found = sustain.evaluate(audio, SPAN, [pitch], True, rate)
    assert found["notes"] == 1
    return found["roughness_db"], found["partials_db"]


@settings(max_examples=20, deadline=None)
@given(st.floats(36, 84), st.floats(0, 4), st.sampled_from([22050, 24000, 48000]))
def test_a_pure_tone_is_smooth_at_any_pitch_decay_and_rate(pitch: float, decay: float, rate: int) -> None:
    roughness, partials = measured(tone(pitch, decay, rate=rate), pitch, rate)
    assert roughness < 0.1 and partials > 24


@settings(max_examples=15, deadline=None)
@given(st.floats(36, 76), st.integers(0, 99))
def test_flutter_of_1_db_is_found_and_more_is_more(pitch: float, seed: int) -> None:
    one = measured(tone(pitch, flutter_db=1.0, seed=seed), pitch)[0]
    three = measured(tone(pitch, flutter_db=3.0, seed=seed), pitch)[0]
    assert 0.3 < one < 1.3 and 1.8 * one < three < 4.5 * one


@settings(max_examples=15, deadline=None)
@given(st.floats(36, 76), st.integers(0, 99))
def test_noise_is_found(pitch: float, seed: int) -> None:
    clean, soft, loud = (measured(tone(pitch, noise=noise, seed=seed), pitch) for noise in (0, 0.003, 0.02))
    assert clean[1] > soft[1] > loud[1] and loud[1] < clean[1] - 6
    assert loud[0] > 3 * clean[0] and loud[0] > 0.2


def test_gain_does_not_matter_and_a_wrong_note_has_no_partials() -> None:
    audio = tone(45, flutter_db=1.0)
    assert measured(0.1 * audio, 45) == pytest.approx(measured(audio, 45), rel=0.02)
    assert measured(audio, 48.5)[1] < 5


def test_middles_end_before_the_next_note_or_stay_between() -> None:
    spans, pitches = [[0.0, 2.0], [1.0, 2.0], [1.0, 1.3]], [60, 64, 67]
    single = sustain.middles(spans, pitches, True)
    assert [(m.pitch, m.begin, m.end) for m in single] == [
        (60, pytest.approx(0.12), pytest.approx(0.96)),
        (64, pytest.approx(1.12), pytest.approx(1.96)),
    ]
    chord = sustain.middles(spans, pitches, False)
    assert (chord[0].begin, chord[0].end) == (pytest.approx(1.12), pytest.approx(1.96))
    assert chord[0].others == (64, 67) and sustain.middles([[0, 0.4]], [60], True) == []


def test_partials_that_are_another_note_s_too_are_left_out() -> None:
    spans, audio = [[0.0, 1.9], [0.0, 1.9]], tone(48) + tone(60, flutter_db=6.0)
    assert sustain.evaluate(audio, spans, [48, 55.5], False)["roughness_db"] is not None
    octave = sustain.roughness_db(audio, sustain.Middle(60, 0.1, 1.8, (48,)))
    assert octave is None


def test_silence_short_sounds_and_bad_input() -> None:
    for audio in (np.zeros(2 * RATE), np.zeros(RATE // 5), np.zeros(0)):
        found = sustain.evaluate(audio, SPAN, [45], True)
        assert found["roughness_db"] is None and found["partials_db"] is None
    with pytest.raises(ValueError, match="mono"):
        sustain.evaluate(np.zeros((9, 2)), SPAN, [45], True)
    with pytest.raises(ValueError, match="needs a pitch"):
        sustain.evaluate(np.zeros(9), SPAN, [], True)
