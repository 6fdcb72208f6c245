"""A tiny run in a process of its own: `python fitted_line.py OUT ACCUMULATE STEPS PAUSE`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from stemwright.training.fit.pace import Pace
from stemwright.training.fit.run import Held, Say, TrainingRun
from stemwright.training.fit.torch_settings import settle
from stemwright.training.fit.training_state import Fit

GOAL = torch.arange(12.0).reshape(3, 4)


@dataclass(frozen=True)
class LinePace(Pace):
    batch: int = 5
    warmup_steps: int = 2
    clip: float = 0.5
    save_minutes: float = 0.0
    pause: float = 0.0  # seconds of a step


class Line(Fit):
    """Learns a linear map from inputs that are drawn."""

    recipe: LinePace

    def __init__(self, recipe: LinePace) -> None:
        torch.manual_seed(1)
        model = nn.Linear(4, 3)
        optimiser = torch.optim.AdamW(model.parameters(), lr=0.05)
        super().__init__(model, {"adamw": optimiser}, recipe, 0.05, torch.device("cpu"), 1, {})

    def step(self, batch: Tensor, rate: float, done: float) -> dict[str, float]:
        time.sleep(self.recipe.pause)
        noise = torch.randn(batch.shape[0], 3, generator=torch.Generator().manual_seed(self.draw))
        loss = (self.model(batch) - batch @ GOAL.T - 0.1 * noise).square().mean()
        loss.backward()
        self.moved(rate)
        return {"loss": float(loss.detach())}


def inputs(number: int, size: int) -> Tensor:
    return torch.randn(size, 4, generator=torch.Generator().manual_seed(1000 + number))


def train_line(
    out: Path,
    recipe: LinePace,
    steps: int,
    say: Say = str,
    measuring: Callable[[int], None] = lambda step: None,
) -> Line:
    """Train it in this process. `measuring` is told the step of each measurement."""
    line = Line(recipe)

    def measure() -> Held:
        measuring(line.progress.step)
        error = float((line.model.weight - GOAL).square().mean().detach())
        return Held(error, error, f"{error:.4f}")

    out.mkdir(parents=True, exist_ok=True)
    TrainingRun(line, inputs, measure, out, 1.0, steps, say).go()
    return line


def main(out: Path, accumulate: int, steps: int, pause: float) -> None:
    settle(1)
    train_line(out, LinePace(accumulate=accumulate, pause=pause), steps, lambda text: print(text, flush=True))
    print("went on alone", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
