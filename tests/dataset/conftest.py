"""Tiny synthetic samples for the tests of this room."""

from support.samples import samples

__all__ = ["samples"]
