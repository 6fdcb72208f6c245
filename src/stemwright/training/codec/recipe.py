"""Training the codec: AdamW, warm-up and cosine over a time or step budget, moving average of weights,
resumable; from nothing or from a finished bundle, with its tokens kept or not.
"""

from __future__ import annotations

from pathlib import Path

import torch

from stemwright.errors import UsageError, argument
from stemwright.models import Bundle, load_bundle
from stemwright.training.codec.config import HOP, CodecConfig
from stemwright.training.codec.segments import FloatArray, Segments
from stemwright.training.codec.trainer import Recipe, Trainer
from stemwright.training.codec.validation import HeldOut, line
from stemwright.training.fit.run import BEST, Figures, Held, Say, TrainingRun, check_budget
from stemwright.training.fit.torch_settings import pick_device, settle


def train_codec(
    data: Path,
    out: Path,
    *,
    minutes: float = 40.0,
    steps: int | None = None,
    seed: int = 0,
    device: str = "auto",
    resume: bool = True,
    threads: int | None = None,
    start: Path | None = None,
    keep_tokens: bool = False,
    config: CodecConfig | None = None,
    recipe: Recipe | None = None,
    export: bool = True,
    report: Say | None = None,
) -> Figures:
    """Train a codec on the shards of ``data`` and leave ``checkpoint.safetensors``, ``best.safetensors``,
    ``log.jsonl`` and ``bundle/`` in ``out``.

    ``start`` is a bundle whose weights to begin with. With ``keep_tokens`` its encoder and codebooks stay as
    they are: what was made for it plays through the new decoder. Ctrl-C saves and stops. Returns the last
    held-out figures (`validation`).
    """
    recipe = recipe or Recipe()
    check_budget(minutes, steps)
    if keep_tokens and start is None:
        raise UsageError(f"{argument('keep_tokens')}: whose? give {argument('from')} BUNDLE too")
    settle(threads)
    out.mkdir(parents=True, exist_ok=True)
    parent = None if start is None else load_bundle(start, kind="codec")
    trainer = _trainer(parent, keep_tokens, config, recipe, pick_device(device), seed)
    say = report or (lambda line: print(line, flush=True))
    segments = Segments(data, "train", recipe.frames * HOP, seed)
    held_out = HeldOut(data, recipe.valid_count)

    def measure() -> Held:
        return trainer.held(lambda: held_out.figures(trainer.model, trainer.loss, trainer.device), line)

    run: TrainingRun[FloatArray] = TrainingRun(trainer, segments.batch, measure, out, minutes, steps, say)
    figures: Figures = run.go(resume).figures
    if export:
        run.need_gain()
        from stemwright.dataset.credits import origin
        from stemwright.training.codec.export import export_bundle, last_figures

        licences, sources = origin(data)
        export_bundle(
            out / BEST,
            out / "bundle",
            figures=last_figures(out),
            licences=licences,
            sources=sources,
            device=str(trainer.device),
            parent=parent,
            say=say,
        )
    return figures


def _trainer(
    parent: Bundle | None,
    keep_tokens: bool,
    config: CodecConfig | None,
    recipe: Recipe,
    device: torch.device,
    seed: int,
) -> Trainer:
    if parent is None:
        return Trainer(config or CodecConfig(), recipe, device, seed)
    from stemwright.training.codec.restore import model_of

    model = model_of(parent)
    if config is not None and config != model.config:
        raise UsageError(f"{parent.path}: is of another configuration")
    kept = parent.tokens_sha256 if keep_tokens else None
    return Trainer(model.config, recipe, device, seed, start=model, keep_tokens=kept)
