"""How work tells how far it is, and how it is told to stop."""

from __future__ import annotations

from collections.abc import Callable

Watch = Callable[[str, int, int], None]
"""Called with a name ("drums", "mix"), steps done, steps in all; from any thread."""


def unwatched(name: str, done: int, total: int) -> None:
    """Nobody is watching."""
