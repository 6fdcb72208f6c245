"""Learning a personal style from clips: the loop, what is measured before and after, the bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stemwright.conditioning.layout import timbre_columns
from stemwright.dataset.shards import Clip, clips
from stemwright.errors import UsageError
from stemwright.models import Bundle, Manifest, load_bundle, write_bundle
from stemwright.models.adapter import ADAPTER_FILE, SIZES
from stemwright.training.fit.averaging import Weights
from stemwright.training.fit.run import BEST, Held, Say, TrainingRun, check_budget
from stemwright.training.fit.torch_settings import device_words, pick_device, settle
from stemwright.training.fit.training_state import best_weights
from stemwright.training.performer.data import Batch, ClipSet
from stemwright.training.personal import copying
from stemwright.training.personal.adapters import bundle_tensors, nothing
from stemwright.training.personal.mixing import mixed, played_clips
from stemwright.training.personal.trainer import StyleRecipe, StyleTrainer

COSTS = 3.0
"""What a nat beyond the limit costs that the base's own data has, beside a nat of the user's."""
SCALES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)
CHOICE_CROPS = 4
"""Held-out crops by which the timbre is chosen that the user's sound is nearest to."""


def learn_style(
    sound: Path,
    base: Path,
    out: Path,
    *,
    name: str,
    minutes: float = 40.0,
    steps: int | None = None,
    data: Path | None = None,
    seed: int = 0,
    device: str = "auto",
    threads: int | None = None,
    recipe: StyleRecipe | None = None,
    sources: Sequence[str] = (),
    consent: str = "",
    resume: bool = True,
    report: Say | None = None,
) -> Bundle:
    """Learn an adapter of the performer `base` from the tokenized clips (`train` and `valid`) of a data
    folder `sound`; writes `out/bundle` and returns it.

    `data`: tokenized training data of the performer, the half of every batch that is not the user's; without
    it the performer plays what it knows. UsageError where the data does not fit, StemwrightError where
    nothing was gained. Ctrl-C saves and stops; the same call goes on.
    """
    check_budget(minutes, steps)
    say: Say = report or (lambda line: print(line, flush=True))
    settle(threads)
    performer, recipe = load_bundle(base, kind="performer"), recipe or StyleRecipe()
    out.mkdir(parents=True, exist_ok=True)
    trainer = StyleTrainer(performer, recipe, pick_device(device), seed)
    user = [
        _set(performer, _told(clips(sound, performer.manifest.name, s), s, sound)) for s in ("train", "valid")
    ]
    timbre = nearest_timbre(trainer, performer, user[1])
    say(f"nearest to your sound: {timbre or 'its own'}")
    user = [_set(performer, [_named(clip, timbre) for clip in part.clips]) for part in user]
    known = [_set(performer, _known(performer, data, split, seed, say)) for split in ("train", "valid")]
    zero = {k: v.to(trainer.device) for k, v in nothing(performer.manifest.architecture, recipe.rank).items()}
    before = {"user": trainer.measure(user[1], zero), "base": trainer.measure(known[1], zero)}
    run = _run(trainer, user, known, before, out, minutes, steps, say)
    run.go(resume)
    run.need_gain()
    best, scale = _mild(trainer, best_weights(out / BEST, trainer.device), known[1], before["base"])
    after = {"user": trainer.measure(user[1], best), "base": trainer.measure(known[1], best)}
    figures = {**_figures(before, after, user, known, data is None), "scale": scale}
    config = performer.manifest.architecture
    manifest = Manifest(
        kind="adapter",
        name=name,
        preset=performer.manifest.preset,
        architecture={
            **{k: config[k] for k in SIZES if k != "rank"},
            "rank": recipe.rank,
            "layer": performer.manifest.name,
            "base_sha256": performer.sha256,
        },
        codec_sha256=performer.manifest.codec_sha256,
        conditioning_version=performer.manifest.conditioning_version,
        timbres=(timbre,) if timbre else (),
        licences=(consent,) if consent else (),
        sources=tuple(sources),
        steps=trainer.progress.step,
        device=device_words(trainer.device),
        held_out=figures,
    )
    from safetensors.numpy import save

    content = {ADAPTER_FILE: save(bundle_tensors(best))}
    found = copying.copied(performer, write_bundle(out / "bundle", manifest, content), user[0], user[1], seed)
    manifest = replace(manifest, held_out={**figures, "copied": found})
    bundle = write_bundle(out / "bundle", manifest, content)
    say(copying.line(found))
    say(f"your sound, held out: {_change(figures, 'user')}; what it knew before: {_change(figures, 'base')}")
    return bundle


