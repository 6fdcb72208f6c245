"""Recording within a set: every bus from one sample on to another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from stemwright.live.desk.desk import Desk
from stemwright.live.record.recorder import Recorder
from stemwright.native import live_commands as lc

LEAD = 0.05
"""Seconds from the wish to the first sample that is recorded, so that all buses begin at it."""


class Recording:
    """One recording at a time, each in a folder of its own: ``1``, ``2``, ... ``threaded``: written by a
    thread of its own; else by ``turn``."""

    def __init__(
        self, desk: Desk, folder: Path, say: Callable[[str], None], *, threaded: bool = True
    ) -> None:
        self._desk, self._folder, self._say, self._threaded = desk, folder, say, threaded
        self._recorder: Recorder | None = None
        self._ends: int | None = None
        self._count = 0

    @property
    def on(self) -> bool:
        """Whether it records."""
        return self._recorder is not None and self._ends is None

    def begin(self, now: int, began: datetime) -> None:
        """Record from shortly after a sample on. A line where the files cannot be made."""
        if self._recorder is not None:
            return
        start = now + round(LEAD * self._desk.setup.rate)
        place = self._folder / str(self._count + 1)
        try:
            place.mkdir(parents=True)
            recorder = Recorder(
                self._desk.graph, self._desk.taps, place, self._desk.setup.rate, start, began, self._say
            )
        except OSError as error:
            self._say(f"recording: {place} cannot be written ({error.strerror})")
            return
        self._count += 1
        self._recorder, self._ends = recorder, None
        self._desk.post([lc.record(tap, True, at=start) for tap in self._desk.taps.values()])
        if self._threaded:
            recorder.begin()

    def end(self, now: int) -> None:
        """Record no more from shortly after a sample on."""
        if self.on:
            self._ends = now + round(LEAD * self._desk.setup.rate)
            self._desk.post([lc.record(tap, False, at=self._ends) for tap in self._desk.taps.values()])

    def lost(self, tap: int, at: int, frames: int) -> None:
        """The graph reported an overrun of a tap."""
        if self._recorder is not None:
            self._recorder.lost(tap, at, frames)

    def turn(self, now: int) -> None:
        """Time has come to a sample: finish what has ended."""
        if self._recorder is None:
            return
        if self._ends is not None and self._desk.graph.sample > self._ends:
            self._finish()
        elif not self._threaded:
            self._recorder.turn()

    def close(self) -> None:
        """Finish at once."""
        if self._recorder is not None:
            self._finish()

    def _finish(self) -> None:
        recorder, self._recorder, self._ends = self._recorder, None, None
        assert recorder is not None
        recorder.end()
        place = next(iter(recorder.paths.values())).parent
        self._say(f"recorded: {recorder.seconds:.1f} s of {len(recorder.paths)} buses in {place}")
