"""`train`: data, tokenize, codec, performer. Needs the training extra; everything else runs without it."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    family = typer.Typer(
        help="Train your own codec and performers (needs the training extra).", no_args_is_help=True
    )
    app.add_typer(family, name="train")
