"""A queue of stems to be made, each by commands in processes of their own, at low priority.

A process that dies, hangs or refuses costs its job alone: the slot is told why, and the next job goes on. All
work is done in a copy of the song, in the session's folder.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.stems.stem import Found, Prepared
from stemwright.live.worker.jobs import Order, commands

STEP_SECONDS = 900
"""No command may take longer."""
Read = Callable[[str, Path], Prepared]
"""Makes of a layer and its stem's file, which is of the whole song, what can be launched. UsageError or
OSError where that cannot be done."""
_PROGRAM = "import os; getattr(os, 'nice', lambda by: None)(10); from stemwright.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a job: for each layer its stem, or why there is none at all. ``run``: that of the song's
    copy which made it."""

    job: Order
    stems: Mapping[str, Found]
    error: str = ""
    run: int = 0


class Worker:
    """Makes stems of ``song``, a copy that nobody else changes; ``close`` ends what is running."""

    def __init__(self, song: Path) -> None:
        self.song = song
        self._jobs: SimpleQueue[tuple[Order, Read] | None] = SimpleQueue()
        self._made: SimpleQueue[Made] = SimpleQueue()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._closed = False
        self._base: int | None = None
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._thread.start()

    def submit(self, job: Order, read: Read) -> None:
        """Make a stem after those that were asked for before. ``read`` is called in the worker's thread, so
        that nobody waits for it, and before the next job is begun. UsageError for words that say nothing."""
        commands(self.song, job)
        self._jobs.put((job, read))

    def results(self) -> list[Made]:
        """What was finished since the last call."""
        found = []
        while True:
            try:
                found.append(self._made.get_nowait())
            except Empty:
                return found

    @property
    def pid(self) -> int | None:
        """The process that works now, None where none does."""
        process = self._process
        return None if process is None else process.pid

    def close(self) -> None:
        """End what is running; what was asked for and is not made stays unmade."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                _kill(self._process)
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (asked := self._jobs.get()) is not None and not self._closed:
            try:
                self._made.put(self._make(*asked))
            except StemwrightError as error:
                self._made.put(Made(asked[0], {}, str(error)))
            except Exception as error:  # the next job goes on, whatever this one met
                self._made.put(Made(asked[0], {}, f"fault: {type(error).__name__}: {error}"))

    def _make(self, job: Order, read: Read) -> Made:
        if self._base is None:
            self._base = last_run(call(["log", str(self.song)], self._started))
        else:
            call(["restore", str(self.song), str(self._base)], self._started)
        run = self._base
        for command in commands(self.song, job):
            told = call(command, self._started)
            run = told.get("run") or run
        told = call(["mix", str(self.song), "--stems"], self._started)
        files = {layer: Path(told["stems"][layer]) for layer in job.layers if layer in told["stems"]}
        stems = {layer: _read(layer, file, read) for layer, file in files.items()}
        error = "" if stems else f"{', '.join(job.layers)}: nothing of it sounds"
        return Made(job, stems, error, run)

    def _started(self, process: subprocess.Popen[str]) -> None:
        with self._lock:
            self._process = process
            if self._closed:
                _kill(process)


def _read(layer: str, file: Path, read: Read) -> Found:
    try:
        return read(layer, file)
    except (UsageError, OSError) as error:
        return str(error)


def call(words: Sequence[str], started: Any = lambda process: None) -> dict[str, Any]:
    """What a command of the command line prints with ``--json``, run in a process of its own at low priority.
    UsageError with its line where it refuses, StemwrightError where it dies or takes too long."""
    options = words.index("--") if "--" in words else len(words)
    given = [sys.executable, "-c", _PROGRAM, *words[:options], "--json", *words[options:]]
    # No terminal and no signals of ours: Ctrl-C is for the stage.
    process = subprocess.Popen(
        given,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    started(process)
    try:
        out, err = process.communicate(timeout=STEP_SECONDS)
    except subprocess.TimeoutExpired:
        _kill(process)
        process.communicate()
        raise StemwrightError(f"stemwright {words[0]}: took over {STEP_SECONDS} s, and was ended") from None
    if process.returncode == 0:
        told: dict[str, Any] = json.loads(out.splitlines()[-1])
        return told
    if process.returncode < 0:
        name = signal.Signals(-process.returncode).name
        raise StemwrightError(f"stemwright {words[0]}: was ended by {name}: ask for it again")
    said = [line for line in err.splitlines() if line.startswith("error: ")] or err.splitlines() or ["failed"]
    raise UsageError(said[-1].removeprefix("error: "))


def last_run(log: dict[str, Any]) -> int:
    """The last run of a song's log; 0 where it has none."""
    return max((run["run"] for run in log["runs"]), default=0)


def _kill(process: subprocess.Popen[str]) -> None:
    """End a process and those that it began."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
