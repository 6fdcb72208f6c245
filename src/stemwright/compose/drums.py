"""The drum part: the groove as its player plays it, fills at section ends, crashes at starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stemwright.compose.drumming.feel import Feel, Played
from stemwright.compose.drumming.fills import Fill, Strike, fill
from stemwright.compose.drumming.machine import ghosts, machine_feel, varied
from stemwright.compose.feel import finish
from stemwright.compose.grid import STEP
from stemwright.compose.learned.drums import NONE, TABLE
from stemwright.compose.learned.tables import table
from stemwright.compose.patterns import Hit, fit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.score import Note, Score

LIVELY = 6
CRASHED = 65
"""Percent of the sections up to this energy that a crash opens."""
_ROLL = "r"
_FLOW = ("closed_hat", "ride", "open_hat", "pedal_hat", "percussion", "bell")
_LONG = {"crash": 96, "ride": 48, "open_hat": 40, "bell": 36}
_SHORT = 20
_Feels = Callable[[BarPlan, Sequence[Strike], Fill], list[Played]]


def _groove(plan: SongPlan, bar: BarPlan) -> list[Strike]:
    strikes: list[Strike] = []
    for piece, pattern in plan.groove(bar).parts.items():
        hits: tuple[Hit, ...] = fit(pattern, bar.grid, bar.bar, plan.style.triple, piece in _FLOW)
        strikes += [(hit.step, piece, hit.level) for hit in hits]
    return strikes


def _from_map(bar: BarPlan, strikes: list[Strike]) -> list[Strike]:
    """Kicks on the rhythm map's strongest accents that the groove leaves out."""
    struck = {step for step, piece, _ in strikes if piece in ("kick", "snare", "clap", "rim")}
    strong = [s for s, accent in enumerate(bar.accents) if accent >= 8 and s > 0 and s not in struck]
    return [*strikes, *((step, "kick", 2) for step in strong)]


def _ending(plan: SongPlan, bar: BarPlan) -> list[Strike]:
    """The last bar: one blow and silence; in a song of one bar, the groove."""
    if bar.index == 0:
        return _groove(plan, bar)
    cymbal = plan.style.crash or "ride"
    return [(0, "kick", 3), (0, cymbal, 3 if bar.energy > 4 else 2)]


def _bar_strikes(plan: SongPlan, bar: BarPlan, filling: Fill) -> list[Strike]:
    if bar.final:
        return _ending(plan, bar)
    strikes = _from_map(bar, _groove(plan, bar))
    if plan.style.player == NONE:
        strikes = varied(plan, bar, strikes)
        strikes += ghosts(plan, bar, strikes)
    under = ("kick", "pedal_hat")  # the bass is on them
    kept = [s for s in strikes if s[0] < filling.cut or (s[1] in under and s[2] > 1)]
    strikes = [*kept, *filling.strikes]
    if plan.style.crash and _crashes(plan, bar):
        strikes = [s for s in strikes if s[0] or s[1] not in ("closed_hat", "open_hat", "ride")]
        strikes.append((0, plan.style.crash, 3))
    return strikes


def _crashes(plan: SongPlan, bar: BarPlan) -> bool:
    """Whether a section begins with a crash: all that are lively, most of the others."""
    if not (bar.first and bar.family != "intro" and (bar.index or bar.energy > LIVELY)):
        return False
    return bar.energy > LIVELY or plan.bar_stream("drums", bar, "crash").chance(CRASHED)


def _pieces(strikes: list[Strike]) -> list[Strike]:
    """Each piece once a step, at its loudest; an open hat silences the closed one."""
    best: dict[tuple[int, str], int] = {}
    for step, piece, level in strikes:
        best[step, piece] = max(level, best.get((step, piece), 0))
    opened = {step for step, piece in best if piece == "open_hat"}
    return sorted(
        (step, piece, level)
        for (step, piece), level in best.items()
        if not (piece == "closed_hat" and step in opened)
    )


def _rolled(plan: SongPlan, bar: BarPlan, cut: int) -> set[tuple[int, str]]:
    """Where the groove has rolls, up to the fill: step and piece."""
    return {
        (hit.step, piece)
        for piece, pattern in plan.groove(bar).parts.items()
        if _ROLL in pattern
        for hit in fit(pattern, bar.grid, bar.bar, plan.style.triple, piece in _FLOW)
        if hit.mark == _ROLL and hit.step < cut
    }


def write_drums(plan: SongPlan) -> Score:
    """The drum score of a song."""
    feel: _Feels = machine_feel(plan) if plan.style.player == NONE else Feel(plan, table(TABLE)).play
    notes: list[Note] = []
    for bar in plan.bars:
        filling = fill(plan, bar)
        rolled = set() if bar.final and bar.index else _rolled(plan, bar, filling.cut)
        strikes = _pieces(_bar_strikes(plan, bar, filling))
        for (step, piece, _), (onset, velocity) in zip(strikes, feel(bar, strikes, filling), strict=True):
            note = Note(onset, _LONG.get(piece, _SHORT), PIECE_PITCH[piece], velocity)
            notes.append(note)
            if (step, piece) in rolled:
                notes.append(Note(note.onset + STEP // 2, note.duration, note.pitch, note.velocity * 7 // 8))
    return finish(notes, plan.total_ticks)
