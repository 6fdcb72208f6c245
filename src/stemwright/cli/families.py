"""Commands of one subject, of which one is meant where none is named."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


def family_of(usual: str) -> type[TyperGroup]:
    """A group of commands: what is none of their names is the first argument of ``usual``."""

    class Family(TyperGroup):
        def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # typer brings its own click
            known = not args or args[0] in self.commands or args[0].startswith("-")
            return super().resolve_command(ctx, args if known else [usual, *args])

    return Family
