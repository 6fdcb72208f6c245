"""No chord (N.C.) is silence for bass and harmony, whoever writes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from stemwright.compose.silence import hushed, silent_spans
from stemwright.symbolic.composer.draft import Draft, Place
from stemwright.symbolic.composer.limits import Limits, Span
from stemwright.symbolic.events.vocabulary import PARTS

_SILENCED = (PARTS.index("bass"), PARTS.index("harmony"))


def silenced(limits: Limits, draft: Draft, place: Place) -> Limits:
    """The limits of a place, with the silences that its part has where no chord is: those of its bar and the
    next one after it. Of a rhythm that is kept, what would begin there is left out.
    """
    part, bar = place
    spans = _spans(draft, bar) if part in _SILENCED else []
    if not spans:
        return limits
    rhythm = limits.rhythm
    if rhythm is not None:
        rhythm = frozenset(tick for tick in rhythm if not any(a <= tick < b for a, b in spans))
    return replace(limits, rhythm=rhythm, silent=(*limits.silent, *spans))


def hush(draft: Draft, places: Collection[Place]) -> None:
    """End written notes where chords that were written after them are none."""
    for part, bar in places:
        notes = draft.notes[part][bar] if part in _SILENCED else None
        if notes:
            draft.notes[part][bar] = tuple(hushed(notes, _spans(draft, bar)))
            draft.told.pop((part, bar), None)


def _spans(draft: Draft, bar: int) -> list[Span]:
    """Silences from a bar on, up to the first that begins after it. Bars without chords yet are none."""
    lines = draft.state.lines
    out: list[Span] = []
    for at in range(bar, draft.state.bars):
        out += silent_spans(draft.chords[at] or (), lines, lines.beat(at))
        if out and out[-1][0] >= lines.tick(bar + 1):
            break
    return out
