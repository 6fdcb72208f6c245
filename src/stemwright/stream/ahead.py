"""Phrases written ahead: while one is played, the next is written by a thread; another prompt has it written
again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from stemwright.stream.phrases import Phrase, Piece


class Ahead:
    """Gives phrases in order. `open_piece`: reads a prompt (UsageError for one that is wrong); `piece`: what
    is played from the next phrase on.
    """

    def __init__(self, open_piece: Callable[[str], Piece], prompt: str) -> None:
        self._open = open_piece
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="phrases")
        self.piece = open_piece(prompt)
        self._index = 0  # of the next phrase in its piece
        self._number, self._start = 0, 0
        self._next: Future[Phrase] | None = None

    def ask(self, prompt: str) -> Piece:
        """Play this from the next phrase on. UsageError, and nothing changes, for a prompt that is wrong."""
        piece = self._open(prompt)
        piece.phrase(0, 0, 0)  # what it says may be right, and yet not to be written
        with self._lock:
            self.piece, self._index = piece, 0
            if self._next is not None:
                self._order()
        return piece

    def take(self) -> Phrase:
        """The next phrase; it waits where that is not written yet."""
        while True:
            with self._lock:
                if self._next is None:
                    self._order()
                coming = self._next
            assert coming is not None
            phrase = coming.result()
            with self._lock:
                if coming is self._next:  # no other prompt came meanwhile
                    self._number, self._start = phrase.number + 1, phrase.stop
                    self._index += 1
                    self._next = None
                    return phrase

    def prepare(self) -> None:
        """Have the next phrase written, if nobody asked for it yet."""
        with self._lock:
            if self._next is None:
                self._order()

    def close(self) -> None:
        """Write no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _order(self) -> None:
        """Have the next phrase written; one that is being written for another prompt is forgotten."""
        if self._next is not None:
            self._next.cancel()
        self._next = self._pool.submit(self.piece.phrase, self._index, self._number, self._start)
