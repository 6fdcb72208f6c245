"""How well a bundle predicts clips it never heard, as it is run: teacher-forced, through the native engine.

Crops, targets and what counts are those of the training's own measurements, so the figures stand beside the
manifest's. On the same crops, the engine with a float32 cache must agree with the model in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from stemwright.conditioning import CONDITIONING_VERSION, knows
from stemwright.errors import UsageError
from stemwright.models import Bundle, load_bundle, registry
from stemwright.native.engine import Engine, Retention
from stemwright.song.layers import LAYERS
from stemwright.training.performer import data as datasets
from stemwright.training.performer.data import Batch, ClipSet
from stemwright.training.performer.export import load_performer
from stemwright.training.performer.loss import IGNORE
from stemwright.training.performer.trainer import Recipe

CACHES = ("float32", "int8")
CROPS, LENGTH, BATCH = Recipe().valid_crops, Recipe().length, Recipe().batch
PIECE = 128
"""Steps whose logits are held at once: 128 x 4 rows x 8 x 1024 floats are 17 MB."""

Predict = Callable[[Batch], Iterator[tuple[slice, Tensor]]]
"""From a batch to the logits [B, s, K, V] of its steps, some of them (the slice) at a time."""


@dataclass(frozen=True, slots=True)
class Losses:
    """`sums`: cross-entropy in nats of each crop's tokens, float64 [crops, K]; `counts`: their number."""

    sums: Tensor
    counts: Tensor

    @classmethod
    def together(cls, parts: Sequence[Losses]) -> Losses:
        """The crops of all parts."""
        return cls(torch.cat([p.sums for p in parts]), torch.cat([p.counts for p in parts]))

    def all_books(self) -> Losses:
        """The same of all codebooks together: K is 1."""
        return Losses(self.sums.sum(1, keepdim=True), self.counts.sum(1, keepdim=True))

    def per_token(self) -> Tensor:
        """Nats a token, [K]."""
        return self.sums.sum(0) / self.counts.sum(0).clamp(min=1)

    def error(self) -> Tensor:
        """Standard error of `per_token`, [K], crops being independent of one another."""
        return _ratio_error(self.sums, self.counts)

    def change(self, before: Losses) -> tuple[Tensor, Tensor]:
        """Per cent that `per_token` lies above that of `before`, on the same crops, and its standard error:
        [K] each. Most of what the crops differ in falls out."""
        base = before.per_token()
        gain = self.per_token() - base
        return 100 * gain / base, 100 * _ratio_error(self.sums - before.sums, self.counts) / base


def _ratio_error(sums: Tensor, counts: Tensor) -> Tensor:
    """Standard error of sums.sum(0) / counts.sum(0), by linearisation."""
    total = counts.sum(0).clamp(min=1)
    rest = sums - counts * (sums.sum(0) / total)
    return torch.sqrt((rest**2).sum(0) * len(sums) / max(1, len(sums) - 1)) / total


def through_engine(engine: Engine, keep: Retention | None = None) -> Predict:
    """What the native engine predicts, from an empty cache."""

    def predict(batch: Batch) -> Iterator[tuple[slice, Tensor]]:
        rows, steps, _ = batch.inputs.shape
        state = engine.state(rows, keep)
        for first in range(0, steps, PIECE):
            part = slice(first, first + PIECE)
            logits = state.prefill(batch.inputs[:, part], batch.features[:, part], logits=True)
            assert logits is not None
            yield part, torch.from_numpy(logits)

    return predict


def through_torch(bundle: Bundle, length: int) -> Predict:
    """What the model predicts in PyTorch, in float32, with the bundle's int8 weights made float again."""
    model = load_performer(bundle, length)

    def predict(batch: Batch) -> Iterator[tuple[slice, Tensor]]:
        with torch.no_grad():
            yield slice(None), model(torch.from_numpy(batch.inputs), torch.from_numpy(batch.features))

    return predict


def measure(predict: Predict, batches: Iterable[Batch]) -> Losses:
    """The losses of every row of every batch; targets of -100 do not count."""
    sums, counts = [], []
    for batch in batches:
        targets = torch.from_numpy(batch.targets)
        total = torch.zeros(len(targets), targets.shape[2], dtype=torch.float64)
        for part, logits in predict(batch):
            wanted = targets[:, part]
            losses = F.cross_entropy(
                logits.flatten(0, 2), wanted.flatten(), ignore_index=IGNORE, reduction="none"
            )
            total += losses.view(wanted.shape).double().sum(1)
        sums.append(total)
        counts.append((targets != IGNORE).sum(1))
    return Losses(torch.cat(sums), torch.cat(counts))


