import math

import numpy as np
import pytest

from stemwright.mix.levels import SILENCE_DB
from stemwright.mix.loudness import integrated_loudness
from stemwright.mix.peaks import peak_envelope, true_peak


def tone(frequency: float, seconds: float, rate: int, level_db: float = 0.0) -> np.ndarray:
    return 10 ** (level_db / 20) * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


@pytest.mark.parametrize("rate", [24000, 44100, 48000])
def test_the_standards_own_example(rate):
    """997 Hz at full scale in one channel reads -3.01 LUFS; in both channels 3.01 more."""
    sine = tone(997, 5, rate)
    assert integrated_loudness(sine, rate) == pytest.approx(-3.01, abs=0.03)
    assert integrated_loudness(np.stack([sine, sine], 1), rate) == pytest.approx(0.0, abs=0.03)


def test_gating_leaves_out_quiet_parts():
    """EBU Tech 3341, case 3: -36, -23, -36 dBFS reads -23 LUFS (stereo sine at 1 kHz)."""
    rate = 48000
    parts = [tone(1000, 10, rate, -36), tone(1000, 60, rate, -23), tone(1000, 10, rate, -36)]
    mono = np.concatenate(parts)
    assert integrated_loudness(np.stack([mono, mono], 1), rate) == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("rate", [24000, 48000])
def test_as_pyloudnorm(rate):
    pyloudnorm = pytest.importorskip("pyloudnorm")
    rng = np.random.default_rng(3)
    time = np.arange(12 * rate) / rate
    noise = np.cumsum(rng.standard_normal(len(time))) * 0.01
    noise -= np.convolve(noise, np.ones(400) / 400, "same")
    for signal in (noise * (np.sin(time) > 0), tone(220, 12, rate) * np.exp(-(time % 1) * 4), noise + 0.1):
        audio = np.stack([signal, signal[::-1] * 0.5], 1)
        ours = integrated_loudness(audio, rate)
        assert ours == pytest.approx(pyloudnorm.Meter(rate).integrated_loudness(audio), abs=0.1)


@pytest.mark.parametrize("samples", [0, 1, 100, 9599, 9600, 100_000])
def test_silence_and_short_audio_give_numbers(samples):
    assert integrated_loudness(np.zeros(samples), 24000) == SILENCE_DB
    assert true_peak(np.zeros((samples, 2))) == SILENCE_DB
    assert math.isfinite(integrated_loudness(np.ones(samples), 24000))


def test_true_peak_lies_between_the_samples():
    """A tone at a quarter of the rate, 45 degrees off: samples reach 0.707, the wave reaches 1."""
    wave = np.sin(np.pi / 2 * np.arange(4800) + np.pi / 4) * np.minimum(1, np.arange(4800) / 1000)
    assert np.abs(wave).max() < 0.71
    assert true_peak(wave) == pytest.approx(0.0, abs=0.1)
    envelope = peak_envelope(wave)
    assert envelope[2000:3000].max() == pytest.approx(1.0, abs=0.01)


def test_the_envelope_is_where_the_peak_is():
    pulse = np.zeros(1000)
    pulse[500] = 1.0
    envelope = peak_envelope(pulse)
    assert envelope.argmax() == 500 and envelope[499] == pytest.approx(envelope[500 + 0] * 0.9, abs=0.05)
    assert envelope[:400].max() < 0.02 and np.all(envelope >= np.abs(pulse))
