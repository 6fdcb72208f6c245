"""The end of a composer's training: its best weights measured beside int8 and the trigram, and its bundle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from stemwright.corpus.credits import corpus_origin
from stemwright.models import Manifest, write_bundle
from stemwright.models.architecture import WEIGHTS_FILE
from stemwright.symbolic.composer.conditions import VERSION
from stemwright.symbolic.events.vocabulary import SIZE, identity
from stemwright.training.composer.pieces import Pieces
from stemwright.training.composer.trigram import trigram_loss
from stemwright.training.fit.run import BEST, BUNDLE, Say
from stemwright.training.fit.torch_settings import device_words
from stemwright.training.fit.training_state import best_weights
from stemwright.training.performer.export import dequantised_state, quantised_tensors
from stemwright.training.performer.loss import IGNORE
from stemwright.training.performer.trainer import Trainer

_COUNTED = 4000
"""Training examples that the trigram counts."""


def finish(
    trainer: Trainer, train: Pieces, valid: Pieces, corpus: Path, out: Path, *, preset: str, say: Say
) -> dict[str, Any]:
    """Write `out/bundle` from `out/best.safetensors`; returns the manifest's held-out figures."""
    from safetensors.numpy import save

    best = best_weights(out / BEST, trainer.device)
    tensors = quantised_tensors(trainer.config, best)
    figures = held_out(trainer, train, valid, best, tensors)
    licences, sources = corpus_origin(corpus)
    manifest = Manifest(
        kind="composer",
        name="composer",
        preset=preset,
        architecture={**trainer.config.to_json(), "events": identity(), "kv_cache": "int8"},
        conditioning_version=VERSION,
        licences=licences,
        sources=sources,
        steps=trainer.progress.step,
        device=device_words(trainer.device),
        held_out=figures,
    )
    bundle = write_bundle(out / BUNDLE, manifest, {WEIGHTS_FILE: save(tensors)})
    say(f"bundle {bundle.sha256[:12]} in {bundle.path}")
    say("  ".join(f"{name} {value}" for name, value in figures.items()))
    return figures


def held_out(
    trainer: Trainer,
    train: Pieces,
    valid: Pieces,
    weights: dict[str, torch.Tensor],
    tensors: dict[str, NDArray[Any]],
) -> dict[str, Any]:
    """Mean loss of a free token of the held-out requests, in nats: float, int8, and of the trigram."""
    low = {k: v.to(trainer.device) for k, v in dequantised_state(trainer.config, tensors).items()}
    recipe = trainer.recipe
    picks = valid.held_out(recipe.valid_crops, recipe.length)
    batch = valid.crops(picks, recipe.length)
    counted = [
        (row[row < SIZE], np.append(False, target[row < SIZE] != IGNORE)[: int((row < SIZE).sum())])
        for row, target in zip(batch.inputs[..., 0], batch.targets[..., 0], strict=True)
    ]
    loss, loss_int8 = (trainer.measure(valid, w, exact=True)[0] for w in (weights, low))
    trigram = trigram_loss(_sequences(train, recipe.length), counted, SIZE)
    return {
        "loss": round(loss, 4),
        "loss_int8": round(loss_int8, 4),
        "trigram": round(trigram, 4),
        "under_trigram": round(1 - loss_int8 / trigram, 4),
        "train_songs": len(train.pieces),
        "valid_songs": len(valid.pieces),
    }


def _sequences(train: Pieces, length: int) -> Iterator[NDArray[np.int64]]:
    """Training examples as the composer hears them, from seeds that its training did not use."""
    for step in range(_COUNTED // 8):
        for row in train.batch(2**31, step, 8, length, 0.0).inputs[..., 0]:
            yield row[row < SIZE]