def _run(
    trainer: StyleTrainer,
    user: list[ClipSet],
    known: list[ClipSet],
    before: dict[str, list[float]],
    out: Path,
    minutes: float,
    steps: int | None,
    say: Say,
) -> TrainingRun[Batch]:
    recipe, limit = trainer.recipe, trainer.weighed(before["base"]) * (1 + trainer.recipe.most)

    def batches(step: int, size: int) -> Batch:
        return mixed(user[0], known[0], trainer.seed, step, size, recipe.length, recipe.noise)

    def measure() -> Held:
        ours, theirs = trainer.measure(user[1]), trainer.measure(known[1])
        over = max(0.0, trainer.weighed(theirs) - limit)
        line = f"yours {sum(ours) / len(ours):.3f}  what it knew {sum(theirs) / len(theirs):.3f}"
        return Held(trainer.weighed(ours) + COSTS * over, {"user": ours, "base": theirs}, line)

    return TrainingRun(trainer, batches, measure, out, minutes, steps, say)


def _mild(
    trainer: StyleTrainer, weights: Weights, known: ClipSet, before: list[float]
) -> tuple[Weights, float]:
    """The adapter with its B made smaller, as far as needed for what the performer knew to cost no more than
    the recipe allows; and by what factor."""
    limit = sum(before) * (1 + trainer.recipe.most)
    for scale in SCALES:
        made = {k: v * scale if k.endswith("/b") else v for k, v in weights.items()}
        if sum(trainer.measure(known, made)) <= limit:
            break
    return made, scale


def nearest_timbre(trainer: StyleTrainer, performer: Bundle, heard: ClipSet) -> str:
    """The performer's timbre with which the user's sound surprises it least; "" where it has none."""
    layer, best = performer.manifest.name, ("", float("inf"))
    columns = list(timbre_columns(layer))
    few = replace(trainer.recipe, valid_crops=CHOICE_CROPS)
    kept, trainer.recipe = trainer.recipe, few
    try:
        for slot, name in enumerate(performer.manifest.timbres):
            sets = _set(performer, [_named(clip, name) for clip in heard.clips])
            assert slot < len(columns)
            loss = trainer.weighed(trainer.measure(sets))
            best = min(best, (name, loss), key=lambda pair: pair[1])
    finally:
        trainer.recipe = kept
    return best[0]


def _set(performer: Bundle, found: Sequence[Clip]) -> ClipSet:
    config = performer.manifest.architecture
    return ClipSet(
        performer.manifest.name,
        found,
        timbres=performer.manifest.timbres,
        codebooks=config["codebooks"],
        blank=config["codebook_size"],
        lookahead=config["lookahead"],
        features=config["features"],
    )


def _named(clip: Clip, timbre: str) -> Clip:
    return replace(clip, meta={**clip.meta, "timbre": timbre})


def _told(found: list[Clip], split: str, sound: Path) -> list[Clip]:
    if not found:
        raise UsageError(f"{sound}: no {split} clips: give more sound, a minute at least")
    return found


def _known(performer: Bundle, data: Path | None, split: str, seed: int, say: Say) -> list[Clip]:
    """What the performer must not forget."""
    if data is None:
        return played_clips(performer, split, seed, say)
    from stemwright.training.performer import data as datasets

    config, manifest = performer.manifest.architecture, performer.manifest
    return datasets.load(
        data,
        manifest.name,
        split,
        codec_sha256=str(manifest.codec_sha256),
        codebooks=config["codebooks"],
        codebook_size=config["codebook_size"],
        lookahead=config["lookahead"],
        features=config["features"],
        say=say,
    ).clips


def _figures(
    before: dict[str, list[float]],
    after: dict[str, list[float]],
    user: list[ClipSet],
    known: list[ClipSet],
    played: bool,
) -> dict[str, Any]:
    """What the manifest says of held-out sound: losses by codebook, nats a token."""
    out: dict[str, Any] = {"base_data": "played by the performer" if played else "its training data"}
    for whose in ("user", "base"):
        for when, rows in (("before", before), ("after", after)):
            out[f"{whose}_{when}"] = [round(x, 4) for x in rows[whose]]
            out[f"{whose}_{when}_mean"] = round(sum(rows[whose]) / len(rows[whose]), 4)
    for whose, sets in (("user", user), ("base", known)):
        for split, part in zip(("train", "valid"), sets, strict=True):
            out[f"{whose}_{split}_minutes"] = round(part.frames / 75 / 60, 2)
    return out


def _change(figures: dict[str, Any], whose: str) -> str:
    first, last = figures[f"{whose}_before_mean"], figures[f"{whose}_after_mean"]
    return f"{first:.3f} -> {last:.3f} ({100 * (last / first - 1):+.1f}%)"
