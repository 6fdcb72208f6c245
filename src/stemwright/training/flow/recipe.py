"""Training the flow model: warm-up and cosine over a time or step budget, moving average, resumable."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stemwright.dataset.credits import origin
from stemwright.dataset.timbres import ranges_of, timbres_of
from stemwright.errors import UsageError
from stemwright.models import Bundle, load_bundle
from stemwright.song.layers import LAYERS
from stemwright.training.clips.styles import write_styles
from stemwright.training.fit.run import BEST, BUNDLE, Held, Say, TrainingRun, check_budget
from stemwright.training.fit.torch_settings import device_words, pick_device, settle
from stemwright.training.fit.training_state import best_weights
from stemwright.training.flow.config import flow_config
from stemwright.training.flow.crops import FlowBatch, space_of, stretches
from stemwright.training.flow.export import export, model_of
from stemwright.training.flow.latents import hear_latents
from stemwright.training.flow.trainer import TIMES, FlowRecipe, FlowTrainer
from stemwright.training.tone.restore import codebook_vectors


def train_flow(
    data: Path,
    out: Path,
    *,
    codec: Path,
    size: str = "s",
    layers: Sequence[str] = LAYERS,
    minutes: float = 60.0,
    steps: int | None = None,
    start: Path | None = None,
    text: Path | None = None,
    seed: int = 0,
    device: str = "auto",
    resume: bool = True,
    threads: int | None = None,
    recipe: FlowRecipe | None = None,
    report: Say | None = None,
) -> dict[str, Any]:
    """Train on the latents of a tone codec and leave checkpoint, `log.jsonl` and `bundle/` in `out`.

    `start`: a flow's bundle of the same shape, to begin with; `text`: a text bundle that says how layers
    sound, whose vectors of captions are told. Ctrl-C saves and stops; the same
    command goes on. Returns the held-out figures of the manifest.
    """
    check_budget(minutes, steps)
    say: Say = report or (lambda line: print(line, flush=True))
    settle(threads)
    speaks = _codec(codec)
    books = codebook_vectors(speaks).numpy()
    config = flow_config(size, books.shape[-1])
    recipe = recipe or FlowRecipe()
    hear_latents(data, speaks, layers, say)
    spoken = None if text is None else load_bundle(text, kind="text")
    if spoken is not None:
        if spoken.manifest.architecture.get("sound", {}).get("size") != config.style:
            raise UsageError(f"{text}: gives no {config.style} numbers of a text; make it with `train clips`")
        write_styles(data, spoken, layers, say)
    train = stretches(data, layers, "train", config.features, spoken is not None)
    valid = stretches(data, layers, "valid", config.features)
    space = space_of(train, books)
    out.mkdir(parents=True, exist_ok=True)
    about = {"codec_sha256": speaks.tokens_sha256, "size": size}
    weights = None
    if spoken is not None:
        about["text_sha256"] = spoken.sha256
    if start is not None:
        parent = load_bundle(start, kind="flow")
        weights = dict(model_of(parent).named_parameters())
        about["start"] = parent.sha256
    trainer = FlowTrainer(config, space, recipe, pick_device(device), seed, about, weights, say)
    say(f"{train.hours:.1f} h of {', '.join(layers)}; {_count(trainer)} weights")

    def batches(step: int, size: int) -> FlowBatch:
        return train.batch(space, seed, step, size, trainer.recipe.length)

    def measure() -> Held:
        errors = trainer.measure(valid)
        total = trainer.recipe.total(errors)
        told = "  ".join(f"{time}: {error:.3f}" for time, error in zip(TIMES, errors[:-1], strict=True))
        return Held(total, errors, f"{total:.4f}  at times {told}; in blocks {errors[-1]:.3f}")

    run: TrainingRun[FlowBatch] = TrainingRun(trainer, batches, measure, out, minutes, steps, say)
    held = run.go(resume)
    run.need_gain()
    licences, sources = origin(data, list(layers))
    figures = {"velocity": round(trainer.progress.best, 5), "train_hours": round(train.hours, 2)}
    about_bundle: dict[str, Any] = {
        "preset": size,
        "codec_sha256": speaks.tokens_sha256,
        "licences": licences,
        "sources": sources,
        "steps": trainer.progress.step,
        "device": device_words(trainer.device),
        "held_out": {**figures, "last": [round(value, 5) for value in held.figures]},
    }
    timbres = {layer: list(timbres_of(data, layer)) for layer in layers}
    ranges = {layer: ranges_of(data, layer) for layer in layers}
    best, leaps = best_weights(out / BEST), recipe.leaps > 0
    told = "" if spoken is None else spoken.sha256
    bundle = export(out / BUNDLE, config, space, best, timbres, ranges, about_bundle, leaps, told)
    say(f"bundle {bundle.sha256[:12]} in {bundle.path}")
    return dict(bundle.manifest.held_out)


def _codec(path: Path) -> Bundle:
    bundle = load_bundle(path)
    if bundle.manifest.kind != "tone":
        raise UsageError(f"{path}: is a {bundle.manifest.kind}; give the bundle of a tone codec")
    return bundle


def _count(trainer: FlowTrainer) -> str:
    return f"{sum(p.numel() for p in trainer.model.parameters()) / 1e6:.2f} million"
