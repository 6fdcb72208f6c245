import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation import faults

RATE = 8000  # minutes of audio should not take minutes
RNG = np.random.default_rng(0)


def tone(seconds: float, level: float = 0.2, frequency: float = 220.0) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    return level * (np.sin(2 * np.pi * frequency * at) + 0.3 * np.sin(4 * np.pi * frequency * at))


def rests(level: float) -> tuple[np.ndarray, list[list[float]]]:
    """Two seconds of tone and two of rest, in turn; the rests hum at `level`."""
    hum = level * np.sqrt(2) * np.sin(2 * np.pi * 50 * np.arange(2 * RATE) / RATE)
    return np.concatenate([tone(2), hum] * 3), [[0.0, 2.0], [4.0, 6.0], [8.0, 10.0]]


def test_a_good_stem_has_no_faults():
    audio, spans = rests(0.0)
    result = faults.evaluate(audio, spans, RATE)
    assert result["faults"] == [] and result["sounding_share"] == 1.0 and result["hum_db"] == -120.0
    assert list(result) == [
        "sounding_share", "clipped", "hum_db", "end_noise_db", "drift_db", "drift_octaves", "faults",
    ]  # fmt: skip


@pytest.mark.parametrize(("level", "hums"), [(10**-2.5, True), (10**-3.5, False)])
def test_hum(level, hums):
    audio, spans = rests(level)
    result = faults.evaluate(audio, spans, RATE)
    assert result["hum_db"] == pytest.approx(20 * np.log10(level), abs=0.1)
    assert ("hums" in result["faults"]) == hums


def test_what_rings_and_dies_away_does_not_hum():
    at = np.arange(3 * RATE) / RATE
    audio = np.concatenate([tone(1), tone(3) * np.exp(-4 * at)])
    assert faults.hum_db(audio, [[0.0, 1.0]], RATE) < -60
    assert faults.hum_db(audio, [[0.0, 4.0]], RATE) is None


def test_silent_and_clipping():
    spans = [[float(i), i + 0.9] for i in range(5)]
    audio = tone(5)
    audio[2 * RATE : 3 * RATE] = 0.0
    assert faults.evaluate(audio, spans, RATE)["faults"] == ["silent"]
    loud = np.clip(tone(5, 2.0), -1, 1)
    assert faults.evaluate(loud, spans, RATE)["faults"] == ["clips"]


def test_ends_in_noise():
    noisy = np.concatenate([tone(6), 0.1 * RNG.standard_normal(RATE)])
    assert faults.end_noise_db(noisy, RATE) > 20
    assert faults.evaluate(noisy, [[0.0, 7.0]], RATE)["faults"] == ["ends in noise"]
    assert abs(faults.end_noise_db(tone(7), RATE)) < 1
    assert abs(faults.end_noise_db(0.1 * RNG.standard_normal(7 * RATE), RATE)) < 1  # it was noise all along
    assert faults.end_noise_db(np.concatenate([tone(6), np.zeros(RATE)]), RATE) is None
    assert faults.end_noise_db(tone(2), RATE) is None


@settings(deadline=None, max_examples=10)
@given(st.floats(-12, 12))
def test_drift_of_level(change):
    audio = tone(100) * 10 ** (np.linspace(0, change, 100 * RATE) / 20)
    level, octaves = faults.drift(audio, None, RATE)
    assert level == pytest.approx(change, abs=0.05) and abs(octaves) < 0.01
    assert ("level drifts" in faults.evaluate(audio, [], RATE)["faults"]) == (abs(level) > faults.LEVEL_DB)


def test_drift_of_the_centroid_and_what_the_reference_explains():
    at = np.arange(100 * RATE) / RATE
    phase = 2 * np.pi * 200 * np.cumsum(2 ** (at / 100)) / RATE  # an octave up in 100 s
    audio = 0.2 * np.sin(phase)
    level, octaves = faults.drift(audio, None, RATE)
    assert octaves == pytest.approx(1.0, abs=0.02) and abs(level) < 0.1
    spans = [[0.0, 100.0]]
    assert faults.evaluate(audio, spans, RATE)["faults"] == ["centroid drifts"]
    assert faults.evaluate(0.5 * audio, spans, RATE, reference=audio)["faults"] == []


def test_short_or_silent_stems_do_not_drift():
    assert (
        faults.drift(tone(50), None, RATE) is None and faults.drift(np.zeros(90 * RATE), None, RATE) is None
    )


def test_nothing():
    result = faults.evaluate(np.zeros(0), [], RATE)
    assert result["faults"] == [] and result["sounding_share"] is None


def test_bad_input_is_refused():
    for audio, spans, reference in (
        (np.zeros((2, 2)), [], None),
        (np.zeros(9), [[1.0, 0.0]], None),
        (np.zeros(9), [], np.zeros(8)),
    ):
        with pytest.raises(ValueError, match="should be"):
            faults.evaluate(audio, spans, RATE, reference=reference)
