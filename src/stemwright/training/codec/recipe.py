"""Training the codec: AdamW, warm-up and cosine over a time or step budget, moving average of weights,
resumable.

With ``steps`` the run is a function of the seed; with ``minutes`` the schedule follows the clock. Batches
depend on
(seed, step) alone, so that a resumed run sees the data it would have seen.
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stemwright.errors import UsageError
from stemwright.training import averaging
from stemwright.training.codec import checkpoint
from stemwright.training.codec.losses import ReconstructionLoss, si_snr
from stemwright.training.codec.model import HOP, CodecConfig, CodecModel
from stemwright.training.codec.segments import Segments


@dataclass(frozen=True)
class Recipe:
    """What the training does, beside its budget."""

    batch: int = 12
    frames: int = 75
    learning_rate: float = 1e-3
    warmup_steps: int = 150
    weight_decay: float = 0.01
    clip: float = 1.0
    ema: float = 0.998
    commitment: float = 0.25
    dropout: float = 0.25  # share of items that keep fewer codebooks
    valid_count: int = 48
    valid_minutes: float = 3.0
    save_minutes: float = 2.0
    patience: int = 8  # validations without gain before stopping, only in the last half


@dataclass
class Progress:
    """Where a run stands; saved with the checkpoint."""

    step: int = 0
    seconds: float = 0.0
    best: float = math.inf
    stale: int = 0


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


class Trainer:
    """One training run in memory."""

    def __init__(self, config: CodecConfig, recipe: Recipe, device: torch.device, seed: int) -> None:
        torch.manual_seed(seed)
        self.recipe, self.device, self.seed = recipe, device, seed
        self.model = CodecModel(config).to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = averaging.copy_of(self.model)
        self.loss = ReconstructionLoss().to(device)
        self.optimiser = torch.optim.AdamW(
            [
                {
                    "params": [p for p in self.model.parameters() if p.ndim >= 2],
                    "weight_decay": recipe.weight_decay,
                },
                {"params": [p for p in self.model.parameters() if p.ndim < 2], "weight_decay": 0.0},
            ],
            lr=recipe.learning_rate,
            betas=(0.8, 0.98),
            eps=1e-8,
            fused=True,
        )
        self.progress = Progress()

    def autocast(self) -> torch.autocast:
        """bfloat16 for matrix products and convolutions."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def step(self, audio: np.ndarray, rate: float) -> dict[str, float]:
        """One optimiser step on ``[batch, samples]``."""
        step, recipe = self.progress.step, self.recipe
        torch.manual_seed((self.seed << 32) + step)
        target = torch.from_numpy(audio).to(self.device)
        self.model.train()
        levels = self._levels(len(target))
        with self.autocast():
            z = self.model.encoder(target)
        quantised, commit, used = self.model.quantiser(z.float(), levels)
        with self.autocast():
            output = self.model.decoder(quantised)
        total, parts = self.loss(output, target, (256, 1024) if step % 2 else (512, 2048))
        total = total + recipe.commitment * commit
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        total.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), recipe.clip)
        if bool(torch.isfinite(norm)):
            self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        averaging.update(self.average, self.model, self.progress.step, recipe.ema)
        self.progress.step += 1
        return {
            "total": float(total.detach()),
            "commit": float(commit.detach()),
            "norm": float(norm),
            "used": float(used.float().mean()),
            **{k: float(v) for k, v in parts.items()},
        }

    def _levels(self, batch: int) -> Tensor:
        books = self.model.config.codebooks
        fewer = torch.rand(batch) < self.recipe.dropout
        return torch.where(fewer, torch.randint(1, books + 1, (batch,)), torch.full((batch,), books)).to(
            self.device
        )

    @torch.no_grad()
    def validate(self, audio: np.ndarray) -> dict[str, float]:
        """Held-out losses, in full precision, with averaged weights."""
        sums: dict[str, float] = {}
        with averaging.using(self.model, self.average) as model:
            for start in range(0, len(audio), 12):
                target = torch.from_numpy(audio[start : start + 12]).to(self.device)
                output = model.decode(model.encode(target))
                total, parts = self.loss(output, target)
                row = {"total": total, **parts, "si_snr": si_snr(output, target).mean()}
                for k, v in row.items():
                    sums[k] = sums.get(k, 0.0) + float(v) * len(target) / len(audio)
        return sums

    def save(self, path: Path) -> None:
        """Everything needed to go on."""
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        tensors.update({f"average.{k}": v for k, v in self.average.items()})
        names = {id(p): k for k, p in self.model.named_parameters()}
        for parameter, state in self.optimiser.state.items():
            tensors.update({f"optimiser.{names[id(parameter)]}.{k}": v for k, v in state.items()})
        meta = {"config": self.model.config.to_json(), "progress": self.progress.__dict__, "seed": self.seed}
        checkpoint.save(path, tensors, meta)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint of the same configuration."""
        tensors, meta = checkpoint.load(path)
        if CodecConfig.from_json(meta["config"]) != self.model.config:
            raise UsageError(f"{path}: checkpoint of another configuration; choose another output folder")
        self.model.load_state_dict({k[6:]: v for k, v in tensors.items() if k.startswith("model.")})
        for name, parameter in self.model.named_parameters():
            self.average[name].copy_(tensors[f"average.{name}"])
            state = {
                k: tensors[f"optimiser.{name}.{k}"]
                for k in ("step", "exp_avg", "exp_avg_sq")
                if f"optimiser.{name}.{k}" in tensors
            }
            if state:
                self.optimiser.state[parameter] = {
                    k: v.to(self.device) if k != "step" or self.device.type != "cpu" else v
                    for k, v in state.items()
                }
        self.progress = Progress(**meta["progress"])


def learning_rate(recipe: Recipe, step: int, done: float) -> float:
    """Linear warm-up by steps, then half a cosine over the budget's share ``done`` (0..1), down to a
    hundredth.
    """
    warm = min(1.0, (step + 1) / recipe.warmup_steps)
    return recipe.learning_rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def train_codec(
    data: Path,
    out: Path,
    *,
    minutes: float = 40.0,
    steps: int | None = None,
    seed: int = 0,
    device: str = "auto",
    resume: bool = True,
    threads: int | None = None,
    config: CodecConfig | None = None,
    recipe: Recipe | None = None,
    export: bool = True,
    report: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Train a codec on the shards of ``data`` and leave ``checkpoint.safetensors``, ``best.safetensors``,
    ``log.jsonl`` and
    ``bundle/`` in ``out``. Ctrl-C saves and stops. Returns the last held-out figures."""
    recipe = recipe or Recipe()
    if minutes <= 0 and steps is None:
        raise UsageError(f"minutes is {minutes}; give a positive number")
    keep_memory()
    if threads:
        torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(config or CodecConfig(), recipe, pick_device(device), seed)
    path = out / "checkpoint.safetensors"
    if resume and path.exists():
        trainer.load(path)
    say = report or (lambda line: print(line, flush=True))
    run = _Run(trainer, data, out, minutes, steps, say)
    try:
        figures = run.go()
    except KeyboardInterrupt:
        trainer.save(path)
        say(f"stopped at step {trainer.progress.step}; {path} saved: the same command goes on from there")
        raise
    if export:
        from stemwright.training.codec.export import export_bundle
        from stemwright.training.credits import origin

        licences, sources = origin(data)

        export_bundle(
            out / "best.safetensors",
            out / "bundle",
            figures=figures,
            licences=licences,
            sources=sources,
            device=str(trainer.device),
            say=say,
        )
    return figures


