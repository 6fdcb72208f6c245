"""Steps of several batches, in one process or in several."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from fitted_line import GOAL, Line, LinePace, inputs

from stemwright.training.fit import checkpoint
from stemwright.training.fit.pace import learning_rate
from support.runner import environment

PROGRAM = Path(__file__).with_name("fitted_line.py")
STEPS = 12


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def run(out: Path, processes: int, accumulate: int, steps: int = STEPS) -> list[str]:
    """As `torchrun` starts them; what each has printed."""
    shared = {**environment(), "OMP_NUM_THREADS": "1"}
    if processes > 1:
        shared |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
        shared |= {"WORLD_SIZE": str(processes)}
    started = [
        subprocess.Popen(
            [sys.executable, str(PROGRAM), str(out), str(accumulate), str(steps), "0"],
            env={**shared, **({"RANK": str(rank), "LOCAL_RANK": str(rank)} if processes > 1 else {})},
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in range(processes)
    ]
    told = [process.communicate(timeout=120)[0] for process in started]
    assert [process.returncode for process in started] == [0] * processes
    return told


def weights(out: Path) -> dict[str, torch.Tensor]:
    return checkpoint.load(out / "checkpoint.safetensors")[0]


def test_two_processes_are_one_with_twice_the_batches(tmp_path: Path) -> None:
    told = run(tmp_path / "two", 2, 1)
    run(tmp_path / "one", 1, 2)
    two, one = weights(tmp_path / "two"), weights(tmp_path / "one")
    assert two.keys() == one.keys()
    for name in one:
        assert torch.allclose(two[name], one[name], atol=1e-6), name
    assert "went on alone" in told[0] and told[1] == ""
    lines = (tmp_path / "two" / "log.jsonl").read_text().splitlines()
    assert sum('"valid"' in line for line in lines) == STEPS + 1


def test_twice_the_batches_are_a_batch_of_twice_the_size(tmp_path: Path) -> None:
    """The mean of two batches' gradients is that of both in one."""
    run(tmp_path / "one", 1, 2)
    line = Line(LinePace())
    for step in range(STEPS):
        both = torch.cat([inputs(2 * step, 5), inputs(2 * step + 1, 5)])
        drawn = [torch.Generator().manual_seed(2 * step + n) for n in (0, 1)]
        noise = torch.cat([torch.randn(5, 3, generator=each) for each in drawn])
        (line.model(both) - both @ GOAL.T - 0.1 * noise).square().mean().backward()
        line.moved(0.05 * learning_rate(line.recipe, step, step / STEPS))
    for name, value in line.model.state_dict().items():
        assert torch.allclose(value, weights(tmp_path / "one")[f"model.{name}"], atol=1e-4)


def test_a_run_of_two_gives_the_same_bits_again(tmp_path: Path) -> None:
    run(tmp_path / "whole", 2, 1)
    run(tmp_path / "again", 2, 1)
    whole, again = weights(tmp_path / "whole"), weights(tmp_path / "again")
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_a_process_alone_is_as_ever(tmp_path: Path) -> None:
    told = run(tmp_path / "one", 1, 1)
    assert "held out at step 12" in told[0] and os.environ.get("WORLD_SIZE") is None
