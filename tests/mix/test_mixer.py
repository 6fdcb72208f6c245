import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from stemwright.errors import StemwrightError, UsageError
from stemwright.mix.limiter import limited, limiting_gain
from stemwright.mix.loudness import integrated_loudness
from stemwright.mix.masters import MAX_LIMITING_DB
from stemwright.mix.mixer import mix
from stemwright.mix.peaks import true_peak
from stemwright.mix.placement import gain_db, pan_gains, placement
from stemwright.mix.room import PREDELAY

RATE = 24000


def make_stems(seconds: float = 8.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    count = round(seconds * RATE)
    at = np.arange(count) / RATE
    hits = rng.standard_normal(count) * np.exp(-(at % 0.25) * 15) * 0.3
    stems = {
        "drums": np.convolve(hits, [0.25, 0.5, 0.25], "same"),
        "bass": 0.3 * np.sin(2 * np.pi * 55 * at) * np.exp(-(at % 0.5) * 3),
        "harmony": 0.05 * sum(np.sin(2 * np.pi * f * at) for f in (220, 277.2, 329.6)),
        "lead": 0.2 * np.sin(2 * np.pi * 660 * at + 3 * np.sin(2 * np.pi * 5 * at)) * (at % 2 > 0.5),
    }
    return {name: stem.astype(np.float32) for name, stem in stems.items()}


def test_a_song_reaches_its_loudness_below_the_ceiling():
    result = mix(make_stems())
    assert result.audio.dtype == np.float32 and result.audio.shape == (8 * RATE, 2)
    assert result.reached and result.loudness_lufs == pytest.approx(-14.0, abs=0.3)
    assert result.loudness_lufs == pytest.approx(integrated_loudness(result.audio, RATE), abs=0.01)
    assert result.true_peak_dbtp <= -1.0
    assert result.true_peak_dbtp == pytest.approx(true_peak(result.audio), abs=0.01)
    assert 20 * np.log10(np.abs(resample_poly(result.audio.astype(float), 8, 1)).max()) <= -1.0
    assert set(result.gains) == {"drums", "bass", "harmony", "lead"}


def test_the_same_input_gives_the_same_bits():
    stems = make_stems(3)
    turned = dict(reversed(stems.items()))
    assert mix(stems).audio.tobytes() == mix(turned).audio.tobytes()


def test_silence_stays_silence():
    for stems in ({"drums": np.zeros(RATE, np.float32)}, {"a": np.zeros(0, np.float32)}):
        result = mix(stems)
        assert not result.audio.any() and not result.reached and result.loudness_lufs == -120.0
    quiet = mix({**make_stems(2), "lead": np.zeros(2 * RATE, np.float32)})
    assert np.isfinite(quiet.audio).all() and quiet.audio.any()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 99), level=st.floats(-90, 30), length=st.integers(1, 9000), layers=st.integers(1, 5)
)
def test_never_nan_never_over(seed, level, length, layers):
    rng = np.random.default_rng(seed)
    stems = {
        f"l{n}": (rng.standard_normal(length) * 10 ** (level / 20)).astype(np.float32) for n in range(layers)
    }
    result = mix(stems)
    assert np.isfinite(result.audio).all() and true_peak(result.audio) <= -1.0 + 1e-4
    assert np.isfinite([result.loudness_lufs, result.true_peak_dbtp, *result.gains.values()]).all()


def test_one_click_is_not_crushed():
    """A click has so much peak for its loudness that -14 LUFS would need far more than 6 dB of limiting."""
    click = np.zeros(4 * RATE, np.float32)
    click[::RATE] = 1.0
    result = mix({"drums": click})
    assert not result.reached and result.loudness_lufs < -20
    assert result.limiting_db <= MAX_LIMITING_DB + 1.0 and result.true_peak_dbtp <= -1.0


def test_an_already_loud_song_is_turned_down():
    result = mix({name: stem * 20 for name, stem in make_stems(3).items()}, target_lufs=-23.0)
    assert result.loudness_lufs == pytest.approx(-23.0, abs=0.2) and result.limiting_db == pytest.approx(
        0, abs=0.01
    )


def test_stems_of_unequal_length_end_in_silence():
    stems = make_stems(2)
    stems["bass"] = stems["bass"][:RATE]
    assert len(mix(stems).audio) == 2 * RATE


def test_a_stereo_stem_of_two_equal_channels_is_a_mono_stem():
    mono = make_stems(3)
    stereo = {name: np.stack([stem, stem], axis=1) for name, stem in mono.items()}
    one, two = mix(mono), mix(stereo)
    np.testing.assert_allclose(one.audio, two.audio, atol=1e-5)
    assert one.gains == pytest.approx(two.gains, abs=1e-4)


