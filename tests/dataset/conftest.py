"""Fixtures of these tests."""

from support.samples import samples, tone

__all__ = ["samples", "tone"]
