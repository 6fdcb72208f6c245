"""Counting feel: how loud and how late drummers strike, beside what they usually do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from stemwright.compose.learned.drums import (
    FORCE,
    GROUPS,
    LOUD,
    SOFT,
    accent_contexts,
    apart_contexts,
    clock_contexts,
    force_contexts,
    leading,
    lean_contexts,
    swell_contexts,
    wander_contexts,
)
from stemwright.training.patterns.drum_grooves import Seen
from stemwright.training.patterns.drum_hearing import STEPS, Heard, Stroke

LEAST = 3
"""Strokes that a place needs for its accent to be told."""
MOST = 20
WANDER = 8
LATE = 6
Key = tuple[str, bool, int]  # group, soft, step


def steps_of(difference: int, size: int, most: int) -> int:
    """A difference in steps of a size, the nearest one, at most so many."""
    return max(-most, min(most, (2 * difference + size) // (2 * size)))


def feel(player: str, played: Heard) -> Iterator[Seen]:
    """Everything that a recording tells of loudness and timing."""
    strokes = [stroke for bar in played.bars for stroke in bar]
    accents = _accents(played, strokes)
    for (group, soft, step), accent in accents.items():
        beat, near = (accents.get((group, soft, step - back)) for back in (4, 2))
        yield "accent", accent_contexts(player, group, soft, step, beat, near), str(accent)
    yield from _wander(played, strokes, accents)
    yield from _timing(player, played)


def _accents(played: Heard, strokes: Sequence[Stroke]) -> dict[Key, int]:
    by: dict[Key, list[int]] = defaultdict(list)
    for stroke in strokes:
        by[GROUPS[stroke.piece], stroke.soft, stroke.step].append(stroke.velocity)
    return {
        key: steps_of(sum(own) // len(own) - played.usual[key[0]], LOUD, MOST)
        for key, own in sorted(by.items())
        if len(own) >= LEAST and key[0] in played.usual
    }


def _wander(played: Heard, strokes: Sequence[Stroke], accents: dict[Key, int]) -> Iterator[Seen]:
    last: dict[str, int] = {}
    for stroke in strokes:
        group = GROUPS[stroke.piece]
        accent = accents.get((group, stroke.soft, stroke.step))
        if accent is None:
            continue
        usual = played.usual[group] + LOUD * accent
        now = steps_of(stroke.velocity - usual, LOUD, WANDER)
        yield "wander", wander_contexts(group, stroke.soft, last.get(group, 0)), str(now)
        last[group] = now


def _timing(player: str, played: Heard) -> Iterator[Seen]:
    """How late strokes always are, a place each, a recording's mean taken off; how late the leading stroke of
    a step is beside that, and the others beside both.
    """
    strokes = [stroke for bar in played.bars for stroke in bar]
    mean = steps_of(sum(stroke.late for stroke in strokes), len(strokes), LATE)
    leans = _leans(strokes, mean)
    for (group, step), lean in leans.items():
        yield "lean", lean_contexts(player, group, step, leans.get((group, step - 4))), str(lean)
    before = 0
    for bar in played.bars:
        for step in range(STEPS):
            beside = {
                stroke.piece: stroke.late - mean - leans[GROUPS[stroke.piece], step]
                for stroke in bar
                if stroke.step == step and (GROUPS[stroke.piece], step) in leans
            }
            if not beside:
                continue
            lead = leading([*beside])
            clock = max(-LATE, min(LATE, beside.pop(lead)))
            yield "clock", clock_contexts(before), str(clock)
            before = clock
            for piece, late in beside.items():
                yield "apart", apart_contexts(GROUPS[piece]), str(max(-LATE, min(LATE, late - clock)))


def _leans(strokes: Sequence[Stroke], mean: int) -> dict[tuple[str, int], int]:
    by: dict[tuple[str, int], list[int]] = defaultdict(list)
    for stroke in strokes:
        by[GROUPS[stroke.piece], stroke.step].append(stroke.late - mean)
    return {key: steps_of(sum(own), len(own), LATE) for key, own in sorted(by.items()) if len(own) >= LEAST}


def swells(player: str, bar: Sequence[Stroke]) -> Iterator[Seen]:
    """How loud a fill is and how its strokes swell, ghosts left out."""
    loud = [stroke for stroke in bar if not stroke.soft]
    if len(loud) < 2:
        return
    mean = sum(stroke.velocity for stroke in loud) // len(loud)
    yield "force", force_contexts(player), str(steps_of(mean - FORCE, SOFT, WANDER))
    before = 0
    for stroke in loud:
        now = steps_of(stroke.velocity - mean, SOFT, WANDER)
        yield "swell", swell_contexts(GROUPS[stroke.piece], stroke.step, before), str(now)
        before = now
