"""That a set is left in order, whoever asks for it: every note ends, and its log has its last line."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


@contextmanager
def told_to_end(end: Callable[[], None]) -> Iterator[None]:
    """Within it Ctrl-C, SIGTERM and SIGHUP call ``end`` and nothing else: none cuts short what is done.
    In threads other than the main one signals stay as they are, since Python hands them to none of these."""

    def told(number: int, frame: FrameType | None) -> None:
        end()

    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    is_main = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, told) for number in numbers} if is_main else {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
