"""The loop of a decoder's training: warm-up and cosine over a time or step budget, resumable.

With ``steps`` the run is a function of the seed; with ``minutes`` the schedule follows the clock. Batches
depend on (seed, step) alone, so that a resumed run sees the data it would have seen.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import nn

from stemwright.training import averaging
from stemwright.training.codec.fitting import Plan, Progress

CHECKPOINT, BEST = "checkpoint.safetensors", "best.safetensors"

Figures = dict[str, Any]
Batch = TypeVar("Batch")
Given = TypeVar("Given", contravariant=True)


class Trained(Protocol[Given]):
    """A training run in memory (`fitting.Fitting` with a step)."""

    average: averaging.Weights
    peak: float
    progress: Progress

    @property
    def model(self) -> nn.Module:
        """The network."""

    @property
    def judges(self) -> nn.Module | None:
        """Those who judge its sound."""

    @property
    def recipe(self) -> Plan:
        """What it does."""

    def step(self, batch: Given, rate: float, *, adversary: bool = False) -> dict[str, float]:
        """One optimiser step; with the judges where ``adversary``."""

    def save(self, path: Path) -> None:
        """Everything needed to go on."""

    def load(self, path: Path) -> None:
        """Go on from a checkpoint."""


def pick_device(name: str) -> torch.device:
    """``auto`` is CUDA where there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def keep_memory() -> None:
    """Ask glibc to keep freed memory: otherwise each step maps and faults its pages again (a fifth of the
    time).
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            libc = ctypes.CDLL("libc.so.6")
            libc.mallopt(-4, 0)  # M_MMAP_MAX
            libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD


def settle(threads: int | None) -> None:
    """Torch's settings for a training run."""
    keep_memory()
    if threads:
        torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False


def learning_rate(recipe: Plan, peak: float, step: int, done: float) -> float:
    """Linear warm-up by steps to ``peak``, then half a cosine over the budget's share ``done`` (0..1), down
    to a hundredth.
    """
    warm = min(1.0, (step + 1) / recipe.warmup_steps)
    return peak * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


class Run(Generic[Batch]):
    """The loop: steps, log, validation, checkpoints. ``batches(step, size)`` makes what a step is trained on,
    ``measure()`` the held-out figures of the network (``total`` decides which weights are best), ``line`` one
    line of them.
    """

    def __init__(
        self,
        trainer: Trained[Batch],
        batches: Callable[[int, int], Batch],
        measure: Callable[[], Figures],
        line: Callable[[Figures], str],
        out: Path,
        minutes: float,
        steps: int | None,
        say: Callable[[str], None],
    ) -> None:
        self.trainer, self.out, self.say = trainer, out, say
        self.minutes, self.steps = minutes, steps
        self.batches, self.measure, self.line = batches, measure, line
        self.base = self.began = 0.0

    def done(self) -> float:
        """The share of the budget that is used up."""
        if self.steps is not None:
            return self.trainer.progress.step / max(1, self.steps)
        return self.trainer.progress.seconds / (60 * self.minutes)

    def log(self, record: dict[str, Any]) -> None:
        """A line of ``log.jsonl``."""
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(_rounded(record), sort_keys=True) + "\n")

    def go(self, resume: bool = True) -> Figures:
        """Train from the checkpoint that is there (where ``resume``) to the end of the budget; the last
        figures. Ctrl-C saves and stops.
        """
        path = self.out / CHECKPOINT
        if resume and path.exists():
            self.trainer.load(path)
        self.base, self.began = self.trainer.progress.seconds, time.monotonic()
        try:
            return self._go()
        except KeyboardInterrupt:
            self.trainer.save(path)
            step = self.trainer.progress.step
            self.say(f"stopped at step {step}; {path} saved: the same command goes on from there")
            raise

    def _go(self) -> Figures:
        trainer, recipe = self.trainer, self.trainer.recipe
        if trainer.progress.step == 0:
            self._validate()
        saved = checked = time.monotonic()
        recent: dict[str, float] = {}
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(self.batches, trainer.progress.step, recipe.batch)
            while self.done() < 1.0:
                batch = ahead.result()
                ahead = pool.submit(self.batches, trainer.progress.step + 1, recipe.batch)
                rate = learning_rate(recipe, trainer.peak, trainer.progress.step, self.done())
                parts = trainer.step(batch, rate, adversary=self._adversary())
                now = time.monotonic()
                trainer.progress.seconds = self.base + now - self.began
                for k, v in parts.items():
                    recent[k] = recent.get(k, v) * 0.95 + v * 0.05
                if trainer.progress.step % 50 == 0:
                    self._report(recent, rate)
                if now - checked > 60 * recipe.valid_minutes:
                    self._validate()
                    checked = time.monotonic()
                    if self.done() > 0.5 and trainer.progress.stale >= recipe.patience:
                        self.say("no gain on the held-out clips for a while: stopping early")
                        break
                if now - saved > 60 * recipe.save_minutes:
                    trainer.save(self.out / CHECKPOINT)
                    saved = time.monotonic()
        figures = self._validate()
        trainer.save(self.out / CHECKPOINT)
        return figures

    def _adversary(self) -> bool:
        """Whether the judges take part. From their first step on, the best weights are chosen anew: judges
        make a better sound of a worse distance."""
        trainer = self.trainer
        if trainer.judges is None or self.done() < trainer.recipe.adversary_from:
            return False
        if trainer.progress.judged == 0:
            trainer.progress.best, trainer.progress.stale = math.inf, 0
        return True

    def _report(self, recent: dict[str, float], rate: float) -> None:
        progress = self.trainer.progress
        segments = progress.step / max(1e-9, progress.seconds) * self.trainer.recipe.batch
        self.log({"step": progress.step, "seconds": progress.seconds, "rate": rate, **recent})
        self.say(
            f"{progress.step} {progress.seconds:6.0f}s {segments:5.1f} segments/s  "
            + "  ".join(f"{k} {v:.3f}" for k, v in recent.items())
        )

    def _validate(self) -> Figures:
        trainer, progress = self.trainer, self.trainer.progress
        with averaging.using(trainer.model, trainer.average):
            figures = self.measure()
        progress.seconds = self.base + time.monotonic() - self.began
        if figures["total"] < progress.best:
            progress.best, progress.stale = figures["total"], 0
            trainer.save(self.out / BEST)
        else:
            progress.stale += 1
        self.log(
            {"step": progress.step, "seconds": progress.seconds, "judged": progress.judged, "valid": figures}
        )
        self.say(f"held out at step {progress.step}: {self.line(figures)}")
        return figures


def _rounded(value: Any) -> Any:
    """Numbers of a log line to six digits."""
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