def test_a_stereo_stem_keeps_its_sides():
    rng = np.random.default_rng(0)
    left, right = (0.1 * rng.standard_normal(2 * RATE).astype(np.float32) for _ in range(2))
    heard = mix({"drums": np.stack([left, right], axis=1)}, sample_rate=2 * RATE)
    assert heard.audio.shape == (2 * RATE, 2) and heard.loudness_lufs == pytest.approx(-14.0, abs=0.3)
    dry = slice(round(PREDELAY * 2 * RATE))  # before the room is heard
    gain = heard.audio[dry, 0] @ left[dry] / (left[dry] @ left[dry])
    np.testing.assert_allclose(heard.audio[dry], gain * np.stack([left, right], axis=1)[dry], atol=0.02)
    lead = mix({"lead": np.stack([left, right], axis=1)}, sample_rate=2 * RATE).audio[dry]
    balance = lead[:, 1] @ right[dry] / (right[dry] @ right[dry]) * (left[dry] @ left[dry])
    balance /= lead[:, 0] @ left[dry]
    assert balance == pytest.approx(np.divide(*pan_gains(placement("lead").pan)[::-1]), rel=0.03)


def test_a_stereo_stem_is_limited_on_both_sides_alike():
    stem = np.full((RATE, 2), 0.1, np.float32)
    stem[5000:5100, 0] = 1.5
    held = limited(stem, RATE, 0.89)
    assert held.dtype == np.float32 and true_peak(held) <= 20 * np.log10(0.89) + 0.01
    np.testing.assert_allclose(held[:, 1] * stem[:, 0], held[:, 0] * stem[:, 1], atol=1e-6)
    np.testing.assert_array_equal(held[:4500], stem[:4500])


def test_bad_input():
    good = np.zeros(10, np.float32)
    for stems, error in (
        ({}, UsageError),
        ({"a": good[None]}, StemwrightError),
        ({"a": np.zeros((10, 3), np.float32)}, StemwrightError),
        ({"a": good + np.nan}, StemwrightError),
    ):
        with pytest.raises(error):
            mix(stems)
    for options in ({"sample_rate": 0}, {"target_lufs": float("nan")}, {"ceiling_dbtp": 3.0}):
        with pytest.raises(UsageError):
            mix({"a": good}, **options)


def test_thirty_four_seconds_are_mixed_quickly():
    stems = make_stems(34)
    start = time.process_time()
    mix(stems)
    assert time.process_time() - start < 2.0  # 0.3 s on an idle core


def test_placement():
    assert placement("drums").level_db == 0
    for pan in (-1, -0.3, 0, 0.5, 1):
        left, right = pan_gains(pan)
        assert left * left + right * right == pytest.approx(1.0)
    assert pan_gains(-1)[1] == pytest.approx(0) and pan_gains(0)[0] == pytest.approx(pan_gains(0)[1])
    assert (
        gain_db(placement("drums"), -30.0) == 10.0
        and gain_db(placement("drums"), -120.0) == 0.0
        and gain_db(placement("drums"), -69.0) == 18.0
    )


@pytest.mark.parametrize(
    ("layer", "kind", "pan"),
    [
        ("bass-2", "bass", -0.15), ("bass-3", "bass", 0.15), ("harmony-2", "harmony", 0.2),
        ("harmony-3", "harmony", -0.2), ("strings", "harmony", 0.2), ("lead-flute", "lead", -0.15),
        ("drums2", "drums", -0.15), ("audio", "audio", 0.0),
    ],
)  # fmt: skip
def test_a_further_layer_stands_near_its_kind(layer: str, kind: str, pan: float) -> None:
    made, near = placement(layer), placement(kind)
    assert (made.level_db, made.room_db) == (near.level_db, near.room_db)
    assert made.pan == pytest.approx(pan)


def test_the_limiter_holds_its_ceiling_and_lets_go():
    rng = np.random.default_rng(1)
    envelope = np.abs(rng.standard_normal(RATE)) * 0.05
    envelope[5000] = 2.0
    envelope[12345:12400] = 1.5
    gain = limiting_gain(envelope, RATE, 0.5)
    assert len(gain) == len(envelope) and np.all(envelope * gain <= 0.5 + 1e-12)
    assert gain[:4800].min() == 1.0 and gain[-1] > 0.97 and gain.max() <= 1.0
    assert np.abs(np.diff(gain)).max() < 0.02
    assert np.all(limiting_gain(envelope, RATE, 3.0) == 1.0)
