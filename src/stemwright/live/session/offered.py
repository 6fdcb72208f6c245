"""Stems that were made and wait to be launched for the first time: one that is passed over was skipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from stemwright.live.launch.entries import Kind
from stemwright.live.launch.queue import Launcher

Values = Mapping[str, float]
Place = tuple[int, int]
"""Column and row."""


@dataclass(frozen=True, slots=True)
class _Stem:
    """``values``: what words had moved when it was asked for; ``since``: the last sample that could not be
    changed any more when it was ready; ``queued``: where something enters that was launched before that."""

    values: Values
    since: int
    queued: Fraction | None


class Offered:
    """``values``: what words have moved, at a sample; ``skipped`` hears of a place whose stem was replaced,
    or in whose column something else was launched, before it was ever heard, and with which values it was
    asked for."""

    def __init__(
        self, launcher: Launcher, values: Callable[[int], Values], skipped: Callable[[Place, Values], None]
    ) -> None:
        self._launcher, self._values, self._skipped = launcher, values, skipped
        self._asked: dict[Place, Values] = {}
        self._waiting: dict[Place, _Stem] = {}

    def ask(self, place: Place, now: int) -> None:
        """A stem is asked for."""
        self._asked[place] = dict(self._values(now))

    def failed(self, place: Place) -> None:
        """It could not be made; what was there before stays."""
        self._asked.pop(place, None)

    def ready(self, place: Place, now: int) -> None:
        """It is in its slot."""
        self.turn(now)
        self._skip(place)
        wish = self._launcher.columns[place[0]].wish
        queued = None if wish is None else wish.place
        self._waiting[place] = _Stem(self._asked.pop(place), now + self._launcher.block, queued)

    def turn(self, now: int) -> None:
        """See what was launched by now."""
        for place, stem in [*self._waiting.items()]:
            column, row = place
            entry = self._launcher.columns[column].heard(now)
            if entry is None or entry.row is None or entry.sample <= stem.since:
                continue
            if entry.row == row:
                del self._waiting[place]
            elif entry.kind is Kind.ASKED and entry.place != stem.queued:
                self._skip(place)

    def _skip(self, place: Place) -> None:
        stem = self._waiting.pop(place, None)
        if stem is not None:
            self._skipped(place, stem.values)