class _Run:
    """The loop: steps, log, validation, checkpoints."""

    def __init__(
        self,
        trainer: Trainer,
        data: Path,
        out: Path,
        minutes: float,
        steps: int | None,
        say: Callable[[str], None],
    ) -> None:
        self.trainer, self.out, self.say = trainer, out, say
        self.minutes, self.steps = minutes, steps
        samples = trainer.recipe.frames * HOP
        self.train = Segments(data, "train", samples, trainer.seed)
        self.valid = Segments(data, "valid", samples, 0).held_out(trainer.recipe.valid_count)
        self.base = trainer.progress.seconds
        self.began = time.monotonic()

    def done(self) -> float:
        """The share of the budget that is used up."""
        if self.steps is not None:
            return self.trainer.progress.step / max(1, self.steps)
        return self.trainer.progress.seconds / (60 * self.minutes)

    def log(self, record: dict[str, Any]) -> None:
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, sort_keys=True) + "\n")

    def go(self) -> dict[str, float]:
        trainer, recipe = self.trainer, self.trainer.recipe
        saved = checked = time.monotonic()
        figures: dict[str, float] = {}
        recent: dict[str, float] = {}
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(self.train.batch, trainer.progress.step, recipe.batch)
            while self.done() < 1.0:
                batch = ahead.result()
                ahead = pool.submit(self.train.batch, trainer.progress.step + 1, recipe.batch)
                rate = learning_rate(recipe, trainer.progress.step, self.done())
                parts = trainer.step(batch, rate)
                now = time.monotonic()
                trainer.progress.seconds = self.base + now - self.began
                for k, v in parts.items():
                    recent[k] = recent.get(k, v) * 0.95 + v * 0.05
                if trainer.progress.step % 50 == 0:
                    self._report(recent, rate)
                if now - checked > 60 * recipe.valid_minutes:
                    figures = self._validate()
                    checked = time.monotonic()
                    if self.done() > 0.5 and trainer.progress.stale >= recipe.patience:
                        self.say("no gain on the held-out segments for a while: stopping early")
                        break
                if now - saved > 60 * recipe.save_minutes:
                    trainer.save(self.out / "checkpoint.safetensors")
                    saved = time.monotonic()
        figures = self._validate()
        trainer.save(self.out / "checkpoint.safetensors")
        return figures

    def _report(self, recent: dict[str, float], rate: float) -> None:
        progress = self.trainer.progress
        steps = progress.step / max(1e-9, progress.seconds)
        audio = steps * self.trainer.recipe.batch * self.trainer.recipe.frames / 75
        self.log(
            {
                "step": progress.step,
                "seconds": round(progress.seconds, 1),
                "rate": rate,
                **{k: round(v, 5) for k, v in recent.items()},
            }
        )
        self.say(
            f"{progress.step} {progress.seconds:6.0f}s {audio:5.1f} audio s/s  "
            + "  ".join(f"{k} {v:.3f}" for k, v in recent.items())
        )

    def _validate(self) -> dict[str, float]:
        trainer = self.trainer
        figures = trainer.validate(self.valid)
        trainer.progress.seconds = self.base + time.monotonic() - self.began
        if figures["total"] < trainer.progress.best:
            trainer.progress.best, trainer.progress.stale = figures["total"], 0
            trainer.save(self.out / "best.safetensors")
        else:
            trainer.progress.stale += 1
        self.log({"step": trainer.progress.step, "valid": {k: round(v, 5) for k, v in figures.items()}})
        self.say(
            f"held out at step {trainer.progress.step}: "
            + "  ".join(f"{k} {v:.3f}" for k, v in figures.items())
        )
        return figures


def main() -> None:
    """``python -m stemwright.training.codec.recipe DATA OUT --minutes 40``"""
    import argparse

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--no-export", dest="export", action="store_false")
    parser.add_argument("--no-resume", dest="resume", action="store_false")
    args = parser.parse_args()
    train_codec(**vars(args))


if __name__ == "__main__":
    main()
