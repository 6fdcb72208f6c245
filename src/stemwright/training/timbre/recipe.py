"""Training a timbre: spectral losses, then a short adversarial end; over a time or step budget, resumable."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stemwright.dataset.credits import origin
from stemwright.models import Manifest, load_bundle
from stemwright.models.manifest import validate
from stemwright.models.timbre import HOP
from stemwright.training.fit.run import Figures, Held, Say, TrainingRun, check_budget
from stemwright.training.fit.torch_settings import pick_device, settle
from stemwright.training.timbre.sounds import Segments, TimbreBatch, read_sounds
from stemwright.training.timbre.trainer import TimbreRecipe, TimbreTrainer
from stemwright.training.timbre.validation import HeldOut, line


def train_timbre(
    folder: Path,
    out: Path,
    *,
    name: str = "timbre",
    timbre: str | None = None,
    minutes: float = 60.0,
    steps: int | None = None,
    seed: int = 0,
    device: str = "auto",
    resume: bool = True,
    threads: int | None = None,
    start: Path | None = None,
    others: Path | None = None,
    recipe: TimbreRecipe | None = None,
    sources: Sequence[str] = (),
    export: bool = True,
    report: Say | None = None,
) -> Figures:
    """Train a timbre on a folder of audio, or of a data set's clips in one ``timbre``, and leave
    ``checkpoint.safetensors``, ``best.safetensors``, ``log.jsonl`` and ``bundle/`` in ``out``.

    ``others``: the same music played by others, which is to sound like it (`sounds.read_sounds`); ``name``:
    of the bundle; ``start``: a bundle whose weights to begin with; ``sources``: whose sound it is,
    each "Name (LICENCE)"; a data set says so itself. Ctrl-C saves and stops. Returns the last held-out
    figures (`validation`).
    """
    recipe = recipe or TimbreRecipe()
    check_budget(minutes, steps)
    validate(Manifest("timbre", name, "", {}), "the bundle")
    settle(threads)
    sounds = read_sounds(folder, recipe.frames * HOP, timbre, others)
    parent = None
    if start is not None:
        from stemwright.training.timbre.export import model_of

        parent = model_of(load_bundle(start, kind="timbre"))
    trainer = TimbreTrainer(recipe, pick_device(device), seed, start=parent)
    segments = Segments(sounds.train, recipe.frames * HOP, seed, sounds.twins)
    held_out = HeldOut(sounds, recipe.valid_count, recipe.frames)
    out.mkdir(parents=True, exist_ok=True)
    say = report or (lambda text: print(text, flush=True))

    def measure() -> Held:
        return trainer.held(lambda: held_out.figures(trainer), line)

    run: TrainingRun[TimbreBatch] = TrainingRun(trainer, segments.batch, measure, out, minutes, steps, say)
    figures: Figures = run.go(resume).figures
    if export:
        run.need_gain()
        from stemwright.training.timbre.export import export_bundle

        export_bundle(
            out, name, sounds, sources=sources or origin(folder)[1], device=str(trainer.device), say=say
        )
    return figures
