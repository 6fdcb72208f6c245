"""`personal learn --layer companion`: the shipped companion goes on learning, from a user's own songs.

Half of what it hears is the user's files, half what it knew, so that it forgets no more than it must: the
corpus that it learnt from, where that is given, else songs of the arranger, which keep less of it. Every
fourth file is held out and chooses the weights. What comes of it is a companion of its own: all its weights
are learnt, as a GRU of 1.2 MB is little more than an adapter beside it.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError
from stemwright.exchange.learning import read_files
from stemwright.exchange.personal import check_consent, line_of_consent
from stemwright.exchange.preferences import ONE_IN
from stemwright.models import Bundle, find, load_bundle
from stemwright.models.bundle import file_sha256, write_bundle
from stemwright.models.companion_tensors import PARTS
from stemwright.models.personal import COMPANION, require_new
from stemwright.training.companion.export import bundle_tensors, export, exported_model
from stemwright.training.companion.held_out_figures import ORDER, chosen, heard
from stemwright.training.companion.lanes import OTHER_WEIGHT, WEIGHTS, Lanes
from stemwright.training.companion.note_arrays import (
    ARRANGER,
    MIN_NOTES,
    Table,
    arranged_pieces,
    corpus_pieces,
    piece_from,
)
from stemwright.training.companion.trainer import Recipe, Trainer
from stemwright.training.fit import averaging
from stemwright.training.fit.run import BEST, Held, Say, TrainingRun, check_budget
from stemwright.training.fit.torch_settings import device_words, settle
from stemwright.training.fit.training_state import best_weights

OWN = "yours"
BASE_SONGS = 12
"""Songs of what it knew, by which forgetting is measured."""
MINUTES = 4.0


@dataclass(frozen=True)
class PersonalRecipe(Recipe):
    """A companion's recipe for going on with little. `most`: how much more what it knew may cost, as a
    share, before weights count as worse for it."""

    batch: int = 32
    learning_rate: float = 1e-3
    warmup_steps: int = 10
    ema: float = 0.95
    arranged: int = 60
    valid_minutes: float = 0.5
    patience: int = 4
    most: float = 0.01


def learn_companion(
    name: str,
    files: Sequence[Path],
    *,
    data: Path | None = None,
    consent: str = "",
    minutes: float = MINUTES,
    steps: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    recipe: PersonalRecipe | None = None,
    report: Say,
) -> Bundle:
    """Learn the companion of a style from MIDI files and put it where `live --style-of NAME` finds it; the
    same call goes on with a stopped run. `data`: a corpus that it is not to forget. UsageError for a name
    that is taken or files that cannot be learnt from, StemwrightError where nothing was gained.
    """
    home = require_new(name, COMPANION)
    check_consent(consent)
    check_budget(minutes, steps)
    settle(threads)
    recipe = recipe or PersonalRecipe()
    own, sources = _pieces(files, report)
    if len(own) < 2:
        raise UsageError(
            f"{files[0]}: {len(own)} song to learn from; a companion needs two files, better ten"
        )
    base = load_bundle(find(COMPANION), kind=COMPANION)
    train = [piece for number, piece in enumerate(own) if number % ONE_IN]
    known, others = _known(data, recipe, seed)
    held = [song for _, song in heard(own[::ONE_IN])]
    kept = [song for _, song in heard(others)]
    lanes = Lanes([*train, *known], recipe.batch, seed, _shares(known))
    about = {"base": base.sha256, "files": "\n".join(sources), "data": str(data or ARRANGER)}
    trainer = Trainer(base.manifest.architecture, recipe, lanes, seed, about)
    start = exported_model(base.manifest.architecture, base.tensors())
    trainer.model.load_state_dict(start.state_dict())
    trainer.average = averaging.copy_of(trainer.model)
    before = {"user": trainer.measure(held, ORDER), "base": trainer.measure(kept, ORDER)}

    def measure() -> Held:
        ours, theirs = trainer.measure(held, ORDER), trainer.measure(kept, ORDER)
        over = max(0.0, sum(theirs) - sum(before["base"]) * (1 + recipe.most))
        text = f"yours {sum(ours):.3f}  what it knew {sum(theirs):.3f}"
        return Held(sum(ours) + over, {"user": ours, "base": theirs}, text)

    work = home.parent / f".{COMPANION}.work"
    work.mkdir(parents=True, exist_ok=True)
    run: TrainingRun[None] = TrainingRun(
        trainer, lambda step, size: None, measure, work, minutes, steps, report
    )
    run.go()
    run.need_gain()
    best = best_weights(work / BEST)
    after = _after(trainer, best, held, kept)
    figures = _figures(before, after, train, own[::ONE_IN])
    told = {
        "preset": base.manifest.preset,
        "licences": (*base.manifest.licences, line_of_consent(consent)),
        "sources": (*base.manifest.sources, *sources),
        "steps": trainer.progress.step,
        "device": device_words(trainer.device),
        "held_out": figures,
    }
    made = export(work / "bundle", trainer.config, best, told)
    write_bundle(home, made.manifest, {part: made.file(part) for part in made.manifest.files})
    shutil.rmtree(work)
    report(
        f"your songs, held out: {sum(before['user']):.3f} -> {sum(after['user']):.3f} nats an event; "
        f"what it knew: {sum(before['base']):.3f} -> {sum(after['base']):.3f}"
    )
    return load_bundle(home, kind=COMPANION)


def _pieces(files: Sequence[Path], report: Say) -> tuple[list[Table], list[str]]:
    """The songs of files that have some notes, and name and SHA-256 of each."""
    read, unread = read_files(files)
    for file, why in unread.items():
        report(f"{file}: not read: {why}")
    found = [(each.file, piece_from(OWN, False, each.piece.state, each.piece.scores)) for each in read]
    kept = [(file, piece) for file, piece in found if len(piece.notes) >= MIN_NOTES]
    return [piece for _, piece in kept], [f"{file.name} {file_sha256(file)}" for file, _ in kept]


def _known(data: Path | None, recipe: PersonalRecipe, seed: int) -> tuple[list[Table], list[Table]]:
    """Songs of what the companion knew: to be heard, and to be measured by."""
    if data is not None:
        return list(corpus_pieces(data, "train")), chosen(corpus_pieces(data, "valid"), 2 * BASE_SONGS)
    made = list(arranged_pieces(recipe.arranged + BASE_SONGS, seed))
    return made[: recipe.arranged], made[recipe.arranged :]


def _shares(known: Sequence[Table]) -> dict[str, float]:
    """How often each source is heard: the user's as often as all others together."""
    shares = {piece.source: WEIGHTS.get(piece.source, OTHER_WEIGHT) for piece in known}
    return {OWN: sum(shares.values()), **shares}


def _after(trainer: Trainer, best: averaging.Weights, held: list[Any], kept: list[Any]) -> dict[str, Any]:
    """What the weights are worth as the bundle holds them, in half precision."""
    made = exported_model(trainer.config, bundle_tensors(trainer.config, best))
    trainer.model.load_state_dict(made.state_dict())
    trainer.average = averaging.copy_of(trainer.model)
    return {"user": trainer.measure(held, ORDER), "base": trainer.measure(kept, ORDER)}


def _figures(
    before: dict[str, list[float]], after: dict[str, list[float]], train: list[Table], held: list[Table]
) -> dict[str, Any]:
    """Nats an event: by part, and their sum, which is what one event costs."""
    out: dict[str, Any] = {"order": ORDER, "user_train_songs": len(train), "user_valid_songs": len(held)}
    for whose in ("user", "base"):
        for when, rows in (("before", before), ("after", after)):
            parts = {part: round(x, 4) for part, x in zip(PARTS, rows[whose], strict=True)}
            out[f"{whose}_{when}"] = parts
            out[f"{whose}_{when}_mean"] = round(sum(rows[whose]), 4)
    return out
