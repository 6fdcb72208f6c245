"""The command tree. Each family of commands registers itself; nothing heavy is imported here."""

from __future__ import annotations

from typing import Annotated

import typer

from stemwright.cli import (
    bench,
    catalogue,
    codecs,
    comparing,
    composing,
    diagnosis,
    editing,
    evaluate,
    exchange,
    history,
    keeping,
    layers,
    live,
    lyrics,
    making,
    moving,
    personal,
    playing,
    prompting,
    songs,
    streaming,
    train,
)


def build(word: str = "") -> typer.Typer:
    """The command line, ready to be called: where `word` is a command's name, with that one alone, since each
    one takes as long to be made ready as a short command takes in all; else the whole.
    """
    app = typer.Typer(
        name="stemwright",
        help="Layered music on your CPU: drums, bass, harmony, lead; each its own stem, versioned like code.",
        epilog="Example: stemwright song my-song --bpm 112 --key 'F# minor' --form 'intro:4 verse:8'",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for family in (
        songs, prompting, catalogue, composing, making, editing, layers, lyrics, playing, streaming, live,
        history, moving, comparing, keeping, exchange, personal, train, codecs, evaluate, bench, diagnosis,
    ):  # fmt: skip
        family.register(app)
    commands = [each for each in app.registered_commands if each.name == word]
    groups = [each for each in app.registered_groups if each.name == word]
    if commands or groups:
        app.registered_commands, app.registered_groups = commands, groups
    return app


def _version(wanted: bool) -> None:
    if wanted:
        from stemwright import __version__

        typer.echo(f"stemwright {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Layered music on your CPU: drums, bass, harmony and lead, each its own stem, versioned like code."""
