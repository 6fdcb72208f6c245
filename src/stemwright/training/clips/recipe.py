"""Training what texts say of sound, beside an encoder of clips: AdamW, warm-up and cosine over the budget,
moving average, resumable. The style encoder that it begins with stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from stemwright.dataset.credits import origin
from stemwright.dataset.described.traits import described
from stemwright.errors import UsageError
from stemwright.evaluation.judges.sentences import DIMENSIONS
from stemwright.flow.space import LatentSpace
from stemwright.models import Bundle, load_bundle
from stemwright.song.layers import LAYERS
from stemwright.text.encoder import TextEncoder
from stemwright.training.clips.export import export_clips, export_text
from stemwright.training.clips.material import Pairs
from stemwright.training.clips.model import ClipConfig, PairModel
from stemwright.training.clips.taught import Teacher
from stemwright.training.clips.trainer import ClipRecipe, ClipTrainer, Given
from stemwright.training.fit.run import BEST, BUNDLE, Held, Say, TrainingRun, check_budget
from stemwright.training.fit.torch_settings import device_words, pick_device, settle
from stemwright.training.fit.training_state import best_weights, under
from stemwright.training.flow.latents import hear_latents, latents_of
from stemwright.training.text.teacher import CREDIT
from stemwright.training.text.texts import telling
from stemwright.training.text.words import DESCRIBER, WORDNET, foreign_adjectives
from stemwright.training.tone.restore import codebook_vectors

SOUND = {"buckets": 1 << 14, "width": 64, "hidden": 256, "size": 512}
"""The shape of what texts get."""
TEXT = "text"
"""Where the text bundle goes, beside the clip encoder's."""
HELD = 4
"""Captions of each held-out clip."""


def train_clips(
    data: Path,
    out: Path,
    *,
    codec: Path,
    text: Path,
    sources: Path | None = None,
    layers: Sequence[str] = LAYERS,
    minutes: float = 20.0,
    steps: int | None = None,
    seed: int = 0,
    device: str = "auto",
    threads: int | None = None,
    recipe: ClipRecipe | None = None,
    report: Say | None = None,
) -> dict[str, Any]:
    """Train on the latents of a tone codec and on captions of the clips, and, where there are `sources`, on
    what a sentence model says of the words in them; leave checkpoint, `log.jsonl`, the clip encoder in
    `bundle/` and the text bundle in `text/`, which is `text` with more tensors. Ctrl-C saves and stops; the
    same command goes on. Returns the held-out figures. StemwrightError where the sentence model's packages
    are not installed.
    """
    check_budget(minutes, steps)
    say: Say = report or (lambda line: print(line, flush=True))
    settle(threads)
    speaks, base = load_bundle(codec, kind="tone"), load_bundle(text, kind="text")
    recipe = recipe or ClipRecipe()
    hear_latents(data, speaks, layers, say)
    train, valid = _pairs(data, layers, speaks, base, seed, recipe, say)
    teacher, credits = _teacher(train, base, sources, say)
    known = [train.texts.features] + ([teacher.foreign.features] if teacher else [])
    rarity = telling(known, SOUND["buckets"])
    out.mkdir(parents=True, exist_ok=True)
    config = ClipConfig(len(train.space.mean))
    weights = torch.from_numpy(rarity.astype(np.float32) / 255)
    torch.manual_seed(seed)
    model = PairModel(
        config, base.manifest.architecture["size"], SOUND, weights, DIMENSIONS if teacher else 0
    )
    about = {
        "codec_sha256": speaks.tokens_sha256, "text": base.manifest.files, "captions": train.identity,
        "config": config.to_json(), "credits": list(credits),
    }  # fmt: skip
    trainer = ClipTrainer(model, recipe, train, teacher, pick_device(device), seed, about)
    say(f"{len(train.clips)} clips, {len(train.captions)} captions; {_count(trainer)} weights")

    def measure() -> Held:
        found = trainer.measure(valid)
        return Held(found, [found], f"held-out pairs {found:.4f}")

    run: TrainingRun[Given] = TrainingRun(trainer, trainer.batch, measure, out, minutes, steps, say)
    run.go()
    run.need_gain()
    return _export(data, out, layers, trainer, config, rarity, speaks, base, credits, say)


def _pairs(
    data: Path, layers: Sequence[str], codec: Bundle, base: Bundle, seed: int, recipe: ClipRecipe, say: Say
) -> tuple[Pairs, Pairs]:
    """Clips and captions to train on, and held-out ones. UsageError where there are none."""
    style = TextEncoder.load(base)
    found = {split: described(data, layers, split) for split in ("train", "valid")}
    for split, clips in found.items():
        if not clips:
            raise UsageError(f"{data}: no {split} clips: run `stemwright train data` first")
    say(f"writing {recipe.captions} captions of each clip")
    books = codebook_vectors(codec).numpy()
    picked = found["train"][:: max(1, len(found["train"]) // 400)]
    rows = np.concatenate([np.asarray(latents_of(each.clip, books.shape[-1]), np.float32) for each in picked])
    space = LatentSpace(rows.mean(0), rows.std(0) + np.float32(1e-3), books)
    buckets = SOUND["buckets"]
    train = Pairs(found["train"], space, style, buckets, seed, recipe.captions)
    return train, Pairs(found["valid"], space, style, buckets, seed, HELD)


def _teacher(
    train: Pairs, base: Bundle, sources: Path | None, say: Say
) -> tuple[Teacher | None, tuple[str, ...]]:
    """The teacher with the words of the sets in a folder, and what is to be credited. UsageError where there
    are none.
    """
    if sources is None:
        return None, ()
    words, credits = foreign_adjectives(sources)
    if not words:
        raise UsageError(f"{sources}: has neither {WORDNET} nor {DESCRIBER}: give the folder that has them")
    say(f"the teacher reads captions and {len(words)} words")
    teacher = Teacher(train, words, TextEncoder.load(base), SOUND["buckets"])
    return teacher, (CREDIT, *credits)


def _export(
    data: Path, out: Path, layers: Sequence[str], trainer: ClipTrainer, config: ClipConfig,
    rarity: NDArray[np.uint8], codec: Bundle, base: Bundle, credits: Sequence[str], say: Say,
) -> dict[str, Any]:  # fmt: skip
    """Both bundles; the figures of the clip encoder's manifest."""
    weights = best_weights(out / BEST)
    licences, sources = origin(data, list(layers))
    figures = {"pairs_nats": round(trainer.progress.best, 4)}
    given: dict[str, Any] = {"licences": licences, "sources": (*sources, *credits), "held_out": figures}
    text = export_text(out / TEXT, base, SOUND, under("texts", weights), rarity, given)
    told = {
        **given, "preset": "small", "codec_sha256": codec.tokens_sha256, "steps": trainer.progress.step,
        "device": device_words(trainer.device),
    }  # fmt: skip
    clips = export_clips(out / BUNDLE, config, trainer.train.space, under("clips", weights), text, told)
    say(f"bundles {clips.sha256[:12]} in {clips.path}, {text.sha256[:12]} in {text.path}")
    return figures


def _count(trainer: ClipTrainer) -> str:
    return f"{sum(p.numel() for p in trainer.model.clips.parameters()) / 1e6:.2f} million"
