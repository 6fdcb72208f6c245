"""Voltages that come in: a modular plays a companion; direct current on inputs for sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from stemwright.errors import UsageError
from stemwright.live.companion.presets import load
from stemwright.live.cv.calibration import Calibration
from stemwright.live.cv.store import DeviceCalibration
from stemwright.live.desk.desk import Desk
from stemwright.live.desk.replay import read_log, replay
from stemwright.live.desk.setup import Setup
from stemwright.live.session.heard import sound_inputs
from stemwright.live.session.live_set import LiveSet, Parts
from stemwright.live.session.offline import render
from stemwright.live.session.opening import Opened
from stemwright.live.session.script import read_script
from stemwright.live.session.voltages_in import VoltagesIn
from stemwright.native.live_commands import What

RATE = 48_000
OFF = Calibration(1.01, 0.025)
SETTLE = 96
FIRST, SECOND = 4_800 + 1, 20_000


def modular() -> np.ndarray:
    """Sound with direct current, then pitch and gate as a device with `OFF` hears them: G4, then A3."""
    sound = np.zeros((2 * RATE, 3), np.float32)
    sound[:, 0] = 0.1 + 0.2 * np.sin(np.arange(len(sound)) / 30)
    pitch, gate = np.full(len(sound), 7 / 12), np.zeros(len(sound))
    pitch[SECOND:] = -3 / 12 + 0.03 / 12
    gate[FIRST : FIRST + 9000] = gate[SECOND : SECOND + 9000] = 5
    sound[:, 1] = (OFF.gain * pitch + OFF.offset) / 10
    sound[:, 2] = gate / 10
    return sound


def played(opened: Opened, folder: Path, block: int) -> list[dict[str, Any]]:
    """The log of a set whose companion answers as voltages."""
    folder.mkdir()
    setup = Setup(RATE, opened.columns, 1, 1, cv=2, cv_inputs=2)
    calibration = DeviceCalibration("ES-8", inputs={2: OFF})
    live = LiveSet(opened, folder, setup, Parts(load("harmony"), is_offline=True, calibration=calibration))
    live.start()
    try:
        script = read_script("2.5s end", "set", opened.columns)
        render(live, script, folder / "main.wav", block, lambda done, of: None, modular())
    finally:
        live.end()
    return [json.loads(line) for line in (folder / "session.jsonl").read_text().splitlines()]


def test_a_modular_plays_a_companion_the_same_by_every_block_and_again(
    opened: Opened, tmp_path: Path
) -> None:
    log = played(opened, tmp_path / "one", 128)
    assert [line["heard"] for line in log if "heard" in line] == [
        [FIRST + SETTLE, 0, "904364"],
        [FIRST + 9000, 0, "804300"],
        [SECOND + SETTLE, 0, "903964"],
        [SECOND + 9000, 0, "803900"],
    ]
    main = soundfile.read(tmp_path / "one/main.wav", dtype="float32")[0]
    gates = np.flatnonzero(np.diff(main[:, 3]) > 0.3) + 1
    assert len(gates) == 2  # one answer to each note, within a tick of 5 ms after it is known
    assert all(0 <= at - note - SETTLE <= 480 for at, note in zip(gates, (FIRST, SECOND), strict=True))
    for block in (1, 127, 1024):
        assert played(opened, tmp_path / str(block), block) == log
        assert (tmp_path / str(block) / "main.wav").read_bytes() == (tmp_path / "one/main.wav").read_bytes()
    again: list[np.ndarray] = []
    replay(tmp_path / "one", lambda desk, sound: again.append(sound))
    assert np.array_equal(np.concatenate(again), main)


def test_direct_current_is_told_once_and_voltages_are_none(opened: Opened, tmp_path: Path) -> None:
    log = played(opened, tmp_path / "set", 480)
    said = [line["said"] for line in log if "direct current" in line.get("said", "")]
    assert len(said) == 1 and said[0].startswith("input 1: has direct current, 10% of full level")


def test_what_a_full_ring_lost_moves_no_note() -> None:
    desk = Desk(Setup(RATE, cv_inputs=2))
    voltages = VoltagesIn(desk, DeviceCalibration(""))
    gate = np.zeros((4 * RATE, 2), np.float32)
    gate[1000:2000, 1] = gate[3 * RATE : 3 * RATE + 1000, 1] = 0.5
    found = []
    for start, frames in ((0, 5 * RATE // 2), (5 * RATE // 2, RATE), (7 * RATE // 2, RATE // 2)):
        for at in range(start, start + frames, 6000):
            desk.graph.render(6000, gate[at : at + 6000])
        voltages.listen()
        for report in desk.pump():
            if report["what"] == What.OVERRUN:
                voltages.lost(int(report["node"]), int(report["at"]), int(report["value"]))
        found += [note[0] for note in voltages.notes()]
    assert found == [1096, 2000, 3 * RATE + 96, 3 * RATE + 1000]


def test_setups_of_older_logs_have_no_voltages_in_and_the_same_nodes(tmp_path: Path) -> None:
    setup = Setup(inputs=3, cv_inputs=4)
    assert Setup.from_json(setup.to_json()) == setup and setup.heard == 7
    old = {name: value for name, value in Setup(inputs=3).to_json().items() if name in OLD}
    (tmp_path / "session.jsonl").write_text(json.dumps({"setup": old, "version": 1}) + "\n")
    desk = Desk(read_log(tmp_path).setup, again=True)
    assert not desk.watched and not desk.cv_in and len(Desk(Setup(inputs=3)).watched) == 2
    for wrong in ({"cv_inputs": 3}, {"cv_inputs": 34}, {"cv_inputs": "2"}, {"watches": 1}):
        with pytest.raises(UsageError, match=r"setup\.(cv_inputs|watches)"):
            Setup.from_json({**setup.to_json(), **wrong})
    assert sound_inputs(modular(), 2, "heard.wav") == 1
    with pytest.raises(UsageError, match=r"heard\.wav: has 3 channels, fewer than the 4 of "):
        sound_inputs(modular(), 4, "heard.wav")


OLD = ("rate", "columns", "players", "inputs", "cv", "buffer")
