"""Prompts that come while a stream plays: lines of a terminal or a pipe."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from typing import TYPE_CHECKING, Protocol

from stemwright.errors import StemwrightError

if TYPE_CHECKING:
    from stemwright.stream.ahead import Ahead
    from stemwright.stream.phrases import Piece

LONGEST = 1 << 16
"""Bytes of a line that are kept: more than any prompt may have."""
_PIECE = 4096
_LOOK = 0.1
"""Seconds between two looks at whether it is over."""


class Listener(Protocol):
    """Who hears what came of a prompt."""

    def piece(self, piece: Piece) -> None:
        """It will be played."""

    def lines(self, lines: tuple[str, ...]) -> None:
        """It will not, and why."""


@contextmanager
def listening(lines: RawIOBase | None, ahead: Ahead, told: Listener) -> Iterator[None]:
    """Have prompts that come in lines played, by a thread, while the block lasts. Empty lines say nothing.
    `lines`: a terminal or a pipe, without a buffer.
    """
    if lines is None:
        yield
        return
    over = threading.Event()
    thread = threading.Thread(target=_hear, args=(lines, ahead, told, over), name="prompts", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        if _waits():
            thread.join()


def _waits() -> bool:
    """Whether a thread can wait for a pipe and be told to stop; on Windows it ends with the process."""
    return os.name != "nt"


def _hear(lines: RawIOBase, ahead: Ahead, told: Listener, over: threading.Event) -> None:
    for line in texts(lines, over):
        prompt = line.decode("utf-8", "replace").strip()
        if not prompt:
            continue
        try:
            told.piece(ahead.ask(prompt))
        except StemwrightError as error:
            told.lines((f"prompt not taken: {error}",))


def texts(lines: RawIOBase, over: threading.Event) -> Iterator[bytes]:
    """Lines as they come, of each `LONGEST` bytes at most; what ends without one counts as one."""
    held = b""
    while not over.is_set():
        if _waits() and not select.select([lines], [], [], _LOOK)[0]:
            continue
        piece = lines.read(_PIECE)
        if not piece:
            break
        *whole, rest = (held + piece).split(b"\n")
        yield from (line[:LONGEST] for line in whole)
        held = rest[:LONGEST]
    if held and not over.is_set():
        yield held
