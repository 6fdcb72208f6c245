"""The keyboard of the terminal, read letter by letter without waiting."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

_MOST = 1024  # bytes at one call


class Keys(Protocol):
    def __call__(self) -> bytes:
        """What was typed since the last call."""


@contextmanager
def typed() -> Iterator[Keys]:
    """Within it, keys come at once and are not shown; afterwards the terminal is as it was. Where the input
    is no terminal there are no keys.
    """
    if not sys.stdin.isatty():
        yield lambda: b""
    elif sys.platform == "win32":
        yield _windows_keys
    else:
        with _unix_keys() as keys:
            yield keys


def _windows_keys() -> bytes:
    import msvcrt

    arrows = {"H": "\x1b[A", "P": "\x1b[B", "M": "\x1b[C", "K": "\x1b[D"}
    found = ""
    while msvcrt.kbhit() and len(found) < _MOST:  # type: ignore[attr-defined,unused-ignore]
        letter = msvcrt.getwch()  # type: ignore[attr-defined,unused-ignore]
        found += arrows.get(msvcrt.getwch(), "") if letter in "\x00\xe0" else letter  # type: ignore[attr-defined,unused-ignore]
    return found.encode()


@contextmanager
def _unix_keys() -> Iterator[Keys]:
    import select
    import termios
    import tty

    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)

    def keys() -> bytes:
        ready, _, _ = select.select([number], [], [], 0)
        return os.read(number, _MOST) if ready else b""

    try:
        tty.setcbreak(number)  # Ctrl-C stays what it is
        yield keys
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)
