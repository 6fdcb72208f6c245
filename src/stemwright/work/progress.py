"""How work tells how far it is, and how it is told to stop."""

from __future__ import annotations

from collections.abc import Callable

Watch = Callable[[str, int, int], None]
"""Called with a name ("drums", "mix"), steps done, steps in all; from any thread."""


def shifted(progress: Callable[[int, int], object], before: int, total: int) -> Callable[[int, int], None]:
    """Tells of some work's part as of the whole: `before` of its `total` steps were done when it began."""

    def told(done: int, of: int) -> None:
        progress(before + done, total)

    return told


def unwatched(name: str, done: int, total: int) -> None:
    """Nobody is watching."""
