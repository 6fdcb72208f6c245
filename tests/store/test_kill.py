"""A process killed at any instant leaves a song that verifies and goes on."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import stemwright
from stemwright.store import SongFolder
from stemwright.store.verify import verify

WRITER = """
import sys
sys.path.insert(0, {tests!r})
from conftest import add_take, make_song
from stemwright.store import SongFolder
path = {path!r}
print("go", flush=True)
try:
    folder = SongFolder.create(path, make_song())
except Exception:
    folder = SongFolder.open(path)
song = folder.load()
for n in range(10**6):
    with folder.lock():
        song = add_take(folder, song, ("drums", "bass", "lead")[n % 3], len(folder.runs.numbers()) + n)
        with folder.renders.writing() as batch:
            for name in ("mix.wav", "drums.wav"):
                batch.path(name).write_bytes(str(n).encode() * 2000)
    print("took", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killed_at_random_instants(tmp_path):
    path = tmp_path / "song"
    code = WRITER.format(tests=str(Path(__file__).parent), path=str(path))
    env = {**os.environ, "PYTHONPATH": str(Path(stemwright.__file__).parents[1])}
    draw = random.Random()
    for kill in range(int(os.environ.get("STEMWRIGHT_KILLS", "10"))):
        writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=env)
        assert writer.stdout is not None and writer.stdout.readline() == b"go\n"
        if kill % 2:  # however slow the machine is: not before something was recorded
            assert writer.stdout.readline() == b"took\n"
        time.sleep(draw.uniform(0, 0.12))
        assert writer.poll() is None
        writer.kill()
        writer.wait()
        writer.stdout.close()
        if (path / "song.json").exists():
            report = verify(SongFolder.open(path))
            assert report.ok, report.problems
    folder = SongFolder.open(path)
    assert folder.runs.list() and folder.telemetry.list()
    with folder.lock():
        assert not list(path.rglob(".tmp-*"))
    assert verify(folder).ok
