"""A contestant's process as this side sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import stemwright
from stemwright.errors import StemwrightError

GOODBYE_SECONDS = 10.0


class Process:
    """`python -m MODULE ARGUMENTS...`, asked one thing at a time. A context manager: on leaving, it ends."""

    def __init__(
        self, name: str, module: str, *arguments: str, settings: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed on leaving)
        home = str(Path(stemwright.__file__).parent.parent)
        path = os.pathsep.join(part for part in (home, os.environ.get("PYTHONPATH", "")) if part)
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
            env={**os.environ, **(settings or {}), "PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for this side alone, which then ends all of them
        )

    def ask(self, act: str, **options: Any) -> dict[str, Any]:
        """The answer to a request. StemwrightError where the process has failed."""
        self.send(act, **options)
        return self.receive()

    def send(self, act: str, **options: Any) -> None:
        """Begin a request, so that several processes can work at once; `receive` must follow."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"act": act, **options}) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise self._failure() from None

    def receive(self) -> dict[str, Any]:
        """The answer to what `send` began."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._failure()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def wait(self) -> None:
        """Until a process that needs no telling has done its work."""
        if self._process.wait():
            raise self._failure()

    def _failure(self) -> StemwrightError:
        code = self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return StemwrightError(
            f"benchmark: {self.name} failed: {lines[-1] if lines else f'exit code {code}'}"
        )

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        if kind is not None:
            self._process.kill()
        try:
            self._process.stdin.close()
            self._process.wait(GOODBYE_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()
