"""`--message`: why, as a run's record tells it; for every command that changes a song."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

_Message = Annotated[
    str | None,
    typer.Option("--message", "-m", metavar="TEXT", help="Why; `log` shows it.", show_default=False),
]


def said(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the option `--message`, which the runs that it records then tell."""

    @wraps(command)
    def told(*args: Any, message: str | None = None, **options: Any) -> None:
        from stemwright.producer.record import saying

        with saying(message):
            command(*args, **options)

    signature = inspect.signature(command, eval_str=True)
    option = inspect.Parameter("message", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_Message)
    told.__signature__ = signature.replace(parameters=[*signature.parameters.values(), option])  # type: ignore[attr-defined]
    told.__annotations__ = {name: given.annotation for name, given in told.__signature__.parameters.items()}  # type: ignore[attr-defined]
    return told
