"""Training the composer: the performers' trainer and loop on the symbolic corpus, one token stream."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stemwright.corpus.read import songs
from stemwright.errors import UsageError
from stemwright.models import load_bundle
from stemwright.models.presets import preset_shape
from stemwright.symbolic.composer.conditions import FEATURES
from stemwright.symbolic.events.vocabulary import SIZE, identity
from stemwright.training.composer.finish import finish
from stemwright.training.composer.pieces import Pieces, Studied
from stemwright.training.composer.warm import warm_weights
from stemwright.training.fit.run import Say, check_budget
from stemwright.training.fit.torch_settings import pick_device, settle
from stemwright.training.performer.config import PerformerConfig
from stemwright.training.performer.recipe import run_of
from stemwright.training.performer.trainer import Recipe, Trainer

COMPOSER = "composer"
LENGTH = 1024
"""Tokens of a training example, and of the attention window."""
DROPOUT = 0.15
"""There are few songs: after 3,655 steps with 0.1 learned ones cost 0.76 nats, held-out ones 0.91."""
SHARES = {
    "openewld": 4.0, "freedoom": 2.5, "easyrpg": 3.0, "gmd": 3.0, "tanner_helland": 2.5,
    "mutopia_popular": 1.5, "arranger": 2.5,
}  # fmt: skip
"""How much oftener than by their length songs of a source are drawn: most of the corpus is art songs."""


def train_composer(
    corpus: Path,
    out: Path,
    *,
    preset: str = "tiny",
    minutes: float = 60.0,
    steps: int | None = None,
    start: Path | None = None,
    seed: int = 0,
    device: str = "auto",
    resume: bool = True,
    threads: int | None = None,
    recipe: Recipe | None = None,
    config: PerformerConfig | None = None,
    report: Say | None = None,
) -> dict[str, Any]:
    """Train the composer on a corpus and leave checkpoint, `log.jsonl` and `bundle/` in `out`.

    `start`: the folder of a finished composer whose weights to begin with. Ctrl-C saves and stops; the
    same command goes on. Returns the held-out figures of the manifest.
    """
    check_budget(minutes, steps)
    say: Say = report or (lambda line: print(line, flush=True))
    settle(threads)
    sets = {split: load(corpus, split, say) for split in ("train", "valid")}
    out.mkdir(parents=True, exist_ok=True)
    about, weights = {"layer": COMPOSER, "events": identity()}, None
    recipe, config = recipe or default_recipe(), config or shape(preset)
    if start is not None:
        parent = load_bundle(start, kind="composer")
        weights = warm_weights(parent, config)
        about["start"] = parent.sha256
    trainer = Trainer(config, recipe, pick_device(device), seed, about, say, weights)
    run = run_of(trainer, sets["train"], sets["valid"], out, minutes, steps, say)
    run.go(resume)
    run.need_gain()
    return finish(trainer, sets["train"], sets["valid"], corpus, out, preset=preset, say=say)


def default_recipe() -> Recipe:
    """What a composer's training does: no wrong pasts, longer examples, more dropout than a performer's."""
    return Recipe(length=LENGTH, noise=0.0, dropout=DROPOUT)


def shape(preset: str) -> PerformerConfig:
    """The architecture of a preset."""
    fields = {**preset_shape(preset, COMPOSER), "window": LENGTH, "codebooks": 1, "codebook_size": SIZE}
    return PerformerConfig(features=FEATURES, lookahead=0, **fields)


def load(corpus: Path, split: str, say: Say) -> Pieces:
    """The songs of a split."""
    found = list(songs(corpus, split))
    if not found:
        raise UsageError(f"{corpus}: has no {split} songs; make them with train corpus")
    pieces = [Studied(song.state, dict(song.scores)) for song in found]
    bars = sum(piece.state.bars for piece in pieces)
    say(f"{split}: {len(pieces)} songs, {bars} bars")
    return Pieces(pieces, [SHARES.get(song.source, 1.0) for song in found])
