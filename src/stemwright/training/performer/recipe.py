"""Training a performer: Muon for the blocks' matrices and AdamW for the rest, warm-up and cosine over the
budget, moving average of the weights, resumable.

With `steps` the run is a function of the seed; with `minutes` the schedule follows the clock. Batches
depend on (seed, step) alone, so that a resumed run sees the data it would have seen.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from stemwright.errors import UsageError
from stemwright.models import Bundle, load_bundle
from stemwright.training.codec.loop import keep_memory, pick_device
from stemwright.training.performer import data as datasets
from stemwright.training.performer.config import PerformerConfig
from stemwright.training.performer.config import preset as preset_of
from stemwright.training.performer.data import ClipSet, Crops
from stemwright.training.performer.trainer import Recipe, Trainer
from stemwright.training.performer.warm import warm_weights

CHECKPOINT, BEST, LOG, BUNDLE = "checkpoint.safetensors", "best.safetensors", "log.jsonl", "bundle"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to train: `steps` where given, otherwise `minutes` of training."""

    minutes: float
    steps: int | None

    def done(self, trainer: Trainer) -> float:
        """The share that is used up, 0..1 and above."""
        progress = trainer.progress
        return progress.step / self.steps if self.steps else progress.seconds / (60 * self.minutes)


def train_performer(
    data: Path,
    out: Path,
    *,
    layer: str,
    preset: str = "tiny",
    minutes: float = 60.0,
    steps: int | None = None,
    codec: Path | None = None,
    start: Path | None = None,
    new_codec: bool = False,
    seed: int = 0,
    device: str = "auto",
    resume: bool = True,
    threads: int | None = None,
    recipe: Recipe | None = None,
    config: PerformerConfig | None = None,
    export: bool = True,
    report: Say | None = None,
) -> dict[str, Any]:
    """Train the performer of a layer on tokenized shards and leave checkpoint, `log.jsonl` and `bundle/` in
    `out`.

    `codec`: the codec's bundle, checked against the tokens; without it the tokens' own note of their codec
    is taken. `start`: the folder of a finished performer whose weights to begin with; `new_codec`: its codec
    may be another. Ctrl-C saves and stops; the same command goes on. Returns the held-out figures of the
    manifest.
    """
    if (steps is not None and steps < 1) or not 0 < minutes < math.inf:
        raise UsageError(f"minutes is {minutes}, steps is {steps}: give positive numbers")
    if new_codec and start is None:
        raise UsageError("--new-codec: whose performer? give --from BUNDLE too")
    say: Say = report or (lambda line: print(line, flush=True))
    keep_memory()
    if threads:
        torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    speaks = None if codec is None else _codec(codec)
    config = config or _shape(preset_of(preset, layer), speaks)
    codec_sha = _codec_sha(data, layer, speaks)
    sets = [_load(data, layer, split, codec_sha, config, say) for split in ("train", "valid")]
    out.mkdir(parents=True, exist_ok=True)
    recipe = recipe or Recipe()
    about, weights = {"layer": layer, "codec_sha256": codec_sha}, None
    if start is not None:
        parent = load_bundle(start, kind="performer")
        weights = warm_weights(parent, layer, config, codec_sha, new_codec=new_codec)
        about["start"] = parent.sha256
    trainer = Trainer(config, recipe, pick_device(device), seed, about, say, weights)
    if resume and (out / CHECKPOINT).exists():
        trainer.load(out / CHECKPOINT)
        say(f"going on from step {trainer.progress.step}")
    else:
        if new_codec:
            _renew(trainer, sets[1], say)
        if speaks is not None and speaks.manifest.kind == "tone" and (start is None or new_codec):
            from stemwright.training.tone.restore import codebook_vectors

            trainer.begin_tables(codebook_vectors(speaks))
    run = Run(trainer, sets[0], sets[1], out, Budget(minutes, steps), say)
    try:
        run.go()
    except KeyboardInterrupt:
        trainer.save(out / CHECKPOINT)
        say(f"stopped at step {trainer.progress.step}; saved: the same command goes on from there")
        raise
    if not export:
        return {"loss": trainer.measure(sets[1])}
    from stemwright.training.performer.finish import finish

    return finish(
        trainer, sets[0], sets[1], data, out, layer=layer, preset=preset, codec_sha256=codec_sha, say=say
    )


def _renew(trainer: Trainer, valid: ClipSet, say: Say) -> None:
    """Forget the tables that say less than nothing of another codec's tokens: worse than every code alike.

    Of a codec that was itself trained on from the older one, the first codebooks are still much the same.
    """
    losses = trainer.measure(valid)
    lost = [k for k, loss in enumerate(losses) if loss > math.log(trainer.config.codebook_size)]
    trainer.renew(lost)
    books = " ".join(f"{x:.2f}" for x in losses)
    say(f"held out before training, by codebook {books}: new tables for {len(lost)} of them")


