"""A program that reads the words: any that speaks JSON lines, so that a language model can, local or not.

It is asked `{"id", "text", "now", "parameters"}` on a line: the words, the values now, and what each
parameter may be. It answers `{"id", "stages": [{"changes": [{"parameter", "by" or "to"}], "over",
"lasts"}]}`, or one stage without the list. All of it is checked. While it thinks, nothing waits for it; what
it says too late is not heard, and after three failures in a row it is asked no more.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.vibe.parameters import PARAMETERS
from stemwright.live.vibe.request import UNITS, Request, from_json
from stemwright.words.program import Program, running

TIMEOUT = 10.0
"""Seconds for an answer."""
FAILURES = 3
"""In a row, after which it is asked no more."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What came of question `number`: a request, or None and a line that says why not."""

    number: int
    request: Request | None
    line: str = ""


class Adviser:
    """A program in a thread of its own. One question at a time: a newer one replaces one that still waits."""

    def __init__(self, command: str, timeout: float = TIMEOUT) -> None:
        self._command, self._timeout = command, timeout
        self._questions: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._advice: queue.Queue[Advice] = queue.Queue()
        self._number = 0
        self._program: Program | None = None
        self.works = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def ask(self, text: str, now: Mapping[str, float]) -> int:
        """Ask what some words mean; gives the question's number. Nothing is waited for."""
        self._number += 1
        with contextlib.suppress(queue.Empty):
            while True:
                waits = self._questions.get_nowait()
                if waits is not None:
                    self._advice.put(Advice(waits["id"], None, "words that were replaced by newer ones"))
        self._questions.put(_question(self._number, text, now))
        return self._number

    def poll(self) -> list[Advice]:
        """What has come since the last call."""
        out = []
        with contextlib.suppress(queue.Empty):
            while True:
                out.append(self._advice.get_nowait())
        return out

    def close(self) -> None:
        """End the program, also where it is asked right now."""
        self._questions.put(None)
        if self._program is not None:
            self._program.stop()
        self._thread.join(timeout=self._timeout + 1.0)

    def _run(self) -> None:
        try:
            with running(self._command, None, "vibe", "vibe_timeout") as program:
                self._serve(program)
        except StemwrightError as error:
            self.works = False
            self._refuse(str(error))

    def _serve(self, program: Program) -> None:
        self._program, failures = program, 0
        while failures < FAILURES:
            question = self._questions.get()
            if question is None:
                return
            try:
                advice = Advice(question["id"], self._answer(program, question))
                failures = 0
            except StemwrightError as error:
                failures += 1
                advice = Advice(question["id"], None, str(error))
            self._advice.put(advice)
        raise StemwrightError(f"{program.name}: failed {FAILURES} times; it is asked no more in this session")

    def _refuse(self, line: str) -> None:
        """Nothing is asked any more: whatever was and will be asked gets this line."""
        while (question := self._questions.get()) is not None:
            self._advice.put(Advice(question["id"], None, line))

    def _answer(self, program: Program, question: dict[str, Any]) -> Request:
        program.tell(question)
        end = time.monotonic() + self._timeout
        while True:
            said = program.answer(end - time.monotonic(), self._timeout)
            if said.get("id") == question["id"]:
                break  # others are late answers to earlier questions
        try:
            request = from_json({key: value for key, value in said.items() if key != "id"})
        except UsageError as error:
            raise StemwrightError(f"{program.name}: its answer cannot be used: {error.marked}") from None
        if not any(stage.changes for stage in request.stages):
            raise StemwrightError(f"{program.name}: its answer changes nothing")
        return request


def _question(number: int, text: str, now: Mapping[str, float]) -> dict[str, Any]:
    return {
        "id": number,
        "text": text,
        "now": dict(now),
        "parameters": {
            each.name: {"low": each.low, "high": each.high, "default": each.default, "about": each.text}
            for each in PARAMETERS.values()
        },
        "units": list(UNITS),
    }
