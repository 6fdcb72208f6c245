import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation import transients

RATE = 24000
TIMES = np.arange(0.25, 4, 0.25)


def bursts(times=TIMES, seconds: float = 4.5, seed: int = 0) -> np.ndarray:
    """Noise that begins at once and dies away in 20 ms."""
    rng = np.random.default_rng(seed)
    audio = np.zeros(round(seconds * RATE))
    for time in times:
        start = round(time * RATE)
        audio[start : start + 2400] += 0.2 * rng.standard_normal(2400) * np.exp(-np.arange(2400) / 480)
    return audio


def test_a_sound_beside_itself():
    result = transients.evaluate(bursts(), bursts(), TIMES)
    assert dict(result) == {"attack_loss_db": 0.0, "pre_echo_db": 0.0, "attacks": len(TIMES)}


@settings(deadline=None, max_examples=20)
@given(st.floats(-30, 10))
def test_gain_is_loss(gain):
    audio = bursts()
    result = transients.evaluate(audio, audio * 10 ** (gain / 20), TIMES)
    assert result["attack_loss_db"] == pytest.approx(-gain, abs=1e-6)


def test_a_dull_attack_loses_and_has_no_pre_echo():
    audio = bursts()
    smooth = np.convolve(audio, np.ones(12) / 12)[: len(audio)]
    result = transients.evaluate(audio, smooth, TIMES)
    assert result["attack_loss_db"] > 10 and result["pre_echo_db"] == pytest.approx(0, abs=1)


def test_spreading_over_time_is_loss_and_pre_echo():
    audio = bursts()
    size = round(0.04 * RATE)
    noise = np.random.default_rng(1).standard_normal(size)
    spread = np.convolve(audio, noise / np.linalg.norm(noise))[size // 2 : size // 2 + len(audio)]
    result = transients.evaluate(audio, spread, TIMES)
    assert result["attack_loss_db"] > 1.5 and result["pre_echo_db"] > 30


def test_added_sound_before_the_attack_is_measured():
    audio = bursts()
    early = audio.copy()
    for time in TIMES:
        start = round((time - 0.025) * RATE)
        early[start : start + 480] += 0.002 * np.random.default_rng(2).standard_normal(480)
    result = transients.evaluate(audio, early, TIMES)
    assert result["pre_echo_db"] == pytest.approx(26, abs=4) and abs(result["attack_loss_db"]) < 0.1


def test_onsets_are_moved_to_the_attack():
    audio = bursts()
    moved = transients.attacks(audio, TIMES + 0.015)
    assert np.abs(moved / RATE - TIMES).max() < 0.003


def test_soft_entries_and_silence_have_no_transient():
    at = np.arange(RATE) / RATE
    swell = np.sin(2 * np.pi * 5000 * at) * at * 0.5
    assert transients.evaluate(swell, swell, [0.5])["attacks"] == 0
    silent = transients.evaluate(np.zeros(RATE), np.zeros(RATE), [0.0, 0.5, 2.0])
    assert silent["attacks"] == 0 and silent["attack_loss_db"] is None
    assert transients.evaluate(np.zeros(0), np.zeros(0), [])["attacks"] == 0


def test_bad_input_is_refused():
    x = np.zeros(100)
    for first, second, times in (
        (x, x[1:], []),
        (x[None], x[None], []),
        (x * np.nan, x, []),
        (x, x, [-1.0]),
        (x, x, [[0.0]]),
    ):
        with pytest.raises(ValueError, match="should be"):
            transients.evaluate(first, second, times)


@settings(deadline=None, max_examples=20)
@given(st.floats(-30, 10))
def test_the_attack_level_does_not_depend_on_gain(gain):
    level = transients.attack_level_db(bursts(), TIMES)
    assert transients.attack_level_db(bursts() * 10 ** (gain / 20), TIMES) == pytest.approx(level, abs=1e-6)


def test_a_dull_or_late_attack_has_a_lower_level():
    audio = bursts()
    level = transients.attack_level_db(audio, TIMES)
    assert transients.attack_level_db(audio, TIMES + 0.01) == pytest.approx(
        level, abs=0.5
    )  # it is looked for
    dull = np.convolve(audio, np.ones(12) / 12)[: len(audio)]
    soft = np.convolve(audio, np.hanning(2400) / 1200)[: len(audio)] + 0.001 * bursts(seed=1)
    assert transients.attack_level_db(dull, TIMES) < level - 6
    assert transients.attack_level_db(soft, TIMES) < level - 6


def test_no_attack_level_without_onsets_or_sound():
    assert transients.attack_level_db(bursts(), []) is None
    assert transients.attack_level_db(np.zeros(24000), TIMES) is None
