"""Channels measured on a graph whose output comes back to its input, as on a device."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.cv.calibration import Calibration
from stemwright.live.cv.measuring import Bench, calibrated
from stemwright.live.cv.scale import FULL, MIDDLE_HZ, cents
from stemwright.live.cv.store import DeviceCalibration

RATE = 48_000
OUTPUT, INPUT = 3, 2
LATE = 300
"""Samples by which the input lags behind."""


class Wired:
    """A device of which OUTPUT goes to INPUT, by a cable or an oscillator; both channels are off."""

    def __init__(self, out: Calibration, back: Calibration, *, oscillator: bool = False) -> None:
        self.out, self.back, self.oscillator = out, back, oscillator
        self.bench = Bench(RATE, OUTPUT, INPUT, self.wait)
        self.alive, self.phase = True, 0.0
        self.line = np.zeros(LATE)
        self.noise = np.random.default_rng(1)

    def wait(self, seconds: float) -> bool:
        for _ in range(round(seconds * RATE) // 240):
            given = np.zeros((240, INPUT), np.float32)
            given[:, INPUT - 1] = self.line[:240]
            level = self.bench.graph.render(240, given)[:, OUTPUT - 1].astype(float)
            volts = self.out.gain * level * FULL + self.out.offset
            self.line = np.concatenate([self.line[240:], self._heard(volts)])
        return self.alive

    def _heard(self, volts: np.ndarray) -> np.ndarray:
        if self.oscillator:
            steps = 2 * math.pi * MIDDLE_HZ * 2.0**volts / RATE
            phases = self.phase + np.cumsum(steps)
            self.phase = float(phases[-1])
            return 0.3 * np.sin(phases)
        noise = self.noise.normal(0, 0.001, len(volts))
        return (self.back.gain * (volts + noise) + self.back.offset) / FULL


def worst(found: Calibration, true: Calibration) -> float:
    """Cents over five octaves by which what is asked for is missed."""
    asked = np.linspace(-2, 3, 50)
    got = [true.gain * found.level(volts) * FULL + true.offset for volts in asked]
    return float(max(cents(abs(a - b)) for a, b in zip(got, asked, strict=True)))


def test_an_output_is_within_two_cents_by_a_cable() -> None:
    out, back = Calibration(1.01, 0.025), Calibration(0.99, -0.012)
    wired = Wired(out, back)
    known = DeviceCalibration("ES-8", {}, {INPUT: back})
    after, made = calibrated(wired.bench, known, OUTPUT, INPUT, "output")
    assert after.output(OUTPUT) == made and worst(made, out) < 2 and known.outputs == {}


def test_an_input_by_a_cable_and_an_output_by_an_oscillator() -> None:
    out, back = Calibration(1.01, 0.025), Calibration(0.99, -0.012)
    known = DeviceCalibration("ES-8", {OUTPUT: out})
    made = calibrated(Wired(out, back).bench, known, OUTPUT, INPUT, "input")[1]
    assert abs(made.gain - back.gain) < 1e-4 and abs(made.offset - back.offset) < 1e-3
    wired = Wired(out, back, oscillator=True)
    made = calibrated(wired.bench, DeviceCalibration("ES-8"), OUTPUT, INPUT, "oscillator")[1]
    assert worst(made, out) < 2


def test_what_cannot_be_measured_is_told() -> None:
    exact, known = Calibration(), DeviceCalibration("ES-8")
    apart = Wired(exact, exact)
    apart.out = Calibration(0.5)
    apart._heard = lambda volts: np.zeros(len(volts))  # type: ignore[method-assign]
    with pytest.raises(StemwrightError, match="the steps do not arrive"):
        calibrated(apart.bench, known, OUTPUT, INPUT, "output")
    with pytest.raises(StemwrightError, match="at -2 V: oscillator: nothing is heard"):
        calibrated(apart.bench, known, OUTPUT, INPUT, "oscillator")
    apart.alive = False
    with pytest.raises(StemwrightError, match="gives no sound any more"):
        calibrated(apart.bench, known, OUTPUT, INPUT, "output")
    with pytest.raises(UsageError, match="is none of output, input, oscillator"):
        calibrated(apart.bench, known, OUTPUT, INPUT, "ear")
    for channel in (0, 65):
        with pytest.raises(UsageError, match="is not a channel from 1 to 64"):
            Bench(RATE, channel, 1, apart.wait)
