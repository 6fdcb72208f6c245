"""What the `train` family needs: its packages (`training`), and a voice."""

from __future__ import annotations

import os

from stemwright.cli.output import lines
from stemwright.work.extras import training

__all__ = ["hush", "say", "training"]


def say(line: str) -> None:
    """A line of what goes on; of several processes that train together the first tells it."""
    if os.environ.get("RANK", "0") == "0":
        lines([line])


def hush(line: str) -> None:
    """Nothing: standard output is one JSON object."""
