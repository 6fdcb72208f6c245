"""Fills: drummers' own, drawn step by step, or those that the style has written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from stemwright.compose.learned.drums import FILL_PIECES, NONE, TABLE, fill_contexts
from stemwright.compose.learned.tables import table
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.streams import Stream

Strike = tuple[int, str, int]  # step, piece, level
_MARKS = {
    "s": ("snare", 2), "h": ("high_tom", 2), "m": ("mid_tom", 2), "l": ("low_tom", 2), "k": ("kick", 2),
    "r": ("rim", 2), "p": ("clap", 2), "o": ("open_hat", 2), "c": ("crash", 3), "g": ("snare", 0),
}  # fmt: skip
_LENGTHS = (2, 2, 3, 4)
"""Quarters of a drawn fill, as likely as they stand here, where a style has written none that tell."""
_TRIES = 6
_DRUMS = "srhml"
_CYMBAL = "c"
"""Left out of fills that are drawn: the crash is for where a fill leads."""
OWN = 50
"""Percent of the fills that are as written where a style's grooves are played as written."""


@dataclass(frozen=True, slots=True)
class Fill:
    """`cut`: its first step, past the bar where there is none. `drawn`: whether a drummer made it up."""

    cut: int
    strikes: tuple[Strike, ...] = ()
    drawn: bool = False


def fill(plan: SongPlan, bar: BarPlan) -> Fill:
    """The fill of a bar: at a section's end, at times halfway through a long one."""
    none = Fill(bar.grid.steps)
    halfway = bar.bars >= 8 and bar.bar == bar.bars // 2 - 1
    if bar.final or not (bar.last or halfway):
        return none
    stream = plan.bar_stream("drums", bar, "fill")
    if halfway and not bar.last and not stream.chance(45):
        return none
    if plan.style.player != NONE and not (plan.style.steady and plan.style.fills and stream.chance(OWN)):
        quarters = _length(bar, stream.pick([len(text) // 4 for text in plan.style.fills] or _LENGTHS))
        for attempt in range(_TRIES):
            steps = _drawn(
                plan.bar_stream("drums", bar, f"fill{attempt}"), quarters, _known(plan.style.fills)
            )
            if sum(letter in _DRUMS for step in steps for letter in step) > quarters:
                return _placed(bar, steps)
    if not plan.style.fills:
        return none
    text = stream.pick(plan.style.fills)
    return _placed(bar, [*text][-4 * _length(bar, len(text) // 4) :], drawn=False)


def _length(bar: BarPlan, quarters: int) -> int:
    """So many quarters, fewer where a section is quiet or goes on."""
    most = 1 if bar.energy < 4 else 2 if bar.energy < 5 or not bar.last else 4
    return min(quarters, most)


@lru_cache(maxsize=256)
def _known(written: tuple[str, ...]) -> frozenset[str] | None:
    """What may be struck together in fills of a style: of drums those in the fills that it has written, and
    whatever is no drum; None, for anything, where it has written none.
    """
    drums = {letter for text in written for letter in text if letter in _DRUMS}
    if not drums:
        return None
    struck = table(TABLE)["fill"].row("")
    return frozenset(symbol for symbol in struck if not {*symbol} & {*_DRUMS} - drums)


def _drawn(stream: Stream, quarters: int, known: frozenset[str] | None) -> list[str]:
    """The steps of a fill that ends with its bar: letters of what is struck together, "." for nothing."""
    counts = table(TABLE)["fill"]
    steps: list[str] = []
    for step in range(16 - 4 * quarters, 16):
        steps.append(counts.draw(stream, fill_contexts(step, steps), known) or ".")
    return steps


def _placed(bar: BarPlan, steps: list[str], drawn: bool = True) -> Fill:
    """Four steps a quarter on the last pulses of a bar."""
    cells = [steps[start : start + 4] for start in range(0, len(steps), 4)]
    span = bar.grid.pulses[-min(len(cells), len(bar.grid.pulses)) :]
    skipped = "." + _CYMBAL if drawn else "."
    strikes: list[Strike] = []
    for pulse, cell in zip(span, cells[-len(span) :], strict=True):
        for place, letters in enumerate(cell):
            step = pulse.start + (place * pulse.length // 4 if pulse.length < 6 else (0, 2, 3, 4)[place])
            strikes += [(step, *_strike(letter, drawn)) for letter in letters if letter not in skipped]
    return Fill(span[0].start, tuple(strikes), drawn)


def _strike(letter: str, drawn: bool) -> tuple[str, int]:
    return (FILL_PIECES[letter], 0 if letter == "g" else 2) if drawn else _MARKS[letter]
