"""`train`: data, models and what they are worth. Needs the training extra; nothing else does."""

from __future__ import annotations

import typer

from stemwright.cli import train_data, train_models, train_text, train_watch

_COMMANDS = (
    (train_data.data, "DATA --sources sources --hours 30"),
    (train_data.check, "DATA"),
    (train_data.corpus, "CORPUS --sources sources"),
    (train_data.widen, "DATA --sources sources --hours 2"),
    (train_models.tone, "DATA runs/tone --sources sources --minutes 60"),
    (train_models.codec, "DATA runs/codec --minutes 40"),
    (train_data.tokenize, "DATA --codec runs/codec/bundle"),
    (train_data.rehearse, "DATA runs/drums/bundle runs/bass/bundle --hours 1"),
    (train_models.wide, "DATA runs/wide --codec runs/codec/bundle"),
    (train_models.timbre, "my-violin runs/violin --name timbre-violin --minutes 90"),
    (train_models.performer, "DATA runs/drums --layer drums --preset tiny"),
    (train_models.flow, "DATA runs/flow --codec tone --minutes 60"),
    (train_models.composer, "CORPUS runs/composer --minutes 60"),
    (train_models.companion, "CORPUS runs/companion --minutes 60"),
    (train_data.mixes, "MIXES --sources sources --songs 900"),
    (train_models.beats, "MIXES runs/beats --minutes 30"),
    (train_text.text, "runs/text --minutes 5"),
    (train_text.clips, "DATA runs/clips --codec tone"),
    (train_models.patterns, "CORPUS runs/patterns --sources sources"),
    (train_watch.watch, "runs/drums runs/bass"),
    (train_models.evaluate, "runs/drums/bundle DATA"),
)
"""Commands in the order in which they are listed, each with an example."""


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    family = typer.Typer(
        help="Train your own codec and performers (needs the training extra).", no_args_is_help=True
    )
    for command, example in _COMMANDS:
        name = command.__name__
        family.command(name, epilog=f"Example: stemwright train {name} {example}")(command)
    app.add_typer(family, name="train")
