"""Bars as musicians count them (from 1, both ends included), and what they are in frames and ticks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stemwright.errors import UsageError, argument
from stemwright.song.state import GlobalState

_BARS = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """Bars `first` to `last`, counted from 1, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    @property
    def bars(self) -> range:
        """The bars, counted from 0."""
        return range(self.first - 1, self.last)

    def frames(self, state: GlobalState) -> tuple[int, int]:
        """First frame, and the first frame after the span."""
        return state.timebase.bar_frame(self.first - 1), state.timebase.bar_frame(self.last)

    def ticks(self, state: GlobalState) -> tuple[int, int]:
        """First tick, and the first tick after the span."""
        return state.bar_tick(self.first - 1), state.bar_tick(self.last)


def parse_bars(text: str, state: GlobalState, name: str = "bars") -> Span:
    """A span from "5-8" or "5". UsageError, naming `name`, where it is malformed or outside the song."""
    if "," in text:
        raise UsageError(
            f"{argument(name)} {text[:40]!r}: give one span, e.g. 5-8; run the command again for another"
        )
    found = _BARS.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{argument(name)} {text[:40]!r}: write the first and the last bar, counted from 1, e.g. 5-8"
        )
    first, last = int(found[1]), int(found[2] or found[1])
    if not 1 <= first <= last <= state.bars:
        raise UsageError(
            f"{argument(name)} {text[:40]!r}: the song has bars 1 to {state.bars}; "
            "give A-B with A <= B inside it"
        )
    return Span(first, last)
