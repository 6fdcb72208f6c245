"""A progress bar on standard error, only where someone is watching."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stemwright.cli.output import lines
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bars:
    """One bar a piece of work ("drums", "mix"); safe to call from several threads."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, name: str, done: int, total: int) -> None:
        """Work `name` has finished `done` of `total` steps."""
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=max(total, 1))
        self._progress.update(self._tasks[name], completed=done, total=max(total, 1))


@contextmanager
def counting(name: str, every: int) -> Iterator[Callable[[int, int, str], None]]:
    """Yield what is called with (steps done, steps, what was done): a bar on a terminal, elsewhere a line
    after every so many steps, and after the last.
    """
    with watching() as watch:

        def count(done: int, total: int, what: str) -> None:
            watch(name, done, total)
            if watch is unwatched and (done % every == 0 or done == total):
                lines([f"{done}/{total} {what}"])

        yield count


@contextmanager
def watching() -> Iterator[Watch]:
    """Yield the function that a producer reports to: bars on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield unwatched
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bars(progress)
