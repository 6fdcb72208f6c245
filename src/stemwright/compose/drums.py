"""The drum part: the groove with ghost notes and small changes, fills at section ends, crashes at starts."""

from __future__ import annotations

from stemwright.compose.feel import finish, loudness, place
from stemwright.compose.grid import STEP, Pulse
from stemwright.compose.patterns import Hit, fit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.streams import Stream
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.score import Note, Score

_FILL_MARKS = {
    "s": ("snare", 2), "h": ("high_tom", 2), "m": ("mid_tom", 2), "l": ("low_tom", 2), "k": ("kick", 2),
    "r": ("rim", 2), "p": ("clap", 2), "o": ("open_hat", 2), "c": ("crash", 3), "g": ("snare", 0),
}  # fmt: skip
_ROLL = "r"
_FLOW = ("closed_hat", "ride", "open_hat", "pedal_hat", "percussion", "bell")
_LONG = {"crash": 96, "ride": 48, "open_hat": 40, "bell": 36}
_TRIM = {
    "closed_hat": -14,
    "pedal_hat": -20,
    "ride": -12,
    "open_hat": -8,
    "percussion": -18,
    "kick": 4,
    "rim": -6,
}
Strike = tuple[int, str, int]  # step, piece, level


def _fill_span(plan: SongPlan, bar: BarPlan, cells: int) -> tuple[Pulse, ...]:
    """The pulses at the end of a bar that a fill of `cells` quarters takes over."""
    return bar.grid.pulses[-min(cells, len(bar.grid.pulses)) :] if cells else ()


def _fill(plan: SongPlan, bar: BarPlan) -> tuple[int, list[Strike]]:
    """(first step of the fill, its strikes); past the bar where there is no fill."""
    none = (bar.grid.steps, list[Strike]())
    halfway = bar.bars >= 8 and bar.bar == bar.bars // 2 - 1
    if bar.final or not plan.style.fills or not (bar.last or halfway):
        return none
    stream = plan.bar_stream("drums", bar, "fill")
    if halfway and not bar.last and not stream.chance(45):
        return none
    text = stream.pick(plan.style.fills)
    if bar.energy < 5 or not bar.last:
        text = text[-8:]
    if bar.energy < 4:
        text = text[-4:]
    span = _fill_span(plan, bar, len(text) // 4)
    cells = [text[i : i + 4] for i in range(0, len(text), 4)][-len(span) :]
    strikes: list[Strike] = []
    for pulse, cell in zip(span, cells, strict=True):
        for place_, mark in enumerate(cell):
            if mark == ".":
                continue
            step = pulse.start + (place_ * pulse.length // 4 if pulse.length < 6 else (0, 2, 3, 4)[place_])
            piece, level = _FILL_MARKS[mark]
            strikes.append((step, piece, level))
    return span[0].start, strikes


def _groove(plan: SongPlan, bar: BarPlan) -> list[Strike]:
    strikes: list[Strike] = []
    for piece, pattern in bar.groove.parts.items():
        hits: tuple[Hit, ...] = fit(pattern, bar.grid, bar.bar, plan.style.triple, piece in _FLOW)
        strikes += [(hit.step, piece, hit.level) for hit in hits]
    return strikes


def _ghosts(plan: SongPlan, bar: BarPlan, strikes: list[Strike]) -> list[Strike]:
    """Soft snare strokes on empty sixteenths, where the style has them and the section is not sparse."""
    if "snare" not in bar.groove.parts or bar.level == "sparse" or not plan.style.ghosts:
        return []
    taken = {step for step, piece, _ in strikes if piece in ("snare", "kick")}
    stream = plan.bar_stream("drums", bar, "ghosts")
    free = [s for s, strength in enumerate(bar.grid.strengths) if strength == 0 and s not in taken]
    return [(step, "snare", 0) for step in free if stream.chance(plan.style.ghosts // 2)]


def _vary(plan: SongPlan, bar: BarPlan, strikes: list[Strike]) -> list[Strike]:
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


def _from_map(plan: SongPlan, bar: BarPlan, strikes: list[Strike]) -> list[Strike]:
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


def _bar_strikes(plan: SongPlan, bar: BarPlan) -> list[Strike]:
    if bar.final:
        return _ending(plan, bar)
    strikes = _vary(plan, bar, _from_map(plan, bar, _groove(plan, bar)))
    strikes += _ghosts(plan, bar, strikes)
    cut, fill = _fill(plan, bar)
    kept = [s for s in strikes if s[0] < cut or (s[1] in ("kick", "pedal_hat") and s[2] > 1)]
    strikes = kept + fill
    if bar.first and plan.style.crash and bar.family != "intro" and (bar.index or bar.energy > 6):
        strikes = [s for s in strikes if s[0] or s[1] not in ("closed_hat", "open_hat", "ride")]
        strikes.append((0, plan.style.crash, 3))
    return strikes


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


def _strike(plan: SongPlan, bar: BarPlan, strike: Strike, stream: Stream, rising: int) -> Note:
    step, piece, level = strike
    onset = place(plan, bar, step, stream, piece, "drums")
    velocity = loudness(level, bar, step, stream, (_TRIM.get(piece, 0) if level else 0) + rising)
    return Note(onset, _LONG.get(piece, 20), PIECE_PITCH[piece], velocity)


def _rolled(plan: SongPlan, bar: BarPlan, cut: int) -> set[tuple[int, str]]:
    """Where the groove has rolls, up to the fill: step and piece."""
    return {
        (hit.step, piece)
        for piece, pattern in bar.groove.parts.items()
        if _ROLL in pattern
        for hit in fit(pattern, bar.grid, bar.bar, plan.style.triple, piece in _FLOW)
        if hit.mark == _ROLL and hit.step < cut
    }


def write_drums(plan: SongPlan) -> Score:
    """The drum score of a song."""
    notes: list[Note] = []
    for bar in plan.bars:
        stream = plan.bar_stream("drums", bar, "feel")
        cut = _fill(plan, bar)[0]
        span = max(1, bar.grid.steps - cut)
        rolled = set() if bar.final and bar.index else _rolled(plan, bar, cut)
        for strike in _pieces(_bar_strikes(plan, bar)):
            rising = (strike[0] - cut) * 14 // span - 6 if strike[0] >= cut else 0
            note = _strike(plan, bar, strike, stream, rising)
            notes.append(note)
            if strike[:2] in rolled:
                notes.append(Note(note.onset + STEP // 2, note.duration, note.pitch, note.velocity * 7 // 8))
    return finish(notes, plan.total_ticks)
