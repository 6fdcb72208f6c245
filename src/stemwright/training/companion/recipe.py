"""Training a companion: AdamW, warm-up and cosine over the budget, moving average of the weights, resumable.

With `steps` the run is a function of the corpus and the seed; with `minutes` the schedule follows the clock.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from stemwright.corpus.credits import corpus_origin
from stemwright.errors import UsageError
from stemwright.models.companion_tensors import PARTS
from stemwright.training.companion.event_sequence import plain_view, sequence_of
from stemwright.training.companion.export import PRESETS, bundle_tensors, config_of, export, exported_model
from stemwright.training.companion.held_out_figures import ORDER, chosen, figures, heard
from stemwright.training.companion.lanes import Lanes
from stemwright.training.companion.note_arrays import ARRANGER, Table, Whole, arranged_pieces, corpus_pieces
from stemwright.training.companion.trainer import Recipe, Trainer
from stemwright.training.fit.run import BEST, BUNDLE, Held, Say, TrainingRun, check_budget
from stemwright.training.fit.torch_settings import device_words, settle
from stemwright.training.fit.training_state import best_weights

ARRANGER_LICENCE = "Apache-2.0"


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
    check_budget(minutes, steps)
    if preset not in PRESETS:
        raise UsageError(f"preset: {preset!r} is not known: use one of {', '.join(PRESETS)}")
    say: Say = report or (lambda line: print(line, flush=True))
    recipe = recipe or Recipe()
    settle(threads)
    pieces = [*corpus_pieces(corpus, "train"), *arranged_pieces(recipe.arranged, seed)]
    valid = list(corpus_pieces(corpus, "valid"))
    if not valid:
        raise UsageError(f"{corpus}: its valid split has no songs; build it again")
    out.mkdir(parents=True, exist_ok=True)
    about = {"corpus": _identity(corpus), "preset": preset}
    trainer = Trainer(config_of(preset), recipe, Lanes(pieces, recipe.batch, seed), seed, about)
    watched = chosen(valid, recipe.valid_songs)
    songs = [song for _, song in heard(watched)]

    def measure() -> Held:
        parts = trainer.measure(songs, ORDER)
        named = "  ".join(f"{name} {x:.3f}" for name, x in zip(PARTS, parts, strict=True))
        return Held(sum(parts), parts, f"{sum(parts):.3f}  {named}")

    run: TrainingRun[None] = TrainingRun(trainer, lambda step, size: None, measure, out, minutes, steps, say)
    run.go()
    run.need_gain()
    others = [piece for piece in valid if piece not in watched] or watched  # the best were chosen by those
    return _finish(trainer, pieces, others, corpus, out, say)


def _finish(
    trainer: Trainer, pieces: list[Table], others: list[Table], corpus: Path, out: Path, say: Say
) -> dict[str, Any]:
    """Measure the best weights as the bundle holds them on songs that chose nothing, and write it."""
    best = best_weights(out / BEST)
    model = exported_model(trainer.config, bundle_tensors(trainer.config, best))
    made = figures(model, heard(chosen(others, trainer.recipe.final_songs)), _plain(pieces))
    licences, sources = corpus_origin(corpus)
    about = {
        "preset": trainer.about["preset"],
        "licences": tuple(sorted({ARRANGER_LICENCE, *licences})),
        "sources": (*sources, f"{ARRANGER}: songs by Stemwright's arranger ({ARRANGER_LICENCE})"),
        "steps": trainer.progress.step,
        "device": device_words(trainer.device),
        "held_out": made,
    }
    bundle = export(out / BUNDLE, trainer.config, best, about)
    say(f"bundle {bundle.sha256[:12]} in {bundle.path}")
    for name in ("chain", "alone", "last", "bigram"):
        say(f"{name:>8} " + "  ".join(f"{part} {x:.3f}" for part, x in made[name].items()))
    return made


def _plain(pieces: list[Table]) -> list[Whole]:
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
