"""How long the stages of a run took."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Wall-clock seconds of a run and of its named stages; stages may run in several threads at once."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._lock = threading.Lock()
        self.stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to stage `name`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            with self._lock:
                self.stages[name] = round(self.stages.get(name, 0.0) + spent, 4)

    def seconds(self) -> float:
        """Seconds since the clock was made."""
        return round(time.perf_counter() - self._start, 4)
