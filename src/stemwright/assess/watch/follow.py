"""A run's `log.jsonl`, read on as it grows.

A log may not be there yet, may end in half a line, and may be written anew by a run that goes on from an
earlier checkpoint; lines that cannot be read are counted and passed over.
"""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from stemwright.assess.curves import LOG, MAX_BYTES, MAX_LINE, Points
from stemwright.errors import UsageError

MANIFEST = "bundle/manifest.json"
"""What a run that is over leaves in its folder."""
ABOUT = {"step", "seconds", "done", "rate", "examples", "norm"}
"""Numbers of a step's line that are no figures to be learnt."""
FIRST = ("total", "loss")
"""The figure that is drawn, where there is one of these; else the first by name."""
Stepped = list[tuple[int, float, float]]
"""Points: step, seconds, value."""
_NAME = re.compile(r"[\w .:-]{1,40}")


@dataclass(slots=True)
class Seen:
    """What a log has said: the last line of a step (numbers by name), the points of its
    figure and of what is held out. `done`: the share of the budget, where it is told.
    """

    step: int = 0
    seconds: float = 0.0
    done: float | None = None
    figures: dict[str, float] = field(default_factory=dict)
    rate: float | None = None
    examples: float | None = None
    figure: str = ""
    train: Stepped = field(default_factory=list)
    held_out: Stepped = field(default_factory=list)
    unreadable: int = 0
    measured: bool = False  # the last line is a held-out one


class Followed:
    """The run in a folder, or that of a log."""

    def __init__(self, run: Path) -> None:
        self.name = str(run)
        self.path = run if run.name == LOG else run / LOG
        self.seen = Seen()
        self.written: float | None = None
        self._file, self._at, self._rest, self._skip = 0, 0, b"", False

    def read(self) -> bool:
        """Read on; whether anything is new. UsageError for what is no log, by its size."""
        try:
            with self.path.open("rb") as file:
                facts = os.fstat(file.fileno())
                if facts.st_ino != self._file or facts.st_size < self._at:
                    self.seen, self._rest, self._skip = Seen(), b"", False
                    self._file, self._at = facts.st_ino, 0
                if facts.st_size > MAX_BYTES:
                    raise UsageError(f"{self.path}: is larger than {MAX_BYTES} bytes; is it a training log?")
                file.seek(self._at)
                new = file.read(facts.st_size - self._at)
        except (FileNotFoundError, NotADirectoryError):
            return False
        self.written, self._at = facts.st_mtime, self._at + len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in lines:
            if self._skip:  # the end of one that was too long
                self._skip = False
            elif line.strip():
                self._take(line)
        if len(self._rest) > MAX_LINE:
            self.seen.unreadable += not self._skip
            self._rest, self._skip = b"", True
        return bool(new)

    @property
    def over(self) -> bool:
        """Whether the run has ended, by its budget or by what it left."""
        if self.seen.done is not None and self.seen.done >= 1 and self.seen.measured:
            return True
        try:
            left = (self.path.parent / MANIFEST).stat().st_mtime
        except OSError:
            return False
        return self.written is not None and left >= self.written

    def facts(self) -> dict[str, Any]:
        """Where the run is, as plain JSON values; `seconds_left`: if it goes on as it did."""
        seen, done = self.seen, self.seen.done
        best = min(seen.held_out, key=lambda point: point[2], default=None)
        return {
            "run": self.name,
            "there": self.written is not None,
            "over": self.over,
            "step": seen.step,
            "seconds": seen.seconds,
            "done": done,
            "seconds_left": None if not done else max(0.0, seen.seconds * (1 - done) / done),
            "learning_rate": seen.rate,
            "examples_per_second": seen.examples,
            "figures": dict(seen.figures),
            "held_out": seen.held_out[-1][2] if seen.held_out else None,
            "best": best and best[2],
            "best_step": best and best[0],
            "quiet_seconds": None if self.written is None else max(0.0, time.time() - self.written),
            "unreadable_lines": seen.unreadable,
        }

    def _take(self, line: bytes) -> None:
        record = _record(line)
        if record is None:
            self.seen.unreadable += 1
            return
        seen, step, seconds = self.seen, record["step"], float(record["seconds"])
        seen.step, seen.seconds, seen.measured = step, seconds, "valid" in record
        seen.done = _number(record.get("done"))
        if seen.measured:
            value = _held_out(record)
            if value is not None:
                _put(seen.held_out, (step, seconds, value))
            return
        seen.rate, seen.examples = _number(record.get("rate")), _number(record.get("examples"))
        numbers = {name: _number(value) for name, value in record.items() if name not in ABOUT}
        seen.figures = {k: v for k, v in numbers.items() if v is not None and _NAME.fullmatch(k)}
        seen.figure = next((name for name in (*FIRST, *sorted(seen.figures)) if name in seen.figures), "")
        if seen.figure:
            _put(seen.train, (step, seconds, seen.figures[seen.figure]))


def timed(points: Stepped) -> Points:
    """(seconds, value) of points."""
    return [(seconds, value) for _, seconds, value in points]


def _put(points: Stepped, new: tuple[int, float, float]) -> None:
    """A run that went on from an earlier step says those that come after it again."""
    while points and points[-1][0] >= new[0]:
        points.pop()
    points.append(new)


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line) if len(line) <= MAX_LINE else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or _number(record.get("seconds")) is None:
        return None
    return record if isinstance(record.get("step"), int) else None


def _held_out(record: dict[str, Any]) -> float | None:
    """The number by which the best weights are chosen; in older logs the total, or the mean, of all."""
    given, valid = _number(record.get("held_out")), record["valid"]
    if given is None and isinstance(valid, dict):
        return _number(valid.get("total"))
    if (
        given is None
        and isinstance(valid, list)
        and valid
        and all(_number(each) is not None for each in valid)
    ):
        return float(np.mean(valid))
    return given if given is not None else _number(valid)


def _number(value: object) -> float | None:
    """A finite number of moderate size, as float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else None
