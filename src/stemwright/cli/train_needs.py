"""What the `train` family needs: its packages, and a voice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from stemwright.cli.output import lines
from stemwright.errors import StemwrightError


def say(line: str) -> None:
    """A line of what goes on; of several processes that train together the first tells it."""
    if os.environ.get("RANK", "0") == "0":
        lines([line])


def hush(line: str) -> None:
    """Nothing: standard output is one JSON object."""


@contextmanager
def training() -> Iterator[None]:
    """Imports of the training room; a missing package becomes the line that tells how to get it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("stemwright"):
            raise
        raise StemwrightError(
            f"training needs {error.name}: install the training extra: pip install 'stemwright[train]'"
        ) from None
