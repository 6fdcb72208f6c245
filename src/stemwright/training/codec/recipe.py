"""Training the codec: AdamW, warm-up and cosine over a time or step budget, moving average of weights,
resumable; from nothing or from a finished bundle, with its tokens kept or not.

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
from typing import Any

import torch

from stemwright.errors import UsageError
from stemwright.models import Bundle, load_bundle
from stemwright.training import averaging
from stemwright.training.codec.model import HOP, CodecConfig
from stemwright.training.codec.segments import Segments
from stemwright.training.codec.trainer import Recipe, Trainer
from stemwright.training.codec.validation import Figures, HeldOut, line


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


def learning_rate(recipe: Recipe, peak: float, step: int, done: float) -> float:
    """Linear warm-up by steps to ``peak``, then half a cosine over the budget's share ``done`` (0..1), down
    to a hundredth.
    """
    warm = min(1.0, (step + 1) / recipe.warmup_steps)
    return peak * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


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
    start: Path | None = None,
    keep_tokens: bool = False,
    config: CodecConfig | None = None,
    recipe: Recipe | None = None,
    export: bool = True,
    report: Callable[[str], None] | None = None,
) -> Figures:
    """Train a codec on the shards of ``data`` and leave ``checkpoint.safetensors``, ``best.safetensors``,
    ``log.jsonl`` and ``bundle/`` in ``out``.

    ``start`` is a bundle whose weights to begin with. With ``keep_tokens`` its encoder and codebooks stay as
    they are: what was made for it plays through the new decoder. Ctrl-C saves and stops. Returns the last
    held-out figures (`validation`).
    """
    recipe = recipe or Recipe()
    if minutes <= 0 and steps is None:
        raise UsageError(f"minutes is {minutes}; give a positive number")
    if keep_tokens and start is None:
        raise UsageError("--keep-tokens: whose? give --from BUNDLE too")
    keep_memory()
    if threads:
        torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    out.mkdir(parents=True, exist_ok=True)
    parent = None if start is None else load_bundle(start, kind="codec")
    trainer = _trainer(parent, keep_tokens, config, recipe, pick_device(device), seed)
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
        from stemwright.training.codec.export import export_bundle, last_figures
        from stemwright.training.credits import origin

        licences, sources = origin(data)
        export_bundle(
            out / "best.safetensors",
            out / "bundle",
            figures=last_figures(out),
            licences=licences,
            sources=sources,
            device=str(trainer.device),
            parent=parent,
            say=say,
        )
    return figures


def _trainer(
    parent: Bundle | None,
    keep_tokens: bool,
    config: CodecConfig | None,
    recipe: Recipe,
    device: torch.device,
    seed: int,
) -> Trainer:
    if parent is None:
        return Trainer(config or CodecConfig(), recipe, device, seed)
    from stemwright.training.codec.restore import model_of

    model = model_of(parent)
    if config is not None and config != model.config:
        raise UsageError(f"{parent.path}: is of another configuration")
    kept = parent.tokens_sha256 if keep_tokens else None
    return Trainer(model.config, recipe, device, seed, start=model, keep_tokens=kept)


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
        self.train = Segments(data, "train", trainer.recipe.frames * HOP, trainer.seed)
        self.valid = HeldOut(data, trainer.recipe.valid_count)
        self.base = trainer.progress.seconds
        self.began = time.monotonic()

    def done(self) -> float:
        """The share of the budget that is used up."""
        if self.steps is not None:
            return self.trainer.progress.step / max(1, self.steps)
        return self.trainer.progress.seconds / (60 * self.minutes)

    def log(self, record: dict[str, Any]) -> None:
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(_rounded(record), sort_keys=True) + "\n")

    def go(self) -> Figures:
        trainer, recipe = self.trainer, self.trainer.recipe
        if trainer.progress.step == 0:
            self._validate()
        saved = checked = time.monotonic()
        recent: dict[str, float] = {}
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(self.train.batch, trainer.progress.step, recipe.batch)
            while self.done() < 1.0:
                batch = ahead.result()
                ahead = pool.submit(self.train.batch, trainer.progress.step + 1, recipe.batch)
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
                    trainer.save(self.out / "checkpoint.safetensors")
                    saved = time.monotonic()
        figures = self._validate()
        trainer.save(self.out / "checkpoint.safetensors")
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
        with averaging.using(trainer.model, trainer.average) as model:
            figures = self.valid.figures(model, trainer.loss, trainer.device)
        progress.seconds = self.base + time.monotonic() - self.began
        if figures["total"] < progress.best:
            progress.best, progress.stale = figures["total"], 0
            trainer.save(self.out / "best.safetensors")
        else:
            progress.stale += 1
        self.log(
            {"step": progress.step, "seconds": progress.seconds, "judged": progress.judged, "valid": figures}
        )
        self.say(f"held out at step {progress.step}: {line(figures)}")
        return figures


def _rounded(value: Any) -> Any:
    """Numbers of a log line to six digits."""
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


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
    parser.add_argument("--from", dest="start", type=Path, default=None)
    parser.add_argument("--keep-tokens", action="store_true")
    parser.add_argument("--network", type=json.loads, default={}, help="fields of CodecConfig, as JSON")
    parser.add_argument("--recipe", type=json.loads, default={}, help="fields of Recipe, as JSON")
    parser.add_argument("--no-export", dest="export", action="store_false")
    parser.add_argument("--no-resume", dest="resume", action="store_false")
    args = vars(parser.parse_args())
    network = args.pop("network")
    args["config"] = CodecConfig.from_json(network) if network else None
    args["recipe"] = Recipe(**args["recipe"])
    train_codec(**args)


if __name__ == "__main__":
    main()
