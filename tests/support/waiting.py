"""Waiting for what another thread does."""

import time
from collections.abc import Callable


def until(holds: Callable[[], object], seconds: float = 5.0) -> bool:
    """Whether it came to hold within so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