def batches(clips: ClipSet, crops: int, length: int) -> Iterator[Batch]:
    """At most `crops` crops of `length` steps, spread over all clips."""
    picks = clips.held_out(crops, length)
    for start in range(0, len(picks), BATCH):
        yield clips.crops(picks[start : start + BATCH], length)


def evaluate(
    name: str,
    data: Path,
    *,
    crops: int = CROPS,
    length: int = LENGTH,
    threads: int | None = None,
    say: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Held-out losses of a performer (a bundle's name or folder) on the validation split of tokenized data.

    `losses` holds nats a token per codebook: `manifest_float`, `manifest_int8` (what the training found, on
    its own clips), `torch` and `engine_float32`, `engine_int8` (by the cache's type). `changes` holds per
    cent.
    UsageError where bundle and data do not belong together.
    """
    if crops < 1 or length < 1:
        raise UsageError(f"crops is {crops}, length is {length}: give positive numbers")
    bundle = _performer(name)
    clips = load_clips(bundle, data, say)
    if threads:
        torch.set_num_threads(threads)
    predicts = {"torch": through_torch(bundle, length)}
    predicts |= {f"engine_{kind}": through_engine(engine_of(bundle, kind, threads)) for kind in CACHES}
    found: dict[str, Losses] = {}
    for label, predict in predicts.items():
        found[label] = measure(predict, batches(clips, crops, length))
        say(f"{label}: {float(found[label].per_token().mean()):.4f}")
    return {
        "bundle": bundle.sha256,
        "name": bundle.manifest.name,
        "crops": len(found["torch"].sums),
        "length": length,
        "tokens": found["torch"].counts.sum(0).tolist(),
        "losses": _of_manifest(bundle) | {k: _rounded(v.per_token()) for k, v in found.items()},
        "errors": _rounded(found["torch"].error()),
        "changes": _changes(bundle, found),
    }


def engine_of(bundle: Bundle, cache: str, threads: int | None = None) -> Engine:
    """The bundle's engine with a key-value cache of this type, whatever the bundle says."""
    return Engine({**bundle.manifest.architecture, "kv_cache": cache}, bundle.tensors(), threads=threads)


def load_clips(bundle: Bundle, data: Path, say: Callable[[str], None] = print) -> ClipSet:
    """The validation split of the bundle's layer, with tokens of the codec it was trained on."""
    config, manifest = bundle.manifest.architecture, bundle.manifest
    return datasets.load(
        data,
        manifest.name,
        "valid",
        codec_sha256=str(manifest.codec_sha256),
        codebooks=config["codebooks"],
        codebook_size=config["codebook_size"],
        lookahead=config["lookahead"],
        features=config["features"],
        say=say,
    )


def _performer(name: str) -> Bundle:
    bundle = load_bundle(registry.find(name), kind="performer")
    manifest = bundle.manifest
    if manifest.name not in LAYERS:
        raise UsageError(f"{bundle.path}: plays {manifest.name!r}, not one of {', '.join(LAYERS)}")
    features, version = manifest.architecture["features"], manifest.conditioning_version
    if not knows(manifest.name, version, features):
        raise UsageError(
            f"{bundle.path}: made for {features} features of conditioning version {version}, this is "
            f"{CONDITIONING_VERSION}: update stemwright or train the performer again"
        )
    return bundle


def _of_manifest(bundle: Bundle) -> dict[str, list[float]]:
    held_out = bundle.manifest.held_out
    names = {"manifest_float": "loss", "manifest_int8": "loss_int8"}
    return {ours: held_out[its] for ours, its in names.items() if its in held_out}


def _changes(bundle: Bundle, found: dict[str, Losses]) -> dict[str, Any]:
    """What int8 costs: of the weights, as the manifest says, and of the cache, measured here."""
    changes: dict[str, Any] = {}
    known = _of_manifest(bundle)
    if len(known) == 2:
        pairs = zip(known["manifest_float"], known["manifest_int8"], strict=True)
        changes["int8_weights"] = [round(100 * (b / a - 1), 4) for a, b in pairs]
    for label, after, before in (
        ("engine_against_torch", "engine_float32", "torch"),
        ("int8_cache", "engine_int8", "engine_float32"),
    ):
        gain, error = found[after].change(found[before])
        changes[label], changes[f"{label}_error"] = _rounded(gain), _rounded(error)
    return changes


def _rounded(values: Tensor) -> list[float]:
    return [round(float(x), 5) for x in values]
