"""Several processes that train one model, as `torchrun` starts them: each takes batches of its own, and all
take the step that the mean of their gradients says.

    torchrun --nproc-per-node 2 -m stemwright train performer DATA OUT --layer bass
"""

from __future__ import annotations

import atexit
import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor


@dataclass(frozen=True, slots=True)
class World:
    """Which process this is, from 0, and how many there are. ``local``: which of its machine."""

    rank: int = 0
    size: int = 1
    local: int = 0


def world() -> World:
    """As `torchrun` says; a process on its own where nothing is said."""
    rank, size, local = (
        int(os.environ.get(name, usual))
        for name, usual in (("RANK", "0"), ("WORLD_SIZE", "1"), ("LOCAL_RANK", "0"))
    )
    return World(rank, size, local) if size > 1 else World()


def join() -> None:
    """Meet the other processes, where there are some: by NCCL where each has a GPU, else by gloo."""
    if world().size == 1 or dist.is_initialized():
        return
    _end_with_torchrun()
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    atexit.register(dist.destroy_process_group)


def _end_with_torchrun() -> None:
    """Let a killed `torchrun` take its processes along: those that trained on unseen would meet the next
    run's in one folder.
    """
    if sys.platform == "linux" and "TORCHELASTIC_RUN_ID" in os.environ:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def mean_gradients(parameters: Iterable[torch.nn.Parameter], parts: int) -> None:
    """Let gradients that are sums of ``parts`` batches be means, over those and over all processes."""
    held = list(parameters)
    if dist.is_initialized():
        for parameter in held:  # in one order everywhere, whether it was reached or not
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            dist.all_reduce(parameter.grad)
    count = parts * world().size
    if count > 1:
        for parameter in held:
            if parameter.grad is not None:
                parameter.grad /= count


def first_says(*values: float) -> list[float]:
    """What the first process says, in all of them."""
    if not dist.is_initialized():
        return list(values)
    device = torch.device("cuda", world().local) if dist.get_backend() == "nccl" else torch.device("cpu")
    said: Tensor = torch.tensor(values, dtype=torch.float64, device=device)
    dist.broadcast(said, 0)
    return [float(value) for value in said.cpu()]
