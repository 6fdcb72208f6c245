"""That every way out ends the notes: the end of a block, an exception, Ctrl-C, SIGTERM and SIGHUP."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = ("SIGTERM", "SIGHUP", "SIGBREAK")


@contextmanager
def ended(end: Callable[[], object]) -> Iterator[None]:
    """Calls `end` once when the block is left, however it is left. Inside, signals that would end the process
    leave the block as SystemExit with the shell's exit code for them; a second one cannot cut `end` short.

    In threads other than the main one signals stay as they are, since Python hands them to none of these.
    """
    before = _taken() if threading.current_thread() is threading.main_thread() else {}
    try:
        yield
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        try:
            end()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _taken() -> dict[signal.Signals, Any]:
    """Handlers that were there before ours."""
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    return {number: signal.signal(number, _leave) for number in numbers}


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