class Run:
    """The loop: steps, log, held-out losses, checkpoints."""

    def __init__(
        self, trainer: Trainer, train: Crops, valid: Crops, out: Path, budget: Budget, say: Say
    ) -> None:
        self.trainer, self.train, self.valid = trainer, train, valid
        self.out, self.budget, self.say = out, budget, say
        self.base, self.began = trainer.progress.seconds, time.monotonic()
        self.recent: float | None = None

    def go(self) -> None:
        """Train until the budget is used up or nothing is gained any more."""
        recipe, progress = self.trainer.recipe, self.trainer.progress
        checked = reported = time.monotonic()
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(self._batch, progress.step)
            while self.budget.done(self.trainer) < 1:
                batch = ahead.result()
                ahead = pool.submit(self._batch, progress.step + 1)
                rate = self.trainer.peak * schedule(recipe, progress.step, self.budget.done(self.trainer))
                loss = self.trainer.step(batch, rate)
                now = time.monotonic()
                progress.seconds = self.base + now - self.began
                self.recent = loss if self.recent is None else 0.95 * self.recent + 0.05 * loss
                if now - reported > 15 or progress.step % 100 == 0:
                    self._report(rate)
                    reported = now
                if self._due(now - checked):
                    self._check()
                    checked = time.monotonic()
                    if progress.stale >= recipe.patience and self.budget.done(self.trainer) > 0.5:
                        self.say("no gain on the held-out clips for a while: stopping early")
                        return
        self._check()

    def _batch(self, step: int) -> datasets.Batch:
        recipe = self.trainer.recipe
        return self.train.batch(self.trainer.seed, step, recipe.batch, recipe.length, recipe.noise)

    def _due(self, since: float) -> bool:
        if self.budget.steps:
            return self.trainer.progress.step % max(1, self.budget.steps // 8) == 0
        return since > 60 * min(self.trainer.recipe.valid_minutes, self.budget.minutes / 8)

    def _report(self, rate: float) -> None:
        progress, recipe = self.trainer.progress, self.trainer.recipe
        speed = progress.step * recipe.batch * recipe.length / max(progress.seconds, 1e-9)
        loss = self.recent or 0.0
        self._log(
            {
                "step": progress.step,
                "seconds": round(progress.seconds, 1),
                "loss": round(loss, 4),
                "rate": rate,
            }
        )
        self.say(f"step {progress.step} {progress.seconds:6.0f} s {speed:6.0f} frames/s  loss {loss:.3f}")

    def _check(self) -> None:
        trainer, progress = self.trainer, self.trainer.progress
        losses = trainer.measure(self.valid)
        mean = sum(losses) / len(losses)
        weighed = float((trainer.weights.cpu() * torch.tensor(losses)).mean())
        progress.seconds = self.base + time.monotonic() - self.began
        if weighed < progress.best:
            progress.best, progress.stale = weighed, 0
            trainer.save(self.out / BEST)
        else:
            progress.stale += 1
        trainer.save(self.out / CHECKPOINT)
        self._log(
            {
                "step": progress.step,
                "seconds": round(progress.seconds, 1),
                "valid": [round(x, 4) for x in losses],
            }
        )
        books = " ".join(f"{x:.2f}" for x in losses)
        self.say(f"held out at step {progress.step}: {mean:.3f}  by codebook {books}")

    def _log(self, record: dict[str, Any]) -> None:
        with (self.out / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, sort_keys=True) + "\n")


def schedule(recipe: Recipe, step: int, done: float) -> float:
    """Share of the highest learning rate: linear warm-up by steps, then half a cosine over the share `done`,
    to a fiftieth."""
    warm = min(1.0, (step + 1) / recipe.warmup_steps)
    return warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def _load(data: Path, layer: str, split: str, codec_sha: str, config: PerformerConfig, say: Say) -> ClipSet:
    books, size = config.codebooks, config.codebook_size
    return datasets.load(
        data,
        layer,
        split,
        codec_sha256=codec_sha,
        codebooks=books,
        codebook_size=size,
        lookahead=config.lookahead,
        features=config.features,
        say=say,
    )


def _codec(path: Path) -> Bundle:
    """A bundle whose tokens can be learnt. UsageError for any other."""
    bundle = load_bundle(path)
    if bundle.manifest.kind not in ("codec", "tone"):
        raise UsageError(f"{path}: is a {bundle.manifest.kind}; give a codec's bundle")
    return bundle


def _shape(config: PerformerConfig, codec: Bundle | None) -> PerformerConfig:
    """The shape with as many codebooks, and as many codes in each, as the codec has."""
    if codec is None:
        return config
    facts = codec.manifest.architecture
    return replace(config, codebooks=facts["codebooks"], codebook_size=facts["codebook_size"])


def _codec_sha(data: Path, layer: str, codec: Bundle | None) -> str:
    """The identity of the tokens, from their codec or from the tokens' own note."""
    if codec is not None:
        return codec.tokens_sha256
    notes = sorted((Path(data) / layer).glob("*.codec"))
    if not notes:
        raise UsageError(f"{data}: no tokens of layer {layer!r}: run `stemwright train tokenize` first")
    return notes[0].read_text(encoding="utf-8").strip()


def main() -> None:
    """`python -m stemwright.training.performer.recipe DATA OUT --layer drums --minutes 20`"""
    import argparse

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--layer", required=True)
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--codec", type=Path, default=None)
    parser.add_argument("--from", dest="start", type=Path, default=None)
    parser.add_argument("--new-codec", action="store_true")
    parser.add_argument("--recipe", type=json.loads, default={}, help="fields of Recipe as JSON")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=None)
    options = vars(parser.parse_args())
    options["recipe"] = Recipe(**options["recipe"])
    train_performer(options.pop("data"), options.pop("out"), **options)


if __name__ == "__main__":
    main()
