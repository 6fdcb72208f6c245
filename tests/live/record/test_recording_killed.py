"""A program that is killed while it records: what is on disk is whole, and lacks a second at most."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE = 48_000
PROGRAM = """
import sys, time
from datetime import datetime
from pathlib import Path
import numpy as np
from stemwright.live.desk.desk import Desk
from stemwright.live.desk.setup import Setup
from stemwright.live.session.recording import Recording
from stemwright.native import live_commands as lc

desk = Desk(Setup(columns=("drums", "bass")))
clip = desk.load(np.full((48_000, 2), 0.25, np.float32), "a level")
desk.post([lc.launch(desk.columns[0].source, clip, flags=lc.Flag.LOOP)])
recording = Recording(desk, Path(sys.argv[1]), print)
recording.begin(0, datetime(2026, 1, 1))
begun = time.monotonic()
while True:
    while desk.graph.sample < (time.monotonic() - begun) * 48_000:
        desk.graph.render(480)
    recording.turn(desk.graph.sample)
    print(desk.graph.sample, flush=True)
    time.sleep(0.005)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_kill_loses_a_second_at_most(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    played = 0
    for line in process.stdout:
        played = int(line)
        if played > 3 * RATE:
            break
    os.kill(process.pid, signal.SIGKILL)
    rest = process.stdout.read().split()
    process.wait()
    played = int(rest[-1]) if rest else played
    buses = sorted((tmp_path / "1").glob("*.wav"))
    assert {path.stem for path in buses} == {"drums", "bass", "click", "sum", "main"}
    start = round(0.05 * RATE)
    heard = {path.stem: soundfile.read(path, dtype="float32")[0] for path in buses}
    assert all(played - start - len(sound) < RATE for sound in heard.values()), played
    assert min(map(len, heard.values())) > RATE
    assert np.array_equal(heard["drums"][-1000:], np.full((1000, 2), 0.25, np.float32))
