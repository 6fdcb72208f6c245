"""Drums without a player: as written, with ghosts and small changes where the style asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stemwright.compose.drumming.fills import Fill, Strike
from stemwright.compose.feel import loudness, place
from stemwright.compose.plan import BarPlan, SongPlan

_TRIM = {
    "closed_hat": -14,
    "pedal_hat": -20,
    "ride": -12,
    "open_hat": -8,
    "percussion": -18,
    "kick": 4,
    "rim": -6,
}


def ghosts(plan: SongPlan, bar: BarPlan, strikes: list[Strike]) -> list[Strike]:
    """Soft snare strokes on empty sixteenths, where the style has them and the section is not sparse."""
    if "snare" not in plan.groove(bar).parts or bar.level == "sparse" or not plan.style.ghosts:
        return []
    taken = {step for step, piece, _ in strikes if piece in ("snare", "kick")}
    stream = plan.bar_stream("drums", bar, "ghosts")
    free = [s for s, strength in enumerate(bar.grid.strengths) if strength == 0 and s not in taken]
    return [(step, "snare", 0) for step in free if stream.chance(plan.style.ghosts // 2)]


def varied(plan: SongPlan, bar: BarPlan, strikes: list[Strike]) -> list[Strike]:
    """Every second or fourth bar differs a little: a kick more, a kick less, an opened hat."""
    if plan.style.steady or bar.first or bar.bar % 2 == 0:
        return strikes
    stream = plan.bar_stream("drums", bar, "vary")
    fourth = bar.bar % 4 == 3
    kicks = {step for step, piece, _ in strikes if piece == "kick"}
    backs = {step for step, piece, level in strikes if piece in ("snare", "clap") and level > 1}
    free = [
        s
        for s, strength in enumerate(bar.grid.strengths)
        if strength == 1 and s not in kicks | backs and s > 2
    ]
    if free and kicks and bar.level != "sparse" and stream.chance(50 if fourth else 20):
        strikes = [*strikes, (stream.pick(free), "kick", 1)]
    hats = [step for step, piece, _ in strikes if piece == "closed_hat"]
    if fourth and hats and bar.level != "sparse" and stream.chance(40):
        strikes = [s for s in strikes if s[:2] != (hats[-1], "closed_hat")] + [(hats[-1], "open_hat", 1)]
    return strikes


def machine_feel(plan: SongPlan) -> Callable[[BarPlan, Sequence[Strike], Fill], list[tuple[int, int]]]:
    """When (tick of the song) and how loud each strike of a bar sounds; fills rise."""

    def play(bar: BarPlan, strikes: Sequence[Strike], fill: Fill) -> list[tuple[int, int]]:
        stream = plan.bar_stream("drums", bar, "feel")
        span = max(1, bar.grid.steps - fill.cut)
        out = []
        for step, piece, level in strikes:
            rising = (step - fill.cut) * 14 // span - 6 if step >= fill.cut else 0
            onset = place(plan, bar, step, stream, piece, "drums")
            trim = (_TRIM.get(piece, 0) if level else 0) + rising
            out.append((onset, loudness(level, bar, step, stream, trim)))
        return out

    return play
