"""Training the wide decoder: from a codec's weights, on its tokens and wide twins of the data; resumable."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from stemwright.errors import UsageError
from stemwright.models import load_bundle
from stemwright.training.codec.export import last_figures
from stemwright.training.codec.loop import BEST, Figures, Run, pick_device, settle
from stemwright.training.codec.restore import model_of
from stemwright.training.wide.export import export_bundle
from stemwright.training.wide.pairs import Pairs
from stemwright.training.wide.trainer import Batch, WideRecipe, WideTrainer
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
    report: Callable[[str], None] | None = None,
) -> Figures:
    """Train a wide decoder for the tokens of the bundle ``codec`` and leave ``checkpoint.safetensors``,
    ``best.safetensors``, ``log.jsonl`` and ``bundle/`` in ``out``.

    ``data`` has wide twins and tokens of that codec. Ctrl-C saves and stops. Returns the last held-out
    figures (`validation`).
    """
    recipe = recipe or WideRecipe()
    if minutes <= 0 and steps is None:
        raise UsageError(f"minutes is {minutes}; give a positive number")
    settle(threads)
    parent = load_bundle(codec, kind="codec")
    network, tokens = model_of(parent), parent.tokens_sha256
    pairs = Pairs(data, "train", recipe.frames, tokens, seed)
    held_out = HeldOut(data, recipe.valid_count, tokens, network, recipe.edge)
    trainer = WideTrainer(network, tokens, recipe, pick_device(device), seed)
    out.mkdir(parents=True, exist_ok=True)
    say = report or (lambda text: print(text, flush=True))

    def measure() -> Figures:
        return held_out.figures(trainer.model, trainer.loss, trainer.device)

    run: Run[Batch] = Run(trainer, pairs.batch, measure, line, out, minutes, steps, say)
    figures = run.go(resume)
    if export:
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


def main() -> None:
    """``python -m stemwright.training.wide.recipe DATA OUT --codec BUNDLE --minutes 40``"""
    import argparse

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--codec", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--recipe", type=json.loads, default={}, help=f"fields of {asdict(WideRecipe())}")
    parser.add_argument("--no-export", dest="export", action="store_false")
    args = vars(parser.parse_args())
    args["recipe"] = WideRecipe(**args["recipe"])
    train_wide(**args)


if __name__ == "__main__":
    main()
