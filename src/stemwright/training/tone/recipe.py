"""Training the tone codec: from nothing or from a finished bundle, with its tokens kept or not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import torch

from stemwright.codec.tone.decoder import TUNING
from stemwright.codec.tone.tuning import Tuning, read_tuning
from stemwright.corpus.sources import part_of
from stemwright.dataset.credits import origin
from stemwright.dataset.timbres import timbres_of
from stemwright.errors import UsageError, argument
from stemwright.instruments.palette import find_palette
from stemwright.instruments.render import Studio
from stemwright.instruments.timbres import TIMBRES
from stemwright.models import Bundle, load_bundle
from stemwright.song.layers import LAYERS
from stemwright.store.atomic import write_bytes
from stemwright.training.fit.run import BEST, Figures, Held, TrainingRun, check_budget
from stemwright.training.fit.torch_settings import pick_device, settle
from stemwright.training.tone.batch import Batch, Items
from stemwright.training.tone.calibrate import calibrate
from stemwright.training.tone.export import export_model, load_model
from stemwright.training.tone.model import ToneConfig
from stemwright.training.tone.restore import model_of
from stemwright.training.tone.trainer import HeldOut, Recipe, Trainer, line

PER_LAYER = 48
"""Rows of the table of timbres that a layer has: more than there are, so that others can be added."""
SLOTS = 1 + PER_LAYER * len(LAYERS)


def shape() -> ToneConfig:
    """The network that is shipped."""
    return ToneConfig(timbres=SLOTS)


def slots(data: Path) -> dict[tuple[str, str], int]:
    """Rows of the decoder's table of timbres, from 1, of those that data has: a known timbre has the same row
    whatever else is there, so that a finished table can be gone on from.
    """
    found = {}
    for layer, known in TIMBRES.items():
        there = timbres_of(data, layer)
        for i, timbre in enumerate(dict.fromkeys((*known, *there))):
            if timbre in there:
                found[layer, timbre] = 1 + PER_LAYER * LAYERS.index(layer) + i
    return found


def tuning_of(data: Path, samples: Path | None, say: Callable[[str], None]) -> Tuning:
    """The tuning of the timbres, measured once and kept beside the data; UsageError where it is not there and
    no samples are given to measure.
    """
    path = data / TUNING
    if path.is_file():
        return read_tuning(path)
    if samples is None:
        raise UsageError(
            f"{path}: not there; give {argument('sources')} FOLDER once, to measure how timbres are tuned"
        )
    made = calibrate(Studio(samples, recipes=find_palette(samples).recipes), say)
    write_bytes(path, json.dumps(made.to_json(), indent=1, sort_keys=True).encode())
    return made


def train_tone(
    data: Path,
    out: Path,
    *,
    sources: Path | None = None,
    minutes: float = 60.0,
    steps: int | None = None,
    seed: int = 0,
    device: str = "auto",
    threads: int | None = None,
    start: Path | None = None,
    keep_tokens: bool = False,
    recipe: Recipe | None = None,
    report: Callable[[str], None] | None = None,
) -> Figures:
    """Train a tone codec on the clips of ``data`` that have a wide twin; leaves checkpoints, ``log.jsonl``
    and ``bundle/`` in ``out``.

    ``sources``: where the samples are, to measure how timbres are tuned; needed once for a data set.
    ``start`` is a bundle whose weights to begin with; with ``keep_tokens`` its encoder and codebooks stay as
    they are. Ctrl-C saves and stops. Returns the last held-out figures.
    """
    recipe = recipe or Recipe()
    check_budget(minutes, steps)
    if keep_tokens and start is None:
        raise UsageError(f"{argument('keep_tokens')}: whose? give {argument('from')} BUNDLE too")
    say = report or (lambda text: print(text, flush=True))
    parent = None if start is None else load_bundle(start, kind="tone")
    settle(threads)
    torch.use_deterministic_algorithms(False)  # sums of overlapping notes, much slower in one order
    out.mkdir(parents=True, exist_ok=True)
    tuning = tuning_of(data, None if sources is None else part_of(sources, "samples"), say)
    trainer = _trainer(parent, keep_tokens, tuning, recipe, pick_device(device), seed)
    tokens = parent.tokens_sha256 if parent is not None and keep_tokens else None
    train = Items(data, "train", recipe.frames, slots(data), tuning, seed, tokens)
    held_out = HeldOut(
        Items(data, "valid", recipe.frames, slots(data), tuning, seed, tokens), recipe.valid_count
    )

    def measure() -> Held:
        return trainer.held(lambda: held_out.figures(trainer), line)

    run: TrainingRun[Batch] = TrainingRun(trainer, train.batch, measure, out, minutes, steps, say)
    if parent is None and not run.resumes():
        heard = torch.cat([train.batch(1_000_000_000 + i, 12).heard for i in range(12)])
        say(f"principal components carry {trainer.model.begin(heard):.3f} of the spectra")
    figures: Figures = run.go().figures
    run.need_gain()
    licences, sources_ = origin(data)
    model, meta = load_model(out / BEST)
    bundle = export_model(
        model,
        tuning,
        slots(data),
        out / "bundle",
        steps=int(meta["progress"]["step"]),
        device=str(trainer.device),
        figures={k: round(v, 4) for k, v in figures.items()},
        licences=licences,
        sources=sources_,
        tokens=parent if keep_tokens else None,
    )
    say(f"bundle {bundle.sha256[:12]} in {bundle.path}")
    return figures


def _trainer(
    parent: Bundle | None, keep_tokens: bool, tuning: Tuning, recipe: Recipe, device: torch.device, seed: int
) -> Trainer:
    if parent is None:
        return Trainer(shape(), tuning, recipe, device, seed)
    model = model_of(parent)
    kept = parent.tokens_sha256 if keep_tokens else None
    return Trainer(model.config, tuning, recipe, device, seed, start=model, keep_tokens=kept)
