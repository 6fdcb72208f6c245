"""Processes killed at any instant while they edit, go back, branch and merge; and two that edit at once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stemwright.editing.collecting import collect
from stemwright.editing.moves import at_run, branches
from stemwright.producer.workspace import writing
from stemwright.store import SongFolder
from stemwright.store.verify import verify
from support.edited import tune, write
from support.runner import environment
from support.soak import at_leisure

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")

WORKER = """
import random, sys
from pathlib import Path
from stemwright.editing.collecting import collect
from stemwright.editing.merging import merge
from stemwright.editing.moves import branch, redo, restore, undo
from stemwright.errors import StemwrightError, UsageError
from stemwright.producer.layer import Change, set_layer
path, draw = Path(sys.argv[1]), random.Random(int(sys.argv[2]))
acts = (
    lambda: set_layer(path, draw.choice(("lead", "bass")), Change(gain=draw.randint(-300, 200) / 10)),
    lambda: undo(path, draw.randint(1, 2)),
    lambda: redo(path),
    lambda: branch(path, draw.choice(("main", "b"))),
    lambda: merge(path, draw.choice(("main", "b")), ours=["all"]),
    lambda: restore(path, draw.randint(0, 3)),
    lambda: collect(path, yes=True),
)
weights = (8, 3, 1, 2, 2, 1, 1)
while True:
    try:
        draw.choices(acts, weights)[0]()
    except UsageError:
        continue
    except StemwrightError as error:
        if "is being written by" not in str(error):
            raise
        print("busy", flush=True)
        continue
    print("did", flush=True)
"""


def worker(path: Path, seed: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path), str(seed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )


def check(path: Path, before: dict[int, str]) -> dict[int, str]:
    """The song verifies, has every run that it had, and each one's song; returns the runs' SHA-256."""
    folder = SongFolder.open(path)
    assert verify(folder).problems == []
    records = {record["run"]: record["sha256"] for record in folder.runs.list()}
    assert {run: records.get(run) for run in before} == before
    with writing(path):  # what the next command does: it finishes what was begun
        pass
    assert [line["run"] for line in folder.telemetry.list()] == sorted(records)
    last = max(records, default=0)
    assert at_run(folder, last) == folder.load()
    return records


@pytest.mark.parametrize("kills", [12, pytest.param(50, marks=at_leisure)])
def test_no_kill_loses_a_run(tmp_path: Path, kills: int) -> None:
    path = write(tmp_path / "song", {"lead": tune((60,)), "bass": tune((36,))}, bars=1)
    draw = random.Random(int(os.environ.get("STEMWRIGHT_SEED", time.time_ns())))
    known: dict[int, str] = {}
    for _ in range(kills):
        process = worker(path, draw.randrange(10**9))
        assert process.stdout is not None and process.stderr is not None
        for _line in range(draw.randint(1, 3)):  # however slow the machine is: not before something was done
            line = process.stdout.readline()
            assert line == b"did\n", process.stderr.read().decode()
        time.sleep(draw.uniform(0, 0.1))
        assert process.poll() is None, process.stderr.read().decode()
        process.kill()
        process.communicate()
        known = check(path, known)
    folder = SongFolder.open(path)
    assert len(known) >= kills // 2
    collect(path, yes=True)
    for run in (0, *known, *branches(path)["branches"].values()):
        at_run(folder, run)
    assert not list(path.rglob(".tmp-*"))


def test_two_that_edit_at_once_are_one_after_the_other(tmp_path: Path) -> None:
    path = write(tmp_path / "song", {"lead": tune((60,)), "bass": tune((36,))}, bars=1)
    both = [worker(path, seed) for seed in (1, 2)]
    done = 0
    for process in both * 4:
        assert process.stdout is not None
        done += process.stdout.readline() == b"did\n"
    for process in both:
        assert process.poll() is None, process.communicate()
        process.kill()
        process.communicate()
    assert done
    assert check(path, {})
