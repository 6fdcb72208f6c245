"""Voltages of a set: by hand, calibrated, and companions that play a modular."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from stemwright.live.companion.presets import load
from stemwright.live.cv.calibration import Calibration
from stemwright.live.cv.store import DeviceCalibration
from stemwright.live.desk.setup import Setup
from stemwright.live.session.live_set import LiveSet, Parts
from stemwright.live.session.offline import render
from stemwright.live.session.opening import Opened
from stemwright.live.session.script import read_script

RATE = 48_000
OFF = Calibration(1.01, 0.025)


def play(opened: Opened, folder: Path, text: str, cv: int) -> np.ndarray:
    """What the channels for voltages get, in volts of an exact device."""
    folder.mkdir()
    calibration = DeviceCalibration("ES-8", {3: OFF})
    setup = Setup(RATE, opened.columns, 1, cv=cv)
    live = LiveSet(opened, folder, setup, Parts(load("harmony"), is_offline=True, calibration=calibration))
    live.start()
    render(live, read_script(text, "set", opened.columns), folder / "main.wav", 480, lambda done, of: None)
    live.end()
    volts: np.ndarray = 10 * soundfile.read(folder / "main.wav", dtype="float64")[0][:, 2:]
    return volts


def test_voltages_by_hand_are_calibrated_and_gates_toggle(opened: Opened, tmp_path: Path) -> None:
    text = """
    @4800 cv.voltage 0 3
    @4800 cv.gate 1 toggle
    @9600 cv.gate 1 toggle
    @14400 cv.gate 1 on
    @14640 cv.gate 1 on
    @19200 cv.gate 2
    @24000 end
    """
    volts = play(opened, tmp_path / "set", text, 2)
    at_jack = OFF.gain * volts[:, 0] + OFF.offset
    assert not volts[:4800].any() and at_jack[5000:] == pytest.approx(3, abs=1e-5)
    assert list(np.flatnonzero(np.diff(volts[:, 1])) + 1) == [4800, 9600, 14400]
    assert volts[15000, 1] == pytest.approx(10)
    log = (tmp_path / "set/session.jsonl").read_text()
    assert "cv.gate: output 3: is none; there are 2 for voltages" in log


def test_a_companion_plays_pitch_and_gate(opened: Opened, tmp_path: Path) -> None:
    text = "@4800 midi 0 90 3c 64\n@28800 midi 0 80 3c 00\n@48000 end\n"
    volts = play(opened, tmp_path / "set", text, 2)
    gate = volts[:, 1] > 5
    edges = np.flatnonzero(np.diff(gate)) + 1
    assert len(edges) >= 2 and 4800 <= edges[0] < 4800 + 0.05 * RATE and not gate[-1]
    pitch = 60 + 12 * (OFF.gain * volts[edges[0] + 10, 0] + OFF.offset)
    assert abs(pitch - round(pitch)) < 1e-3 and 36 <= pitch <= 84
