"""A recording: a thread that takes what the taps of the graph hold and writes it to disk.

The taps keep some seconds, so a disk that stalls for less loses nothing. What a full ring lost is silence of
the same length, and said; so all buses stay in time with each other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from stemwright.live.record.buses import Buses, Sound

PERIOD = 0.1
"""Seconds between two pieces, of which one that is killed loses the last."""
_PIECE = 1 << 17


class Taps(Protocol):
    """What a recorder needs of a graph."""

    def read(self, tap: int, maximum: int) -> Sound:
        """The oldest frames of a tap that were not read yet."""


class Recorder:
    """Records taps, by the name of each bus, into a folder, from the sample ``start`` on.

    ``began``: when that sample sounds. ``tell``: hears a line where something is wrong; the music goes on.
    OSError where the files cannot be made.
    """

    def __init__(
        self,
        graph: Taps,
        taps: Mapping[str, int],
        folder: Path,
        rate: int,
        start: int,
        began: datetime,
        tell: Callable[[str], None],
    ) -> None:
        self._graph, self._taps, self._start, self._rate, self._tell = graph, dict(taps), start, rate, tell
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._failed = False
        self._buses = Buses(tuple(taps), folder, rate, began)
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    @property
    def seconds(self) -> float:
        """How much of every bus is on disk."""
        return self._buses.frames / self._rate

    @property
    def paths(self) -> dict[str, Path]:
        """Where each bus is written."""
        return self._buses.paths

    def begin(self) -> None:
        """Begin to write."""
        self._thread.start()

    def lost(self, tap: int, at: int, frames: int) -> None:
        """The graph reported an overrun of a tap: frames that never came, from the sample ``at`` on."""
        for name, node in self._taps.items():
            if node == tap:
                with self._lock:
                    self._buses.buses[name].lost(at - self._start, frames)
                said = f"{1000 * frames / self._rate:.0f} ms of {name} are lost: the disk was too slow"
                self._tell(f"recording: {said}")

    def end(self) -> None:
        """Write what the taps still hold, and close. To be called after they stopped."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self.turn()
        self._buses.close()

    def turn(self) -> None:
        """Take and write what is there. Offline, where no thread does."""
        with self._lock:
            for name, tap in self._taps.items():
                more = True
                while more:
                    piece = self._graph.read(tap, _PIECE)
                    more = len(piece) > 0
                    if not self._failed:
                        self._buses.buses[name].add(piece)
            if self._failed:
                return
            try:
                self._buses.write()
            except OSError as error:
                self._failed = True
                self._tell(
                    f"recording: {self._buses.frames / self._rate:.1f} s are on disk, no more can be written "
                    f"({error.strerror}): make room and begin a new recording"
                )

    def _run(self) -> None:
        while not self._ended.wait(PERIOD):
            self.turn()
