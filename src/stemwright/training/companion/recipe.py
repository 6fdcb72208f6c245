"""Training a companion: AdamW, warm-up and cosine over the budget, moving average of the weights, resumable.

With `steps` the run is a function of the corpus and the seed; with `minutes` the schedule follows the clock.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from stemwright.errors import UsageError
from stemwright.models.companion import PARTS
from stemwright.training.codec.loop import keep_memory
from stemwright.training.companion.export import PRESETS, bundle_tensors, config_of, export, exported_model
from stemwright.training.companion.lanes import Lanes
from stemwright.training.companion.material import ARRANGER, Piece, Whole, arranged_pieces, corpus_pieces
from stemwright.training.companion.measure import ORDER, chosen, figures, heard
from stemwright.training.companion.sequence import Sequence, plain_view, sequence_of
from stemwright.training.companion.trainer import Recipe, Trainer, best_weights
from stemwright.training.credits import corpus_origin

CHECKPOINT, BEST, LOG, BUNDLE = "checkpoint.safetensors", "best.safetensors", "log.jsonl", "bundle"
CHECKS = 10
"""Measurements on held-out songs in a run."""
ARRANGER_LICENCE = "Apache-2.0"
Say = Callable[[str], None]


def train_companion(
    corpus: Path,
    out: Path,
    *,
    minutes: float = 60.0,
    steps: int | None = None,
    preset: str = "small",
    seed: int = 0,
    threads: int | None = None,
    recipe: Recipe | None = None,
    report: Say | None = None,
) -> dict[str, Any]:
    """Train on a corpus and on songs of the arranger; leave checkpoint, `log.jsonl` and `bundle/` in `out`.

    Ctrl-C saves and stops; the same command goes on. Returns the held-out figures of the manifest.
    """
    if (steps is not None and steps < 1) or not 0 < minutes < math.inf:
        raise UsageError(f"minutes is {minutes}, steps is {steps}: give positive numbers")
    if preset not in PRESETS:
        raise UsageError(f"preset: {preset!r} is not known: use one of {', '.join(PRESETS)}")
    say: Say = report or (lambda line: print(line, flush=True))
    recipe = recipe or Recipe()
    keep_memory()
    if threads:
        torch.set_num_threads(threads)
    pieces = [*corpus_pieces(corpus, "train"), *arranged_pieces(recipe.arranged, seed)]
    valid = list(corpus_pieces(corpus, "valid"))
    if not valid:
        raise UsageError(f"{corpus}: its valid split has no songs; build it again")
    out.mkdir(parents=True, exist_ok=True)
    about = {"corpus": _identity(corpus), "preset": preset}
    trainer = Trainer(config_of(preset), recipe, Lanes(pieces, recipe.batch, seed), seed, about)
    if (out / CHECKPOINT).exists():
        trainer.load(out / CHECKPOINT)
        say(f"going on from step {trainer.progress.step}")
    watched = chosen(valid, recipe.valid_songs)
    run = _Run(trainer, [song for _, song in heard(watched)], out, minutes, steps, say)
    try:
        run.go()
    except KeyboardInterrupt:
        trainer.save(out / CHECKPOINT)
        say(f"stopped at step {trainer.progress.step}; saved: the same command goes on from there")
        raise
    others = [piece for piece in valid if piece not in watched] or watched  # the best were chosen by those
    return _finish(trainer, pieces, others, corpus, out, say)


class _Run:
    """The loop: steps, log, held-out figures, checkpoints."""

    def __init__(
        self,
        trainer: Trainer,
        watched: list[Sequence],
        out: Path,
        minutes: float,
        steps: int | None,
        say: Say,
    ) -> None:
        self.trainer, self.watched, self.out = trainer, watched, out
        self.minutes, self.steps, self.say = minutes, steps, say
        self.base, self.began = trainer.progress.seconds, time.monotonic()

    def done(self) -> float:
        """The share of the budget that is used up, 0..1 and above."""
        progress = self.trainer.progress
        return progress.step / self.steps if self.steps else progress.seconds / (60 * self.minutes)

    def go(self) -> None:
        """Train until the budget is used up or nothing is gained any more."""
        recipe, progress = self.trainer.recipe, self.trainer.progress
        due = math.floor(self.done() * CHECKS) + 1
        while self.done() < 1:
            rate = recipe.learning_rate * schedule(recipe, progress.step, self.done())
            parts = self.trainer.step(rate)
            progress.seconds = self.base + time.monotonic() - self.began
            if progress.step % 50 == 0:
                self._log({"loss": _rounded(parts), "rate": rate})
            if self.done() * CHECKS >= due:
                due += 1
                self._check()
                if progress.stale >= recipe.patience:
                    self.say("no gain on the held-out songs for a while: stopping early")
                    return

    def _check(self) -> None:
        trainer, progress = self.trainer, self.trainer.progress
        parts = trainer.measure(self.watched, ORDER)
        if sum(parts) < progress.best:
            progress.best, progress.stale = sum(parts), 0
            trainer.save(self.out / BEST)
        else:
            progress.stale += 1
        trainer.save(self.out / CHECKPOINT)
        self._log({"valid": _rounded(parts)})
        told = "  ".join(f"{name} {x:.3f}" for name, x in zip(PARTS, parts, strict=True))
        self.say(f"held out at step {progress.step}, {progress.seconds:.0f} s: {sum(parts):.3f}  {told}")

    def _log(self, record: dict[str, Any]) -> None:
        progress = self.trainer.progress
        line = {"step": progress.step, "seconds": round(progress.seconds, 1), **record}
        with (self.out / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, sort_keys=True) + "\n")


def schedule(recipe: Recipe, step: int, done: float) -> float:
    """Share of the highest learning rate: linear warm-up by steps, then half a cosine to a fiftieth."""
    warm = min(1.0, (step + 1) / recipe.warmup_steps)
    return warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def _finish(
    trainer: Trainer, pieces: list[Piece], others: list[Piece], corpus: Path, out: Path, say: Say
) -> dict[str, Any]:
    """Measure the best weights as the bundle holds them on songs that chose nothing, and write it."""
    if not (out / BEST).exists():
        trainer.save(out / BEST)
    best = best_weights(out / BEST)
    model = exported_model(trainer.config, bundle_tensors(trainer.config, best))
    made = figures(model, heard(chosen(others, trainer.recipe.final_songs)), _plain(pieces))
    licences, sources = corpus_origin(corpus)
    about = {
        "preset": trainer.about["preset"],
        "licences": tuple(sorted({ARRANGER_LICENCE, *licences})),
        "sources": (*sources, f"{ARRANGER}: songs by Stemwright's arranger ({ARRANGER_LICENCE})"),
        "steps": trainer.progress.step,
        "device": f"cpu, {torch.get_num_threads()} threads, torch {torch.__version__}",
        "held_out": made,
    }
    bundle = export(out / BUNDLE, trainer.config, best, about)
    say(f"bundle {bundle.sha256[:12]} in {bundle.path}")
    for name in ("chain", "alone", "last", "bigram"):
        say(f"{name:>8} " + "  ".join(f"{part} {x:.3f}" for part, x in made[name].items()))
    return made


def _plain(pieces: list[Piece]) -> list[Whole]:
    """The events of all pieces as they are."""
    out = []
    for number, piece in enumerate(pieces):
        rng = np.random.default_rng([0, number])
        out.append(sequence_of(piece, plain_view(piece, rng), rng).events)
    return out


def _identity(corpus: Path) -> str:
    """SHA-256 of the corpus' splits, one after the other."""
    digest = hashlib.sha256()
    for split in ("train", "valid"):
        digest.update((corpus / f"{split}.jsonl").read_bytes())
    return digest.hexdigest()


def _rounded(parts: list[float]) -> list[float]:
    return [round(x, 4) for x in parts]
