"""Packages that only some of the work needs, and the line that tells how to get them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from stemwright.errors import StemwrightError


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
