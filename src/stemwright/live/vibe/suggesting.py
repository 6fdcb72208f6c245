"""Suggestions from what was kept and skipped in this session: how kept takes differ from skipped ones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from stemwright.live.vibe.parameters import PARAMETERS, VibeParameter
from stemwright.live.vibe.request import BY, Change, Request, Stage

MOST = 3
"""Suggestions at once."""
_EACH = 2
"""Takes of both sorts that are needed."""
_PRIOR = 0.15
"""Share of a range by which values of one sort are taken to differ anyhow."""
_SURE = 1.0
"""Standard errors by which kept and skipped takes must differ."""
_LEAST = 0.05
"""Share of a range that a suggestion moves at least."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line for the screen, and what it does when it is taken. `sure`: in standard errors."""

    text: str
    request: Request
    sure: float


@dataclass(slots=True)
class Taste:
    """What was kept and skipped, with the parameters that it was made with."""

    _kept: list[dict[str, float]] = field(default_factory=list)
    _skipped: list[dict[str, float]] = field(default_factory=list)

    def note(self, kept: bool, values: Mapping[str, float]) -> None:
        """One take was kept or skipped."""
        known = {name: values[name] for name in PARAMETERS if math.isfinite(values.get(name, math.nan))}
        (self._kept if kept else self._skipped).append(known)

    def suggestions(self, now: Mapping[str, float]) -> list[Suggestion]:
        """What could be tried, the surest first: towards the kept takes, where these differ from the skipped
        ones by more than chance would have it, and where it is not there already.
        """
        found = [
            each
            for entry in PARAMETERS.values()
            if (each := self._suggest(entry, now[entry.name])) is not None
        ]
        return sorted(found, key=lambda each: -each.sure)[:MOST]

    def _suggest(self, entry: VibeParameter, now: float) -> Suggestion | None:
        kept = [each[entry.name] for each in self._kept if entry.name in each]
        skipped = [each[entry.name] for each in self._skipped if entry.name in each]
        if min(len(kept), len(skipped)) < _EACH:
            return None
        span = entry.high - entry.low
        good, bad = _mean(kept), _mean(skipped)
        spread = math.sqrt(
            (_variance(kept) + (_PRIOR * span) ** 2) / len(kept)
            + (_variance(skipped) + (_PRIOR * span) ** 2) / len(skipped)
        )
        sure = abs(good - bad) / spread
        by = entry.clipped(good) - now
        by = min(max(by, -2 * entry.step), 2 * entry.step)
        if sure < _SURE or abs(by) < _LEAST * span or (by > 0) != (good > bad):
            return None
        word = entry.more if by > 0 else entry.less
        text = f"{word}? kept takes have {entry.name} {good:.2g}, skipped ones {bad:.2g}"
        return Suggestion(text, Request((Stage((Change(entry.name, BY, by),)),)), sure)


def _mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


def _variance(values: list[float]) -> float:
    middle = _mean(values)
    return math.fsum((value - middle) ** 2 for value in values) / len(values)
