"""The loop of every training: warm-up and cosine over a time or step budget, resumable.

With ``steps`` the run is a function of the seed; with ``minutes`` the schedule follows the clock. Batches
depend on the seed and their number alone, so that a resumed run sees the data it would have seen. Of several
processes (`parallel`) the first keeps log and checkpoints, and goes on alone when the run is over.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from stemwright.errors import StemwrightError, UsageError
from stemwright.training.fit.interrupts import AtOnce, to_the_end
from stemwright.training.fit.pace import Pace, Progress, learning_rate
from stemwright.training.fit.parallel import first_says, world
from stemwright.training.fit.run_log import RunLog

CHECKPOINT, BEST, BUNDLE = "checkpoint.safetensors", "best.safetensors", "bundle"
CHECKS = 8
"""Held-out measurements in a run, at least."""
SAID_EVERY = 50
"""Steps."""

Say = Callable[[str], None]
Figures = dict[str, Any]
Batch = TypeVar("Batch")
Given = TypeVar("Given", contravariant=True)


class Fitted(Protocol[Given]):
    """A run in memory (:class:`stemwright.training.fit.training_state.Fit` with a step)."""

    peak: float
    progress: Progress
    draw: int

    @property
    def recipe(self) -> Pace:
        """What it does."""

    def step(self, batch: Given, rate: float, done: float) -> dict[str, float]:
        """One optimiser step, the share ``done`` of the budget being over; what to log."""

    def save(self, path: Path) -> None:
        """Everything needed to go on."""

    def load(self, path: Path) -> None:
        """Go on from a checkpoint."""


@dataclass(frozen=True, slots=True)
class Held:
    """Held-out figures: the number by which the best weights are chosen, what ``log.jsonl`` keeps, and a line
    of it.
    """

    total: float
    figures: Any
    line: str


class TrainingRun(Generic[Batch]):
    """Steps, log, held-out figures, checkpoints. ``batches(number, size)`` makes what a step is trained on,
    ``measure()`` measures the averaged weights. UsageError for a budget of nothing.
    """

    def __init__(
        self,
        fit: Fitted[Batch],
        batches: Callable[[int, int], Batch],
        measure: Callable[[], Held],
        out: Path,
        minutes: float,
        steps: int | None,
        say: Say,
    ) -> None:
        self.fit, self.batches, self.measure = fit, batches, measure
        self.out, self.minutes, self.steps = out, minutes, steps
        self.say = say if world().rank == 0 else lambda line: None
        self.base = self.began = self.checked = 0.0
        self.world = world()
        self.log = RunLog(out, fit.recipe.tensorboard) if self.world.rank == 0 else None

    def resumes(self, resume: bool = True) -> bool:
        """Whether there is a checkpoint to go on from."""
        return resume and (self.out / CHECKPOINT).exists()

    def go(self, resume: bool = True) -> Held:
        """Train from the checkpoint that is there (where ``resume``) to the end of the budget, or until
        nothing is gained any more; the last figures. Ctrl-C stops after the step and saves; a second one
        stops at once, and what came after the last checkpoint is lost.
        """
        path = self.out / CHECKPOINT
        if self.resumes(resume):
            self.fit.load(path)
            self.say(f"going on from step {self.fit.progress.step}")
        if self.log is not None:
            self.log.begin(self.fit.progress.step)
        try:
            held = self._go()
        except KeyboardInterrupt as interrupt:
            if self.world.rank or isinstance(interrupt, AtOnce):
                raise
            self.fit.save(path)
            step = self.fit.progress.step
            self.say(f"stopped at step {step}; {path} saved: the same command goes on from there")
            raise
        finally:
            if self.log is not None:
                self.log.end()
        if self.world.rank:
            raise SystemExit(0)  # what is left to do is for one process
        return held

    def need_gain(self) -> None:
        """StemwrightError where the run gained nothing on the held-out part: then no bundle is worth it."""
        progress = self.fit.progress
        if progress.best_step == 0:
            raise StemwrightError(
                f"{self.out}: {progress.step} steps gained nothing on the held-out part "
                f"(still {progress.best:.4g}): no bundle; train longer"
            )

    def _go(self) -> Held:
        fit, progress, recipe = self.fit, self.fit.progress, self.fit.recipe
        self.base = progress.seconds
        held = self._check() if self._unmeasured() else None
        saved = self.checked = self.began = time.monotonic()
        with ThreadPoolExecutor(1) as pool:
            number = progress.step * recipe.accumulate
            ahead = pool.submit(self.batches, self._draw(number), recipe.batch)
            (done,) = first_says(self.done())
            while done < 1.0:
                rate, held = fit.peak * learning_rate(recipe, progress.step, done), None
                with to_the_end(self.say):
                    for _ in range(recipe.accumulate):
                        batch, fit.draw = ahead.result(), self._draw(number)
                        number += 1
                        ahead = pool.submit(self.batches, self._draw(number), recipe.batch)
                        self._step(batch, rate, done)
                    if progress.step % SAID_EVERY == 0:
                        self._report(rate)
                done, due = first_says(self.done(), self._due())
                if due:
                    held = self._check()
                    if done > 0.5 and progress.stale >= recipe.patience:
                        self.say("nothing gained on the held-out part for a while: stopping early")
                        break
                if time.monotonic() - saved > 60 * recipe.save_minutes:
                    self._save(CHECKPOINT)
                    saved = time.monotonic()
        held = held or self._check()
        self._save(CHECKPOINT)
        return held

    def _save(self, name: str) -> None:
        if self.world.rank == 0:
            self.fit.save(self.out / name)

    def _draw(self, number: int) -> int:
        """The number of this process's batch: no two of a run are the same."""
        return number * self.world.size + self.world.rank

    def done(self) -> float:
        """The share of the budget that is used up, 0..1 and above."""
        progress = self.fit.progress
        return progress.step / self.steps if self.steps else progress.seconds / (60 * self.minutes)

    def _step(self, batch: Batch, rate: float, done: float) -> None:
        """What one batch says of a step."""
        parts = self.fit.step(batch, rate, done)
        self.fit.progress.seconds = self._seconds()
        recent = self.fit.progress.recent
        for name, value in parts.items():
            recent[name] = recent.get(name, value) * 0.95 + value * 0.05

    def _seconds(self) -> float:
        return self.base + (time.monotonic() - self.began if self.began else 0.0)

    def _unmeasured(self) -> bool:
        """Whether the run stands before a measurement: at its start, or where Ctrl-C came between a step and
        the measurement that was due.
        """
        progress = self.fit.progress
        return progress.step == 0 or bool(self.steps and self._due() and progress.measured < progress.step)

    def _due(self) -> bool:
        if self.steps:
            return self.fit.progress.step % max(1, self.steps // CHECKS) == 0
        limit = min(self.fit.recipe.valid_minutes, self.minutes / CHECKS)
        return time.monotonic() - self.checked > 60 * limit

    def _report(self, rate: float) -> None:
        progress = self.fit.progress
        each = self.fit.recipe.batch * self.fit.recipe.accumulate * self.world.size
        speed = progress.step * each / max(1e-9, progress.seconds)
        self._log({"rate": rate, "examples": speed, **progress.recent})
        parts = "  ".join(f"{name} {value:.3f}" for name, value in progress.recent.items())
        self.say(f"step {progress.step} {progress.seconds:6.0f} s {speed:6.1f} examples/s  {parts}")

    def _check(self) -> Held:
        progress, held = self.fit.progress, self.measure()
        progress.measured = progress.step
        self.checked = time.monotonic()
        progress.seconds = self._seconds()
        (total,) = first_says(held.total)
        if total < progress.best:
            progress.best, progress.best_step, progress.stale = total, progress.step, 0
            self._save(BEST)
        else:
            progress.stale += 1
        self._log({"judged": progress.judged, "held_out": total, "valid": held.figures})
        self.say(f"held out at step {progress.step}: {held.line}")
        return held

    def _log(self, record: dict[str, Any]) -> None:
        """A line of ``log.jsonl``."""
        if self.log is not None:
            progress = self.fit.progress
            where = {"step": progress.step, "seconds": progress.seconds, "done": min(1.0, self.done())}
            self.log.write({**where, **record})


def check_budget(minutes: float, steps: int | None) -> None:
    """UsageError for a budget of nothing, or without end."""
    if (steps is not None and steps < 1) or not 0 < minutes < math.inf:
        raise UsageError(f"minutes is {minutes}, steps is {steps}: give positive numbers")
