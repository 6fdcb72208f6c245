"""Counting grooves: cells by what stands before and what other limbs play, first and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from stemwright.compose.learned.drums import (
    ANY,
    KEPT,
    LIMBS,
    START,
    Bar,
    Place,
    bar_contexts,
    bar_text,
    busy_contexts,
    changed,
    first,
    heard_by,
    hold_contexts,
    holding,
    keep_contexts,
    kind_of,
    moving,
)
from stemwright.training.patterns.drum_hearing import Cells, Heard, cells, fills_in

Seen = tuple[str, tuple[str, ...], str]  # subject, contexts, symbol
LEAST_BARS = 4
"""Even and odd bars that tell what is usual in a recording."""
BARS, ANY_BARS = 8, 2
"""Whole bars that a recording tells of its player, and of all players."""


def grooves(player: str, played: Heard) -> Iterator[Seen]:
    """Everything that a recorded groove tells; its fills are left out."""
    broken = fills_in(played)
    bars = [None if number in broken or not bar else cells(bar) for number, bar in enumerate(played.bars)]
    yield from _whole(player, [bar for bar in bars if bar is not None])
    for bar in bars:
        if bar is None:
            continue
        kinds = {limb: kind_of(limb, bar.limbs, bar.hand) for limb in LIMBS}
        for limb in ("kick", "snare"):
            yield "busy", busy_contexts(player, limb), kinds[limb]
        for limb in LIMBS:
            for beat in range(4):
                at = _place(player, limb, beat, kinds[limb], bar)
                yield limb, first(at), bar.limbs[limb][beat]
    yield from _repeating(player, bars)


def _repeating(player: str, bars: Sequence[Cells | None]) -> Iterator[Seen]:
    """How a recording's bars leave its usual ones, of even and of odd bars, and how these differ. Bars count
    in which the hand keeps the time that it mostly keeps.
    """
    kept = Counter((bar.hand, bar.rate) for bar in bars if bar is not None)
    mostly = kept.most_common(1)[0][0] if kept else None
    alike = [
        (number % 2, bar.limbs)
        for number, bar in enumerate(bars)
        if bar is not None and (bar.hand, bar.rate) == mostly
    ]
    sides = [[bar for odd, bar in alike if odd == side] for side in (0, 1)]
    if min(map(len, sides)) < LEAST_BARS:
        return
    usual = [_usual(own) for own in sides]
    same = sum(
        bar[limb][beat] == usual[odd][limb][beat]
        for odd, bar in alike
        for limb in LIMBS[:3]
        for beat in range(4)
    )
    hold = holding(same, 12 * len(alike))
    yield "hold", hold_contexts(player), hold
    yield from _again(usual[1], usual[0], 1, hold)
    for odd, bar in alike:
        yield from _again(bar, usual[odd], 2, hold)


def _usual(bars: Sequence[Bar]) -> Bar:
    """The cell that comes most, of each limb and beat."""
    return {
        limb: tuple(Counter(bar[limb][beat] for bar in bars).most_common(1)[0][0] for beat in range(4))
        for limb in LIMBS
    }


def _whole(player: str, bars: Sequence[Cells]) -> Iterator[Seen]:
    """Some bars of a recording as they are, evenly spread: its player's, and fewer for all players."""
    for most, contexts in ((BARS, bar_contexts(player, "")[:1]), (ANY_BARS, bar_contexts(ANY, ""))):
        kept = bars if len(bars) <= most else [bars[place * len(bars) // most] for place in range(most)]
        for bar in kept:
            yield "bar", tuple(context + bar.hand for context in contexts), bar_text(bar.limbs)


def _place(player: str, limb: str, beat: int, kind: str, bar: Cells) -> Place:
    row = bar.limbs[limb]
    before = row[beat - 1] if beat else START
    return Place(
        player, limb, beat, kind, before, heard_by(limb, {name: bar.limbs[name][beat] for name in LIMBS})
    )


def _again(bar: Bar, model: Bar, lag: int, hold: str) -> Iterator[Seen]:
    before = False
    for beat in range(4):
        this = False
        for limb in LIMBS:
            was, now = model[limb][beat], bar[limb][beat]
            kept = keep_contexts(limb, lag, beat, was, moving(limb, before, this), hold)
            yield "keep", kept, KEPT if was == now else "0"
            if was != now:
                yield limb, changed(lag, was), now
            this = this or was != now
        before = this
