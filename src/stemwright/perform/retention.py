"""Beat-aligned retention: which frames of a long layer stay in sight after the window has moved on.

A manifest's `architecture.retention` asks for it: {"recent": slots for the last frames, "every_bars": N,
"beats": M} keeps, besides the last frames, the first M beats of every Nth bar, as many of the latest as the
rest of the window holds. A layer that fits into the window is not touched by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stemwright.native.engine import Retention
    from stemwright.song.timebase import Timebase


def retention_of(config: Mapping[str, Any], timebase: Timebase, frames: int) -> Retention | None:
    """What a performer of this (checked) architecture keeps of a layer; None where all `frames` fit."""
    from stemwright.native.engine import Retention

    policy = config.get("retention")
    if policy is None or frames + config["codebooks"] - 1 <= config["window"]:
        return None
    return Retention(policy["recent"], beat_spans(timebase, frames, policy["every_bars"], policy["beats"]))


def beat_spans(timebase: Timebase, frames: int, every_bars: int, beats: int) -> tuple[tuple[int, int], ...]:
    """The first `beats` beats of every `every_bars`th bar, as frames [first, last) from below `frames`."""
    spans = []
    for bar in range(0, timebase.bar_of_frame(max(0, frames - 1)) + 1, every_bars):
        first, after = timebase.bar_frame(bar), timebase.bar_frame(bar + 1)
        per_bar = timebase.lines.meter_of(bar).beats_per_bar
        last = first + (after - first) * min(beats, per_bar) // per_bar
        if last > first:
            spans.append((first, last))
    return tuple(spans)
