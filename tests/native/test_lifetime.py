"""Nothing is lost: thousands of engines, states, forks and saved states come and go in constant memory."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import made_up
import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.native.engine import Cancelled, Engine, Retention
from support.runner import environment

CYCLES = 10_000
WARM = 500
GROWTH_MB = 4.0
CONFIG = {**made_up.CONFIG, "d_model": 16, "layers": 1, "heads": 1, "kv_heads": 1, "head_dim": 16, "ffn": 16}
CONFIG |= {"codebooks": 1, "codebook_size": 2, "features": 1, "window": 70}
FRAMES = 3


class Cycles:
    """Each method makes one of something, uses it and lets it go."""

    def __init__(self) -> None:
        self.tensors = made_up.tensors(CONFIG)
        self.bad = {**self.tensors, "heads.0.scale": np.full(2, np.nan, np.float32)}  # the last to be read
        self.engine = Engine(CONFIG, self.tensors, threads=1)
        self.two = Engine({**CONFIG, "kv_cache": "int8"}, self.tensors, threads=2)
        self.codes, self.rows = np.zeros((1, 1), np.int32), np.zeros((1, 1), np.float32)
        self.trunk = self.engine.state(2, Retention(40, ((0, 5),)))
        self.trunk.prefill(np.zeros((2, 100, 1), np.int32), np.zeros((2, 100, 1), np.float32))
        self.saved = self.trunk.save()

    def engines(self) -> None:
        Engine(CONFIG, self.tensors, threads=1).state().step(self.codes, self.rows)

    def bad_engines(self) -> None:
        with pytest.raises(UsageError):
            Engine(CONFIG, self.bad, threads=1)

    def states_of_two_threads(self) -> None:
        self.two.state().step(self.codes, self.rows)

    def forks(self) -> None:
        fork = self.trunk.fork([1, 0, 1])
        fork.step(np.repeat(self.codes, 3, 0), np.repeat(self.rows, 3, 0))

    def saved_states(self) -> None:
        assert self.engine.restore(self.saved).save() == self.saved

    def refused_states(self) -> None:
        with pytest.raises(UsageError):
            self.two.restore(self.saved)

    def layers(self) -> None:
        rows = np.zeros((FRAMES, 1), np.float32)
        self.engine.generate(rows, FRAMES, seed=1, layer_id=1, takes=(1, 2))

    def cancelled_layers(self) -> None:
        rows = np.zeros((FRAMES, 1), np.float32)
        with pytest.raises(Cancelled):
            self.engine.generate(rows, FRAMES, seed=1, layer_id=1, progress=lambda done: False)


KINDS = [name for name in vars(Cycles) if not name.startswith("_")]


def memory_mb() -> float:
    """Resident memory of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def growth(cycle: Callable[[], None]) -> float:
    """By how many MB the process is larger after CYCLES cycles than after the first ones."""
    for _ in range(WARM):
        cycle()
    before = memory_mb()
    for _ in range(CYCLES - WARM):
        cycle()
    return memory_mb() - before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_nothing_is_lost() -> None:
    """In a process of its own, so that nothing else's memory is measured."""
    where = environment()
    where["PYTHONPATH"] += os.pathsep + str(Path(__file__).parents[1])  # for `support`
    done = subprocess.run(
        [sys.executable, __file__],
        capture_output=True,
        text=True,
        timeout=300,
        env=where,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    grown = json.loads(done.stdout)
    assert set(grown) == set(KINDS)
    assert max(grown.values()) < GROWTH_MB, grown


FORKED = """
import os, signal, time
import made_up, numpy as np
from stemwright.native.engine import Engine

engine = Engine(made_up.CONFIG, made_up.tensors(made_up.CONFIG), threads=3)
codes, rows = np.zeros((1, made_up.CONFIG["codebooks"]), int), made_up.features(made_up.CONFIG, 2)
state = engine.state()
state.step(codes, rows[:1])
wanted = state.fork().step(codes, rows[1:])
time.sleep(0.2)  # the state's threads are asleep
child = os.fork()
if child == 0:
    signal.alarm(60)
    assert (state.fork().step(codes, rows[1:]) == wanted).all()
    assert (state.step(codes, rows[1:]) == wanted).all()
    del state
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert (state.step(codes, rows[1:]) == wanted).all()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
def test_a_forked_process_goes_on_by_itself() -> None:
    """It has no copies of the threads that a state had: it starts its own, and waits for nobody."""
    command = [sys.executable, "-c", FORKED]
    where = {"env": environment(), "cwd": Path(__file__).parent}
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, **where)
    assert done.returncode == 0, done.stderr


if __name__ == "__main__":
    cycles = Cycles()
    print(json.dumps({name: round(growth(getattr(cycles, name)), 2) for name in KINDS}))
