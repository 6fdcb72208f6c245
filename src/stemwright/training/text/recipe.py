"""Training the text encoder: AdamW, warm-up and cosine over the budget, moving average, resumable.

With `steps` the run is a function of the seed and the sources; with `minutes` the schedule follows the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stemwright.compose.styles import BOOK
from stemwright.errors import UsageError
from stemwright.text.features import words_of
from stemwright.text.words import stop_words
from stemwright.training.fit.run import BEST, BUNDLE, Held, Say, TrainingRun, check_budget
from stemwright.training.fit.torch_settings import device_words, settle
from stemwright.training.fit.training_state import best_weights
from stemwright.training.text.captions import Caption, caption, plain_facts
from stemwright.training.text.export import PRESETS, bundle_tensors, config_of, export
from stemwright.training.text.teacher import CREDIT, Teacher
from stemwright.training.text.texts import Texts, prepared, telling
from stemwright.training.text.trainer import Material, Recipe, Trainer
from stemwright.training.text.words import foreign_texts

OWN = "captions by Stemwright's templates (Apache-2.0)"


def train_text(
    out: Path,
    *,
    sources: Path | None = None,
    teacher: bool = True,
    minutes: float = 5.0,
    steps: int | None = None,
    preset: str = "small",
    seed: int = 0,
    threads: int | None = None,
    recipe: Recipe | None = None,
    report: Say | None = None,
) -> dict[str, Any]:
    """Train on captions by templates and, with a `teacher`, on what it says of them and of the texts in
    `sources`; leave checkpoint, `log.jsonl` and `bundle/` in `out`. Returns the held-out figures. Ctrl-C
    saves and stops; the same command goes on. StemwrightError where the teacher's packages are not installed.
    """
    check_budget(minutes, steps)
    if preset not in PRESETS:
        raise UsageError(f"preset: {preset!r} is not known: use one of {', '.join(PRESETS)}")
    say: Say = report or (lambda line: print(line, flush=True))
    recipe = recipe or Recipe()
    settle(threads)
    foreign, credits = foreign_texts(sources) if sources is not None and teacher else ([], [])
    captions = [caption(seed, number) for number in range(recipe.captions + recipe.valid)]
    others = [*plain_facts(), *(Caption(text, -1) for text in foreign)]
    likely = _likely(captions, others, recipe, teacher, say)
    trained, held, rarity = _split(captions, others, likely, recipe)
    out.mkdir(parents=True, exist_ok=True)
    about = {"preset": preset, "texts": _identity(captions, others), "teacher": str(teacher)}
    trainer = Trainer(config_of(preset), recipe, rarity, trained, seed, about)

    def measure() -> Held:
        named, taught = trainer.measure(held)
        return Held(named + taught, [named, taught], f"captions {named:.3f}  teacher {taught:.3f}")

    run = TrainingRun(trainer, trainer.batch, measure, out, minutes, steps, say)
    run.go()
    run.need_gain()
    named, taught = trainer.measure(held)
    words = {word for each in captions for word in words_of(each.text)}
    words |= {word for each in others for word in words_of(each.text.split(":")[0])}
    tensors = bundle_tensors(best_weights(out / BEST), rarity, words - stop_words())
    told: dict[str, Any] = {
        "preset": preset,
        "licences": ("Apache-2.0",),
        "sources": (OWN, *((CREDIT,) if teacher else ()), *credits),
        "steps": trainer.progress.step,
        "device": device_words(trainer.device),
        "held_out": {"captions_nats": round(named, 4), "teacher_nats": round(taught, 4)},
    }
    bundle = export(out / BUNDLE, trainer.config, tensors, told)
    say(f"bundle {bundle.sha256[:12]} in {bundle.path}")
    return dict(told["held_out"])


def _likely(
    captions: Sequence[Caption], others: Sequence[Caption], recipe: Recipe, teacher: bool, say: Say
) -> np.ndarray:
    """How likely each style is of the other texts: their own, and half of it what the teacher says."""
    own = np.asarray([np.eye(len(BOOK), dtype=np.float32)[each.style] for each in others])
    if not teacher:
        return own
    say(f"the teacher reads {recipe.taught} captions and {len(others)} texts")
    told = Teacher(captions[: recipe.taught])([each.text for each in others])
    known = np.asarray([each.style >= 0 for each in others])[:, None]
    return np.where(known, (own + told) / 2, told).astype(np.float32)


def _split(
    captions: Sequence[Caption], others: Sequence[Caption], likely: np.ndarray, recipe: Recipe
) -> tuple[Material, Material, np.ndarray]:
    """What is trained on, what is held out, and how telling buckets are. One foreign text in ten is held
    out; where there are none, some of the others are looked at again.
    """
    first, last = captions[recipe.valid :], captions[: recipe.valid]
    places = np.arange(len(others))
    foreign = np.asarray([each.style < 0 for each in others])
    out = places[foreign & (places % 10 == 0)] if foreign.any() else places[places % 10 == 0]
    kept = np.setdiff1d(places, out) if foreign.any() else places
    texts = {
        name: prepared([each.text for each in some]) for name, some in (("first", first), ("last", last))
    }
    inside, outside = _chosen(others, kept), _chosen(others, out)
    train = Material(texts["first"], _styles(first), inside, likely[kept])
    held = Material(texts["last"], _styles(last), outside, likely[out])
    return train, held, telling([train.captions, train.others])


def _chosen(captions: Sequence[Caption], places: np.ndarray) -> Texts:
    return prepared([captions[place].text for place in places.tolist()])


def _styles(captions: Sequence[Caption]) -> np.ndarray:
    return np.eye(len(BOOK), dtype=np.float32)[[each.style for each in captions]]


def _identity(*sets: Sequence[Caption]) -> str:
    """SHA-256 of all texts."""
    digest = hashlib.sha256()
    for captions in sets:
        for each in captions:
            digest.update(f"{each.style} {each.text}\n".encode())
    return digest.hexdigest()
