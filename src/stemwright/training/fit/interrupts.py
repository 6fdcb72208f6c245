"""Ctrl-C between steps: half of one, taken by the first of two optimisers, could not be gone on from."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class AtOnce(KeyboardInterrupt):
    """Ctrl-C again, from someone who will not wait for the end of a step."""


@contextmanager
def to_the_end(say: Callable[[str], None]) -> Iterator[None]:
    """Raise the KeyboardInterrupt of a Ctrl-C when the block is over; at the second one :class:`AtOnce`."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is not signal.default_int_handler:
        yield  # whoever calls has other plans
        return
    came = False

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal came
        if came:
            raise AtOnce
        came = True
        say("stopping at the end of this step; Ctrl-C again stops at once")

    signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt
