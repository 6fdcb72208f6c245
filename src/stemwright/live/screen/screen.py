"""The screen itself: a page on a terminal, lines where the output is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from stemwright.live.screen.page import page
from stemwright.live.screen.picker import Cursor
from stemwright.live.screen.texts import plain
from stemwright.live.shown_state import ShownMessage, ShownState

PAUSE = 0.08
"""A page takes some 10 ms of a core."""
_LINE = 1000
_KEPT = 200


class Screen:
    """To be used in a `with`: afterwards the terminal shows what it showed before, and the last messages."""

    def __init__(
        self,
        console: Console | None = None,
        pause: float = PAUSE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`pause`: seconds between two drawings of a page on which nothing was typed."""
        self._console = console or Console()
        self._pause, self._clock = pause, clock
        self._drawn, self._typed = float("-inf"), (Cursor(), "")
        self._live: Live | None = None
        self._said: list[ShownMessage] = []

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(
                console=self._console, screen=True, auto_refresh=False, vertical_overflow="crop"
            )
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None
            for message in self._said:
                self._print(message)

    def show(self, state: ShownState, cursor: Cursor | None = None, entry: str = "") -> None:
        """Draws the state, if the last drawing is long enough ago; on what is no terminal, prints the
        messages that are new. To be called often. `entry`: as `page`.
        """
        new = _new(self._said, state.messages)
        if self._live is None:
            self._said = list(state.messages)
            for message in new:
                self._print(message)
            return
        self._said = [*self._said, *new][-_KEPT:]
        typed, now = (cursor or Cursor(), entry), self._clock()
        if typed == self._typed and now - self._drawn < self._pause:
            return
        self._drawn, self._typed = now, typed
        self._live.update(page(state, *typed, *self._console.size), refresh=True)

    def _print(self, message: ShownMessage) -> None:
        self._console.print(Text(plain(message.text, _LINE)), soft_wrap=True)


def _new(before: list[ShownMessage], now: tuple[ShownMessage, ...]) -> list[ShownMessage]:
    """The messages of `now` that come after the last one of `before`; `now` may have lost its oldest ones."""
    for overlap in range(min(len(before), len(now)), 0, -1):
        if tuple(before[-overlap:]) == now[:overlap]:
            return list(now[overlap:])
    return list(now)
