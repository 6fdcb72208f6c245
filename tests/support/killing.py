"""Runs that are killed on their way, and what they leave."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import torch

from stemwright.training.fit import checkpoint
from support.runner import environment


def kill_after(line: str, command: list[str], **more: str) -> None:
    """`kill -9` of a program once it has said a line that begins so; returns when its processes are gone."""
    program = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=environment(None, OMP_NUM_THREADS="1", **more),
    )  # fmt: skip
    assert program.stdout is not None
    said = []
    for each in program.stdout:
        said.append(each)
        if each.startswith(line):
            break
    assert program.poll() is None and said[-1].startswith(line), "".join(said)
    program.kill()
    program.stdout.read()  # ends with the last process that holds the other end
    program.stdout.close()
    assert program.wait() == -9


def torchrun(*program: object) -> list[str]:
    """The command of two processes."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    start = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--nproc-per-node",
        "2",
        "--master-port",
        str(port),
    ]
    return [*start, *map(str, program)]


def finish(command: list[str]) -> str:
    """What a program says that ends well."""
    given = environment(None, OMP_NUM_THREADS="1")
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=given, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def weights(out: Path) -> dict[str, torch.Tensor]:
    """All tensors of a run's checkpoint."""
    return checkpoint.load(out / "checkpoint.safetensors")[0]


def assert_same_bits(one: Path, other: Path) -> None:
    """Two runs' checkpoints and bundles have the same tensors, and their logs the same losses."""
    first, second = weights(one), weights(other)
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)
    for file in sorted((one / "bundle").glob("*")):
        assert file.read_bytes() == (other / "bundle" / file.name).read_bytes(), file.name
    assert _without_times(one) == _without_times(other)
    assert not [name for name in os.listdir(other) if name.endswith(".part") and "log" in name]


def _without_times(out: Path) -> list[dict[str, object]]:
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    return [{k: v for k, v in row.items() if k not in ("seconds", "examples")} for row in rows]
