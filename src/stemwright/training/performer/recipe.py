"""Training a performer: Muon for the blocks' matrices and AdamW for the rest, warm-up and cosine over the
budget, moving average of the weights, resumable.

With `steps` the run is a function of the seed; with `minutes` the schedule follows the clock. Batches
depend on (seed, step) alone, so that a resumed run sees the data it would have seen.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from stemwright.dataset.timbres import timbres_of
from stemwright.errors import UsageError, argument
from stemwright.models import Bundle, load_bundle
from stemwright.training.fit.run import Held, Say, TrainingRun, check_budget
from stemwright.training.fit.torch_settings import pick_device, settle
from stemwright.training.performer import data as datasets
from stemwright.training.performer.config import PerformerConfig
from stemwright.training.performer.config import preset as preset_of
from stemwright.training.performer.data import Batch, ClipSet, Crops
from stemwright.training.performer.trainer import Recipe, Trainer
from stemwright.training.performer.warm import warm_weights


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
    check_budget(minutes, steps)
    if new_codec and start is None:
        raise UsageError(f"{argument('new_codec')}: whose performer? give {argument('from')} BUNDLE too")
    say: Say = report or (lambda line: print(line, flush=True))
    settle(threads)
    speaks = None if codec is None else _codec(codec)
    config = config or _shape(preset_of(preset, layer), speaks)
    codec_sha = _codec_sha(data, layer, speaks)
    sets = [_load(data, layer, split, codec_sha, config, say) for split in ("train", "valid")]
    out.mkdir(parents=True, exist_ok=True)
    recipe = recipe or Recipe()
    about, weights = {"layer": layer, "codec_sha256": codec_sha}, None
    if start is not None:
        parent = load_bundle(start, kind="performer")
        weights = warm_weights(parent, layer, config, codec_sha, timbres_of(data, layer), new_codec=new_codec)
        about["start"] = parent.sha256
    trainer = Trainer(config, recipe, pick_device(device), seed, about, say, weights)
    run = run_of(trainer, sets[0], sets[1], out, minutes, steps, say)
    if not run.resumes(resume):
        if new_codec:
            _renew(trainer, sets[1], say)
        if speaks is not None and speaks.manifest.kind == "tone" and (start is None or new_codec):
            from stemwright.training.tone.restore import codebook_vectors

            trainer.begin_tables(codebook_vectors(speaks))
    run.go(resume)
    if not export:
        return {"loss": trainer.measure(sets[1])}
    run.need_gain()
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


def run_of(
    trainer: Trainer, train: Crops, valid: Crops, out: Path, minutes: float, steps: int | None, say: Say
) -> TrainingRun[Batch]:
    """The loop of a performer, or of a composer: held-out losses by codebook, weighed as in training."""
    recipe = trainer.recipe

    def batches(step: int, size: int) -> Batch:
        return train.batch(trainer.seed, step, size, recipe.length, recipe.noise)

    def measure() -> Held:
        losses = trainer.measure(valid)
        weighed = sum(w * x for w, x in zip(trainer.weights.tolist(), losses, strict=True)) / len(losses)
        books = " ".join(f"{x:.2f}" for x in losses)
        return Held(weighed, losses, f"{sum(losses) / len(losses):.3f}  by codebook {books}")

    return TrainingRun(trainer, batches, measure, out, minutes, steps, say)


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
