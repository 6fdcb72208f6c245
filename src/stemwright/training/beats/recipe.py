"""Training the beat tracker: AdamW, warm-up and cosine over the budget, moving average, resumable.

With `steps` the run is a function of the mixes and the seed; with `minutes` the schedule follows the clock.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from stemwright.dataset.mixes.build import mixes_origin
from stemwright.dataset.mixes.shards import read_mixes
from stemwright.errors import UsageError
from stemwright.models import load_bundle
from stemwright.training.beats.examples import hear
from stemwright.training.beats.export import PRESETS, bundle_tensors, config_of, export
from stemwright.training.beats.held_out_figures import figures
from stemwright.training.beats.trainer import Recipe, Trainer
from stemwright.training.fit.run import BEST, BUNDLE, Held, Say, TrainingRun, check_budget
from stemwright.training.fit.torch_settings import device_words, settle
from stemwright.training.fit.training_state import best_weights


def train_beats(
    data: Path,
    out: Path,
    *,
    minutes: float = 30.0,
    steps: int | None = None,
    preset: str = "small",
    seed: int = 0,
    threads: int | None = None,
    start: Path | None = None,
    recipe: Recipe | None = None,
    report: Say | None = None,
) -> dict[str, Any]:
    """Train on mixes; leave checkpoint, `log.jsonl` and `bundle/` in `out`. The best weights are chosen by
    the mixes of "valid"; those of "unseen", other songs with other timbres, give the figures, which are
    returned. `start`: a bundle whose weights to begin with. Ctrl-C saves and stops; the same command goes on.
    """
    check_budget(minutes, steps)
    if preset not in PRESETS:
        raise UsageError(f"preset: {preset!r} is not known: use one of {', '.join(PRESETS)}")
    say: Say = report or (lambda line: print(line, flush=True))
    recipe = recipe or Recipe()
    settle(threads)
    train, valid, unseen = (read_mixes(data, split) for split in ("train", "valid", "unseen"))
    out.mkdir(parents=True, exist_ok=True)
    about = {"mixes": _identity(data), "preset": preset}
    parent = None if start is None else _parent(start, config_of(preset))
    trainer = Trainer(config_of(preset), recipe, hear(train, say), seed, about, parent)
    chosen = np.unique(np.linspace(0, len(valid) - 1, recipe.valid_mixes).round().astype(int)).tolist()
    watched = hear([valid[at] for at in chosen], say)

    def measure() -> Held:
        beat, downbeat = trainer.measure(watched)
        total = beat + recipe.downbeat * downbeat
        return Held(total, [beat, downbeat], f"{total:.4f}  beat {beat:.4f}  downbeat {downbeat:.4f}")

    run = TrainingRun(trainer, trainer.batch, measure, out, minutes, steps, say)
    run.go()
    run.need_gain()
    weights = best_weights(out / BEST)
    held_out = figures(trainer.config, bundle_tensors(trainer.config, weights), unseen, recipe.final_mixes)
    licences, sources = mixes_origin(data)
    told: dict[str, Any] = {
        "preset": preset,
        "licences": licences,
        "sources": sources,
        "steps": trainer.progress.step,
        "device": device_words(trainer.device),
        "held_out": {"nats": round(trainer.progress.best, 5), **held_out},
    }
    bundle = export(out / BUNDLE, trainer.config, weights, told)
    say(f"bundle {bundle.sha256[:12]} in {bundle.path}")
    for name, row in held_out.items():
        say(f"{name}: " + "  ".join(f"{key} {value}" for key, value in row.items()))
    return dict(told["held_out"])


def _parent(start: Path, config: dict[str, Any]) -> dict[str, Any]:
    """The tensors of a bundle to begin with. UsageError where it is of another architecture."""
    bundle = load_bundle(start, kind="beats")
    if bundle.manifest.architecture != config:
        raise UsageError(f"{start}: is of another preset or version; begin with one of the same, or without")
    tensors = bundle.tensors()
    return {name: tensors[name] for name in tensors}


def _identity(data: Path) -> str:
    """SHA-256 of the lines of all shards, one after the other."""
    digest = hashlib.sha256()
    for path in sorted(data.glob("*.jsonl")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
