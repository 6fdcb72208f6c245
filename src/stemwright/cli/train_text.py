"""`train text|clips`."""

from __future__ import annotations

from stemwright.cli import train_needs as needs
from stemwright.cli import train_options as arg
from stemwright.cli.train_needs import say


def text(
    out: arg.Out,
    sources: arg.TextSources = None,
    teacher: arg.Teacher = True,
    minutes: arg.Minutes = 5.0,
    steps: arg.Steps = None,
    seed: arg.Seed = 0,
    threads: arg.Threads = None,
    settings: arg.Settings = None,
) -> None:
    """Train the encoder of prompts on captions by templates, beside a teacher, and export its bundle. Run
    again, it goes on.
    """
    with needs.training():
        from stemwright.training.fit.settings import changed
        from stemwright.training.text.recipe import train_text
        from stemwright.training.text.trainer import Recipe
    train_text(
        out,
        sources=sources,
        teacher=teacher,
        minutes=minutes,
        steps=steps,
        seed=seed,
        threads=threads,
        recipe=changed(Recipe(), settings or ()),
        report=say,
    )


def clips(
    data: arg.Data,
    out: arg.Out,
    codec: arg.Codec,
    text: arg.FromText = "text",
    sources: arg.TextSources = None,
    minutes: arg.Minutes = 20.0,
    steps: arg.Steps = None,
    seed: arg.Seed = 0,
    device: arg.Device = "auto",
    threads: arg.Threads = None,
    settings: arg.Settings = None,
) -> None:
    """Teach the encoder of prompts how layers sound, beside an encoder of clips, on the data's clips with
    captions by templates. Leaves the clips' bundle in OUT/bundle and the prompts' in OUT/text. Run again, it
    goes on.
    """
    with needs.training():
        from stemwright.models import registry
        from stemwright.training.clips.recipe import train_clips
        from stemwright.training.clips.trainer import ClipRecipe
        from stemwright.training.fit.settings import changed
    train_clips(
        data,
        out,
        codec=registry.find(str(codec)),
        text=registry.find(text),
        sources=sources,
        minutes=minutes,
        steps=steps,
        seed=seed,
        device=device,
        threads=threads,
        recipe=changed(ClipRecipe(), settings or ()),
        report=say,
    )
