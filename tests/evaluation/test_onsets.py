import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.evaluation import onsets

RATE = 24000


def clicks(times, seconds: float, seed: int = 0) -> np.ndarray:
    """Bursts of noise that die away in 20 ms."""
    rng = np.random.default_rng(seed)
    audio = np.zeros(round(seconds * RATE))
    for time in times:
        start = round(time * RATE)
        burst = rng.standard_normal(2400) * np.exp(-np.arange(2400) / 480) * 0.3
        piece = audio[start : start + 2400]
        piece += burst[: len(piece)]
    return audio


def tones(notes, seconds: float) -> np.ndarray:
    """(onset, duration, pitch) as tones of five partials, 5 ms attack, 30 ms release, slow decay."""
    audio = np.zeros(round(seconds * RATE))
    for onset, duration, pitch in notes:
        at = np.arange(round((duration + 0.03) * RATE)) / RATE
        shape = np.minimum(at / 0.005, 1) * np.exp(-at * 2) * np.clip((duration + 0.03 - at) / 0.03, 0, 1)
        frequency = 440 * 2 ** ((pitch - 69) / 12)
        wave = sum(np.sin(2 * np.pi * frequency * k * at) / k for k in range(1, 6))
        start = round(onset * RATE)
        piece = audio[start : start + len(at)]
        piece += (0.2 * shape * wave)[: len(piece)]
    return audio


def test_clicks_are_found_where_they_are():
    times = np.cumsum(np.random.default_rng(1).uniform(0.08, 0.4, 40)) + 0.1
    result = onsets.evaluate(clicks(times, times[-1] + 0.5), times)
    assert result["f1"] > 0.98 and abs(result["offset_ms"]) < 10
    assert list(result) == ["f1", "precision", "recall", "reference", "estimated", "offset_ms"]


@pytest.mark.parametrize("low", [28, 45, 64, 84])
def test_tones_are_found_in_every_register(low):
    rng = np.random.default_rng(low)
    times = np.cumsum(rng.uniform(0.15, 0.5, 30)) + 0.1
    lengths = np.append(np.diff(times), 0.4)
    notes = [(t, d * 0.95, low + int(rng.integers(0, 12))) for t, d in zip(times, lengths, strict=True)]
    assert onsets.onset_f1(tones(notes, times[-1] + 1), times) > 0.85


def test_a_score_moved_by_a_tenth_of_a_second_fails():
    times = np.arange(0.5, 8, 0.31)
    audio = clicks(times, 8.5)
    assert onsets.onset_f1(audio, times) > 0.98
    assert onsets.onset_f1(audio, times + 0.1) < 0.1


def test_loudness_does_not_matter():
    times = np.arange(0.5, 6, 0.37)
    audio = clicks(times, 6.5)
    assert np.array_equal(onsets.detect_onsets(audio), onsets.detect_onsets(audio * 0.05))


def test_silence_and_nothing():
    assert len(onsets.detect_onsets(np.zeros(RATE))) == 0 and len(onsets.detect_onsets(np.zeros(0))) == 0
    assert onsets.onset_f1(np.zeros(RATE), []) == 1.0
    assert onsets.onset_f1(np.zeros(RATE), [0.5]) == 0.0
    assert len(onsets.detect_onsets(np.sin(2 * np.pi * 220 * np.arange(3 * RATE) / RATE))) <= 1


@given(
    st.lists(st.integers(0, 60), max_size=6, unique=True),
    st.lists(st.integers(0, 60), max_size=6, unique=True),
)
def test_matching_is_the_largest_there_is(first, second):
    a, b = np.array(sorted(first)) / 100, np.array(sorted(second)) / 100
    pairs = onsets.match(a, b, 0.03)
    assert all(abs(a[i] - b[j]) <= 0.0301 for i, j in pairs)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    best = 0
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    for chosen in itertools.permutations(range(len(long)), len(short)) if len(short) <= 3 else ():
        best = max(best, sum(abs(short[i] - long[j]) <= 0.0301 for i, j in enumerate(chosen)))
    assert len(short) > 3 or len(pairs) == best


def test_f_measure_by_hand():
    f1, precision, recall = onsets.f_measure([1.0, 2.0, 3.0, 4.0], [1.02, 2.05, 3.0])
    assert precision == pytest.approx(2 / 3) and recall == 0.5 and f1 == pytest.approx(4 / 7)


def test_a_spread_chord_is_one_onset():
    assert onsets.merged([1.0, 1.01, 1.015, 1.03, 2.0]).tolist() == [1.0, 1.03, 2.0]


def test_validate():
    for bad in ([[1.0]], [2.0, 1.0], [float("nan")], [-1.0]):
        with pytest.raises(ValueError, match="onsets"):
            onsets.validate(bad, [])
    with pytest.raises(ValueError, match="mono"):
        onsets.detect_onsets(np.zeros((10, 2)))
