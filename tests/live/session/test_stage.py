"""Sets in real time, without hardware: keys, a device that plays into nothing, and the way out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
from rich.console import Console

from stemwright.live.desk.replay import replay
from stemwright.live.desk.setup import Setup
from stemwright.live.devices import Wish
from stemwright.live.screen.screen import Screen
from stemwright.live.session.live_set import LiveSet, Parts
from stemwright.live.session.opening import Opened
from stemwright.live.session.stage import Means, Stage


def test_a_set_is_played_by_keys_and_replayed_to_the_last_bit(opened: Opened, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    live = LiveSet(opened, folder, Setup(48_000, opened.columns), Parts())
    typed = [b" ", b"1", b"r", b":column.level 0 -3\r", b":nonsense\r", b"r", b"q"]
    begun = time.monotonic()

    def keys() -> bytes:
        """A key every .3 s."""
        due = int((time.monotonic() - begun) / 0.3)
        return typed.pop(0) if typed and 7 - len(typed) < due else b""

    with Screen(Console(file=(tmp_path / "screen.txt").open("w"), force_terminal=False)) as screen:
        stage = Stage(live, Means(Wish("null"), launchpads=False), screen, keys)
        stage.run()
    live.end()
    said = [message.text for message in live.messages]
    assert any(line.startswith("recorded: ") for line in said) and any("nonsense" in line for line in said)
    assert live.faders.faders[0].level == -3.0 and live.transport.playing(live.now)
    again: list[np.ndarray] = []
    desk = replay(folder, lambda desk, sound: again.append(sound))
    lines = [json.loads(line) for line in (folder / "session.jsonl").read_text().splitlines()]
    assert desk.graph.sample == lines[-1]["end"] and np.abs(np.concatenate(again)).max() > 0.01
    main = np.concatenate(again)
    import soundfile

    bus = soundfile.read(folder / "buses/1/main.wav", dtype="float32")[0]
    start = next(
        row[0] for line in lines if "post" in line for row in line["post"] if row[1] == 8 and row[4] == 1
    )
    assert np.array_equal(bus, main[start : start + len(bus)])


def test_a_fault_on_the_control_side_is_said_and_the_music_goes_on(opened: Opened, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    live = LiveSet(opened, folder, Setup(48_000, opened.columns), Parts())
    turns = iter(range(10**9))
    tick = live.tick

    def faulty(now: int) -> None:
        turn = next(turns)
        if 20 <= turn < 30:
            raise RuntimeError("a fault\nof two lines")
        tick(now)

    live.tick = faulty  # type: ignore[method-assign]
    typed = [b" ", b"1"]

    def keys() -> bytes:
        if next(turns) > 400:
            return b"q"
        return typed.pop(0) if typed else b""

    with Screen(Console(file=(tmp_path / "screen.txt").open("w"), force_terminal=False)) as screen:
        Stage(live, Means(Wish("null"), launchpads=False), screen, keys).run()
    live.end()
    faults = [message.text for message in live.messages if message.severity == "error"]
    assert len(faults) == 1 and faults[0].startswith(
        "fault: RuntimeError: a fault of two lines (test_stage.py"
    )
    assert live.transport.playing(live.now)


def test_sigterm_ends_a_set_and_its_log(made: Path, tmp_path: Path, weights: Path) -> None:
    folder = tmp_path / "set"
    command = [sys.executable, "-m", "stemwright", "live", str(made), "--device", "null"]
    process = subprocess.Popen(
        [*command, "--session", str(folder), "--no-launchpads"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    timer = threading.Timer(120, process.kill)
    timer.start()
    log = folder / "session.jsonl"
    while process.poll() is None and not (log.is_file() and log.read_bytes().count(b"\n") > 12):
        time.sleep(0.05)
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGTERM)
    out, err = process.communicate()
    timer.cancel()
    assert process.returncode == 0, err
    assert b"session: " in out
    assert "end" in json.loads(log.read_bytes().splitlines()[-1])
