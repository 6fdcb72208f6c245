"""Training the wide decoder: from a codec's weights, on its tokens and wide twins of the data; resumable."""

from __future__ import annotations

from pathlib import Path

from stemwright.models import load_bundle
from stemwright.training.codec.export import last_figures
from stemwright.training.codec.restore import model_of
from stemwright.training.fit.run import BEST, Figures, Held, Say, TrainingRun, check_budget
from stemwright.training.fit.torch_settings import pick_device, settle
from stemwright.training.wide.export import export_bundle
from stemwright.training.wide.trainer import Batch, WideRecipe, WideTrainer
from stemwright.training.wide.twins import Pairs
from stemwright.training.wide.validation import HeldOut, line


def train_wide(
    data: Path,
    out: Path,
    codec: Path,
    *,
    minutes: float = 40.0,
    steps: int | None = None,
    seed: int = 0,
    device: str = "auto",
    resume: bool = True,
    threads: int | None = None,
    recipe: WideRecipe | None = None,
    export: bool = True,
    report: Say | None = None,
) -> Figures:
    """Train a wide decoder for the tokens of the bundle ``codec`` and leave ``checkpoint.safetensors``,
    ``best.safetensors``, ``log.jsonl`` and ``bundle/`` in ``out``.

    ``data`` has wide twins and tokens of that codec. Ctrl-C saves and stops. Returns the last held-out
    figures (`validation`).
    """
    recipe = recipe or WideRecipe()
    check_budget(minutes, steps)
    settle(threads)
    parent = load_bundle(codec, kind="codec")
    network, tokens = model_of(parent), parent.tokens_sha256
    pairs = Pairs(data, "train", recipe.frames, tokens, seed)
    held_out = HeldOut(data, recipe.valid_count, tokens, network, recipe.edge)
    trainer = WideTrainer(network, tokens, recipe, pick_device(device), seed)
    out.mkdir(parents=True, exist_ok=True)
    say = report or (lambda text: print(text, flush=True))

    def measure() -> Held:
        return trainer.held(lambda: held_out.figures(trainer.model, trainer.loss, trainer.device), line)

    run: TrainingRun[Batch] = TrainingRun(trainer, pairs.batch, measure, out, minutes, steps, say)
    figures: Figures = run.go(resume).figures
    if export:
        run.need_gain()
        export_bundle(
            out / BEST,
            out / "bundle",
            parent,
            data=data,
            figures=last_figures(out),
            device=str(trainer.device),
            say=say,
        )
    return figures
