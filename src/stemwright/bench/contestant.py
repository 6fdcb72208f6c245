"""A contestant: a process that decodes when it is told to, and is silent and asleep otherwise.

It reads one JSON object a line and answers with one; what it or its libraries print goes to standard error.
The engine's own contestants and all rivals speak this.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from stemwright.bench.material import AGREEMENT_STEPS, inputs
from stemwright.bench.sizes import Sizes

WARM_STEPS = 2
LEAST_STEPS = 3
SETTLE_SECONDS = 1.0


class Contestant(Protocol):
    """One way to decode. `config` is that of the folder of weights it was made with."""

    config: dict[str, Any]

    def variants(self, batch: int) -> list[str]:
        """Settings among which the fastest is to be chosen, in words; often just one."""

    def open(self, variant: int, batch: int, threads: int, cache: int, most: int) -> Sizes:
        """Get ready to decode with `cache` positions; in a later call, with otherwise the same numbers, there
        may be up to `most`. Returns what a step reads once the cache is full."""

    def step(self, tokens: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Logits [batch, codebooks, codebook_size] of the next position; only after the first `open`."""

    def fill(self) -> None:
        """Fill the cache; from here on `decode` only."""

    def decode(self) -> None:
        """One step that sees `cache` positions."""


def serve(contestant: Contestant, folder: Path) -> None:
    """Answer requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    acts: dict[str, Callable[..., dict[str, Any]]] = {
        "variants": lambda batch: {"variants": contestant.variants(batch)},
        "open": lambda **options: contestant.open(**options)._asdict(),
        "agree": lambda batch, file: _agree(contestant, batch, folder / file),
        "fill": lambda: _fill(contestant),
        "turn": lambda seconds: _turn(contestant, seconds),
        "peak": lambda: {"mb": peak_memory_mb()},
    }
    for line in sys.stdin:
        request = json.loads(line)
        answer = acts[request.pop("act")](**request)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _agree(contestant: Contestant, batch: int, file: Path) -> dict[str, Any]:
    """Writes the logits of the first steps, [steps, batch, codebooks, codebook_size]."""
    tokens, features = inputs(contestant.config, batch, AGREEMENT_STEPS)
    steps = [contestant.step(tokens[:, i], features[:, i]).copy() for i in range(AGREEMENT_STEPS)]
    np.save(file, np.stack(steps), allow_pickle=False)
    return {}


def _fill(contestant: Contestant) -> dict[str, Any]:
    contestant.fill()
    settle()
    return {}


def _turn(contestant: Contestant, seconds: float) -> dict[str, Any]:
    """Decode for so long: median and mean of a step's milliseconds. The first steps bring back the weights
    that the others' turns have driven from the processor's caches, and are not measured."""
    for _ in range(WARM_STEPS):
        contestant.decode()
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while len(taken) < LEAST_STEPS or time.perf_counter() < end:
        start = time.perf_counter()
        contestant.decode()
        taken.append(time.perf_counter() - start)
    settle()
    return {"ms": float(np.median(taken)) * 1e3, "mean_ms": float(np.mean(taken)) * 1e3}


def settle() -> None:
    """Wait until this process's threads have stopped spinning: the next contestant shall have the machine."""
    end = time.perf_counter() + SETTLE_SECONDS
    while time.perf_counter() < end:
        before = time.process_time()
        time.sleep(0.005)
        if time.process_time() - before < 0.0005:
            return


def peak_memory_mb() -> float | None:
    """Most memory this process has had, in 10^6 bytes, where the system tells.

    Not `ru_maxrss` on Linux: there a child begins with the peak of the process that started it.
    """
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as lines:
            for line in lines:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
