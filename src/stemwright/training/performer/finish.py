"""The end of a training run: measure the best weights, beside int8 and the bigram, and write the bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from stemwright.conditioning import drop_features
from stemwright.dataset.credits import origin
from stemwright.dataset.timbres import ranges_of, timbres_of
from stemwright.training.fit.run import BEST, BUNDLE, Say
from stemwright.training.fit.torch_settings import device_words
from stemwright.training.fit.training_state import best_weights
from stemwright.training.performer.bigram import bigram_losses
from stemwright.training.performer.data import Batch, ClipSet
from stemwright.training.performer.export import dequantised_state, export, quantised_tensors
from stemwright.training.performer.trainer import Trainer


def finish(
    trainer: Trainer,
    train: ClipSet,
    valid: ClipSet,
    data: Path,
    out: Path,
    *,
    layer: str,
    preset: str,
    codec_sha256: str,
    say: Say,
) -> dict[str, Any]:
    """Write `out/bundle` from `out/best.safetensors`; returns the manifest's held-out figures."""
    licences, sources = origin(data, [layer])
    best = best_weights(out / BEST, trainer.device)
    figures = held_out(trainer, train, valid, best)
    about = {
        "name": layer,
        "preset": preset,
        "codec_sha256": codec_sha256,
        "timbres": timbres_of(data, layer),
        "steps": trainer.progress.step,
        "device": device_words(trainer.device),
        "held_out": figures,
        "licences": licences,
        "sources": sources,
    }
    bundle = export(out / BUNDLE, trainer.config, best, about, ranges_of(data, layer))
    say(f"bundle {bundle.sha256[:12]} in {bundle.path}")
    for name in ("loss", "loss_int8", "loss_without_score", "bigram"):
        row = figures[name]
        say(f"{name:>20} {sum(row) / len(row):.3f}  {' '.join(f'{x:.2f}' for x in row)}")
    return figures


def held_out(
    trainer: Trainer, train: ClipSet, valid: ClipSet, weights: dict[str, torch.Tensor]
) -> dict[str, Any]:
    """Held-out losses per codebook in nats a token: float, int8, without score, and of the bigram."""
    state = dequantised_state(trainer.config, quantised_tensors(trainer.config, weights))
    low = {k: v.to(trainer.device) for k, v in state.items()}

    def without_score(batch: Batch) -> None:
        drop_features(batch.features, valid.layer, ["score"])

    rows = {
        "loss": trainer.measure(valid, weights, exact=True),
        "loss_int8": trainer.measure(valid, low, exact=True),
        "loss_without_score": trainer.measure(valid, weights, exact=True, change=without_score),
        "bigram": bigram_losses(
            [clip.tokens() for clip in train.clips],
            [clip.tokens() for clip in valid.clips],
            trainer.config.codebook_size,
        ),
    }
    out: dict[str, Any] = {name: [round(x, 4) for x in row] for name, row in rows.items()}
    out |= {f"{name}_mean": round(sum(row) / len(row), 4) for name, row in rows.items()}
    out |= {
        "train_hours": round(train.frames / 75 / 3600, 3),
        "valid_hours": round(valid.frames / 75 / 3600, 3),
    }
    return out
