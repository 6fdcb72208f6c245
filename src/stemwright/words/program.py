"""Talking with a program in JSON lines: a question is an object on a line of its standard input, an answer
one on a line of its standard output. Never through a shell; with a limit on time and on length.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shlex
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.song.sealed import strict_json

MAX_ANSWER = 1 << 20
"""Bytes of an answer."""
TIMEOUT = 120.0
_SHOWN = 80
_WAITING = 64
"""Answers that may wait to be read; a program that writes more waits itself."""


class Program:
    """A program that runs, and answers. All its answers together may take so many seconds, but for those that
    are waited for by a time of their own. `option`: the argument that gives more time.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        name: str,
        timeout: float,
        said: IO[bytes],
        option: str = "timeout",
    ) -> None:
        self.name = name
        self._process, self._said, self._option = process, said, option
        self._end, self._timeout = time.monotonic() + timeout, timeout
        self._answers: queue.Queue[bytes] = queue.Queue(_WAITING)
        self._ended = False
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The object that answers a question. StemwrightError, one line, where there is none in time."""
        self.tell(question)
        return self.answer(self._end - time.monotonic(), self._timeout)

    def tell(self, question: Mapping[str, Any]) -> None:
        """Give it a question; nothing is waited for."""
        data = json.dumps(question, ensure_ascii=True).encode() + b"\n"
        threading.Thread(target=self._tell, args=(data,), daemon=True).start()

    def answer(self, seconds: float, told: float | None = None) -> dict[str, Any]:
        """The next object that it writes. StemwrightError, one line, where there is none in time. `told`: the
        seconds that this line speaks of, where they are others.
        """
        try:
            line = self._answers.get(timeout=max(seconds, 0.01))
        except queue.Empty:
            raise StemwrightError(
                f"{self.name}: gave no answer within {told or seconds:g} s; give it longer with "
                f"{argument(self._option)}, or mend it"
            ) from None
        if not line:
            raise StemwrightError(f"{self.name}: ended without an answer{self._last_words()}")
        if len(line) > MAX_ANSWER:
            raise StemwrightError(f"{self.name}: its answer is longer than {MAX_ANSWER >> 20} MiB")
        try:
            answer = strict_json(line)
        except (ValueError, RecursionError):
            raise StemwrightError(
                f"{self.name}: its answer is no JSON: {line[:40].decode('utf-8', 'replace')!r}"
            ) from None
        if not isinstance(answer, dict):
            raise StemwrightError(f"{self.name}: its answer should be one JSON object a line")
        return answer

    def stop(self) -> None:
        """End it, and what it has started, if it has not ended itself."""
        self._ended = True
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=0.2)
        if self._process.poll() is None:
            with contextlib.suppress(OSError):
                if os.name == "posix":
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.kill()
            self._process.wait()

    def _tell(self, data: bytes) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # it has ended: told when its answer is waited for
            self._process.stdin.write(data)
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            while line := self._process.stdout.readline(MAX_ANSWER + 1):
                if line.strip():
                    self._put(line)
                if self._ended or len(line) > MAX_ANSWER:
                    break
        self._put(b"")

    def _put(self, line: bytes) -> None:
        while not self._ended:
            with contextlib.suppress(queue.Full):
                self._answers.put(line, timeout=0.5)
                return

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        self._said.seek(0)
        lines = self._said.read(65536).decode("utf-8", "replace").strip().splitlines()
        code = self._process.poll()
        return f" (exit code {code}{f': {lines[-1][:_SHOWN]}' if lines else ''})"


@contextmanager
def running(
    command: str, timeout: float | None, by: str = "by", option: str = "timeout"
) -> Iterator[Program]:
    """The program of a command line, split as a shell would, run without one. UsageError where it cannot be
    started; it is ended with the block. `by`, `option`: the arguments that name it and its time.
    """
    if timeout is not None and not 0 < timeout <= 86400:
        raise UsageError(f"{argument(option)} {timeout:g}: give seconds above 0, at most 86400")
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"{argument(by)} {command[:60]!r}: {str(error).lower()}; mend its quotes") from None
    if not words:
        raise UsageError(f"{argument(by)}: names no program")
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=os.name == "posix",
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "no program"
            raise UsageError(f"{argument(by)} {words[0][:60]!r}: cannot be started ({reason})") from None
        program = Program(process, Path(words[0]).name, timeout or TIMEOUT, said, option)
        try:
            yield program
        finally:
            program.stop()
