"""Counting grooves: cells by what stands before and what other limbs play, first and again."""

from __future__ import annotations

from collections.abc import Iterator

from stemwright.compose.learned.drums import (
    LIMBS,
    START,
    Place,
    busy,
    busy_contexts,
    first,
    heard_by,
    moving,
    repeated,
)
from stemwright.training.patterns.drum_hearing import Cells, Heard, cells, fills_in

Seen = tuple[str, tuple[str, ...], str]  # subject, contexts, symbol
LAGS = (1, 2)


def grooves(player: str, played: Heard) -> Iterator[Seen]:
    """Everything that a recorded groove tells; its fills are left out."""
    broken = fills_in(played)
    bars = [None if number in broken or not bar else cells(bar) for number, bar in enumerate(played.bars)]
    for number, bar in enumerate(bars):
        if bar is None:
            continue
        kinds = {limb: kind(limb, bar) for limb in LIMBS}
        for limb in ("kick", "snare"):
            yield "busy", busy_contexts(player, limb), kinds[limb]
        for limb in LIMBS:
            for beat in range(4):
                at = _place(player, limb, beat, kinds[limb], bar)
                yield limb, first(at), bar.limbs[limb][beat]
        for lag in LAGS:
            model = bars[number - lag] if number >= lag else None
            if model is not None and (model.hand, model.rate) == (bar.hand, bar.rate):
                yield from _again(bar, model, lag, number % 4 == 3)


def kind(limb: str, bar: Cells) -> str:
    """How busy a limb is in a bar; of hand and foot, what the hand strikes and at which rate."""
    if limb in ("kick", "snare"):
        soft = sum(cell.count("g") for cell in bar.limbs["snare"])
        kicks = sum(4 - cell.count(".") for cell in bar.limbs["kick"])
        return busy(limb, kicks if limb == "kick" else soft)
    return bar.hand + bar.rate


def _place(player: str, limb: str, beat: int, kind: str, bar: Cells) -> Place:
    row = bar.limbs[limb]
    before = row[beat - 1] if beat else START
    return Place(
        player, limb, beat, kind, before, heard_by(limb, {name: bar.limbs[name][beat] for name in LIMBS})
    )


def _again(bar: Cells, model: Cells, lag: int, close: bool) -> Iterator[Seen]:
    before = False
    for beat in range(4):
        this = False
        for limb in LIMBS:
            was, now = model.limbs[limb][beat], bar.limbs[limb][beat]
            yield limb, repeated(lag, beat, was, moving(limb, before, this), close), now
            this = this or was != now
        before = this
