"""How bars of rhythm are named in the tables "bass" and "harmony", and drawing them.

A bar is a text of marks, one a sixteenth: `x` begins a note, `-` holds it, `.` is a rest. It is counted by
meter, by how many notes begin in it, by its place in four bars and by the bar before.
"""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.compose.learned.counts import Counts
from stemwright.compose.streams import Stream

METERS = ("4/4", "3/4", "6/8", "2/4", "12/8")
"""Meters that bars are counted in; other meters borrow 4/4 pulse by pulse."""
_EDGES = (2, 4, 7)
"""Onsets in sixteen sixteenths up to which a bar is held, sparse, even; more are busy."""


def density(onsets: int, steps: int) -> str:
    """How busy a bar of `steps` sixteenths with `onsets` notes is: "a" (held) to "d" (busy)."""
    even = (onsets * 16 + steps // 2) // steps
    return "abcd"[sum(even > edge for edge in _EDGES)]


def bar_contexts(meter: str, busy: str, bar: int, before: str | None) -> tuple[str, ...]:
    """What a bar's rhythm is counted in, the particular first. `bar`: its number from 0; `before`: the
    bar before it, None where it has no notes.
    """
    plain = f"{meter} {busy}"
    turn = (f"{plain} {bar % 4}",)
    return (*((f"{plain} after {before}",) if before else ()), *turn, plain)


def again_contexts(bar: int) -> tuple[str, ...]:
    """What the likeness of a bar with those before it is counted in."""
    return (f"{bar % 8}", f"{bar % 4}", "")


def likeness(bars: Sequence[str], bar: int) -> str:
    """Which bar before it a bar repeats: "1", "2" or "4" bars before, "n" none."""
    for back in (1, 2, 4):
        if bar >= back and bars[bar] == bars[bar - back]:
            return str(back)
    return "n"


def draw_bar(
    counts: Counts, stream: Stream, meter: str, busy: str, bar: int, before: str | None
) -> str | None:
    """A bar of rhythm, None where the table has none of this meter and density."""
    return counts.draw(stream, bar_contexts(meter, busy, bar, before))
