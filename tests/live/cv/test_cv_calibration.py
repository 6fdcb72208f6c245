"""Channels that are 1% and 25 mV off are within 2 cents after calibration, by cable and by oscillator."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.cv import loopback, oscillator, store
from stemwright.live.cv.calibration import Calibration, fit
from stemwright.live.cv.scale import MIDDLE_HZ, cents, pitch_of, volts_of

RATE = 48_000
OUT, IN = Calibration(1.01, 0.025), Calibration(0.99, -0.025)


def sent(levels: np.ndarray, out: Calibration, seed: int = 0, late: int = 700) -> np.ndarray:
    """What comes to the jack: the channel's own line, a delay, and 1 mV of noise. Volts."""
    rng = np.random.default_rng(seed)
    volts = out.gain * levels.astype(float) * 10 + out.offset + rng.normal(0, 1e-3, len(levels))
    return np.concatenate([np.full(late, out.offset), volts])[: len(levels)]


def heard(volts: np.ndarray, source: Calibration) -> np.ndarray:
    return ((source.gain * volts + source.offset) / 10).astype(np.float32)


def worst(made: Calibration, out: Calibration) -> float:
    """Cents by which an output is off over five octaves, in semitones."""
    wanted = [volts_of(pitch) for pitch in range(36, 97)]
    return max(abs(cents(out.gain * 10 * made.level(v) + out.offset - v)) for v in wanted)


def test_what_is_not_calibrated_is_audibly_off() -> None:
    assert worst(Calibration(), OUT) > 60


def test_an_output_by_a_cable_to_a_known_input() -> None:
    recorded = heard(sent(loopback.sweep(RATE), OUT), IN)
    assert worst(loopback.calibrate_output(recorded, RATE, IN), OUT) < 2


def test_an_input_by_a_cable_from_a_known_output() -> None:
    recorded = heard(sent(loopback.sweep(RATE), OUT), IN)
    made = loopback.calibrate_input(recorded, RATE, OUT)
    for volts in np.linspace(-2, 3, 50):
        assert abs(cents(made.volts((IN.gain * volts + IN.offset) / 10) - volts)) < 2


def test_out_and_in_again_without_any_known() -> None:
    recorded = heard(sent(loopback.sweep(RATE), OUT), IN)
    both = loopback.calibrate_output(recorded, RATE)
    assert worst(both, Calibration(OUT.gain * IN.gain, IN.gain * OUT.offset + IN.offset)) < 2


def wave(kind: str, hz: float, seconds: float = 0.5) -> np.ndarray:
    """An oscillator without band limits, as it comes from a jack: with DC and a little noise."""
    phase = (hz * np.arange(round(RATE * seconds)) / RATE + 0.137) % 1
    made = {
        "sine": np.sin(2 * np.pi * phase),
        "saw": 2 * phase - 1,
        "square": np.sign(phase - 0.3),
        "triangle": 4 * np.abs(phase - 0.5) - 1,
    }[kind]
    return 0.4 * made + 0.05 + np.random.default_rng(1).normal(0, 1e-3, len(made))


@pytest.mark.parametrize("kind", ["sine", "saw", "square", "triangle"])
def test_an_output_by_a_tuned_oscillator(kind: str) -> None:
    hertz = [
        oscillator.frequency(wave(kind, MIDDLE_HZ * 2 ** (OUT.gain * volts + OUT.offset)), RATE)
        for volts in oscillator.STEPS
    ]
    assert worst(oscillator.calibrate(hertz), OUT) < 2


@settings(deadline=None, max_examples=25)
@given(st.floats(30, 4000), st.sampled_from(("sine", "saw", "triangle")))
def test_frequencies_are_exact(hz: float, kind: str) -> None:
    assert abs(1200 * math.log2(oscillator.frequency(wave(kind, hz), RATE) / hz)) < 0.3


def test_what_is_no_tone_says_so() -> None:
    noise = np.random.default_rng(2).normal(0, 0.3, RATE // 2)
    glide = np.sin(2 * np.pi * np.cumsum(np.geomspace(200, 400, RATE // 2)) / RATE)
    for samples, said in (
        (np.zeros(RATE // 2), "nothing is heard"),
        (np.full(RATE // 2, 0.5), "nothing is heard"),
        (noise, "noise is heard"),
        (np.full(RATE // 2, np.nan), "no number"),
        (np.zeros(10), "too short"),
        (glide, "pitch moves|noise is heard"),
    ):
        with pytest.raises(StemwrightError, match=said):
            oscillator.frequency(samples, RATE)


def test_what_is_no_line_says_so() -> None:
    for asked, measured, said in (
        ([0, 1], [0, 1], "2 good points"),
        ([0, 0.1, 0.2], [0, 0.1, 0.2], "span 0.20 V"),
        ([0, 1, 2, 3], [0, 1, 2, 2], "beside the line"),
        ([0, 1, 2, 3], [0, 0, 0, 0], "gain"),
        ([0, 1, 2, 3], [3, 4, 5, 6], "offset"),
        ([0, 1, 2], [0, 1, math.nan], "good points"),
    ):
        with pytest.raises(StemwrightError, match=said):
            fit(asked, measured)
    with pytest.raises(StemwrightError, match="do not arrive"):
        loopback.calibrate_output(np.zeros(RATE * 2, np.float32), RATE)
    with pytest.raises(StemwrightError, match="too short"):
        loopback.calibrate_output(np.zeros(10, np.float32), RATE)
    assert fit([0, 1, 2], [0, -1, -2]).gain == -1  # a channel that turns voltages over


def test_pitches_and_volts() -> None:
    assert volts_of(60) == 0 and volts_of(72) == 1 and pitch_of(-1) == 48
    assert Calibration().level(20) == 1 and Calibration().level(-3) == pytest.approx(-0.3)


def test_calibrations_are_kept_by_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "folder", lambda: tmp_path / "cv")
    assert store.load("ES-8").outputs == {}
    kept = store.DeviceCalibration('ES-8 "a"', {1: OUT, 12: Calibration()}, {2: IN})
    path = store.save(kept)
    assert store.load('ES-8 "a"') == kept and store.load("ES-8").outputs == {}
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    text = path.read_text(encoding="utf-8")
    for new, said in (
        (text.replace("gain = 1.01", "gain = 5"), "outputs.1.gain: 5 is not between"),
        (text.replace("gain = 1.01", "gain = true"), "outputs.1.gain: True is not a number"),
        (text.replace("gain = 1.01", "gain = 1" + "0" * 400), "outputs.1.gain: 1000"),
        (text.replace("outputs.1]", "outputs.0]"), "outputs.0: is not a channel"),
        (text.replace("gain = 1.01", ""), "should have gain and offset"),
        ("device = ", "is not TOML"),
        ("device = 'x'", "device: 'x' is not"),
        (text + "[more]\n", "more: is not known"),
    ):
        path.write_text(new, encoding="utf-8")
        with pytest.raises(UsageError, match=said):
            store.load('ES-8 "a"')
