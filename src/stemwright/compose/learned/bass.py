"""The table "bass": what basses play against the chord, the kick and the bars before.

Subjects: "bar" and "again" (`figures`), "kick" (whether a note begins on a step, given the kick there),
"degree" (a mark of the chord, given the notes before), "approach" (from the last note before a change to the
new root, in semitones).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from stemwright.compose.learned.counts import BIT, Counts
from stemwright.compose.learned.figures import METERS, again_contexts, density, draw_bar
from stemwright.compose.learned.tables import Table
from stemwright.compose.streams import Stream

NAME = "bass"
NEW, LAST, INSIDE = "n", "l", "i"
"""Places of a note in its chord: its first note, its last one before another chord, any other."""
_CANDIDATES = 6
_TONES, _PASSING = "1358", "12345678"
"""Degrees that may stand on a beat, and between beats."""


def kick_contexts(strength: int, kick: bool, near: bool) -> tuple[str, ...]:
    """What a beginning on a step is counted in. `near`: a kick on the step before or after."""
    heard = "k" if kick else "n" if near else "-"
    return (f"{strength}{heard}", heard)


def degree_contexts(place: str, strength: int, before: str) -> tuple[str, ...]:
    """What a note's degree is counted in. `before`: the marks of the bar before it, the last ones last."""
    last = before[-1:]
    return (
        f"{place}{strength} {before[-2:]}",
        f"{place} {last}",
        f"{place}{strength}",
        place,
    )


def agreement(counts: Counts, rhythm: str, kicks: Collection[int], strengths: Sequence[int]) -> int:
    """What a bar costs beside a kick, in 1/256 bits: the less, the better they go together."""
    cost = 0
    for step, mark in enumerate(rhythm):
        near = step - 1 in kicks or step + 1 in kicks
        contexts = kick_contexts(strengths[step], step in kicks, near)
        cost += counts.cost(contexts, "x" if mark == "x" else ".")
    return cost


def draw_rhythms(
    found: Table,
    streams: Sequence[Stream],
    meter: str,
    busy: str,
    kicks: Sequence[Collection[int]],
    strengths: Sequence[int],
    shaped: Callable[[str, int], str],
) -> list[str]:
    """Bars of rhythm, one a stream, that repeat each other as real ones do; of some candidates the one that
    goes best with the bar's kick is taken. `kicks`: the steps of each bar's kicks; `shaped`: a bar and its
    place -> the bar in as many steps as `strengths` has, where the table has none of the meter.
    """
    known = meter if meter in METERS else "4/4"
    bars: list[str] = []
    for bar, stream in enumerate(streams):
        symbol = found["again"].draw(stream, again_contexts(bar)) or "n"
        if symbol != "n" and int(symbol) <= bar:
            bars.append(bars[bar - int(symbol)])
            continue
        before = bars[-1] if bars else None
        drawn = [draw_bar(found["bar"], stream, known, busy, bar, before) for _ in range(_CANDIDATES)]
        some = sorted({text for text in drawn if text is not None})
        if not some:
            return []
        # a candidate's likelihood is in how often it is drawn; half of the kick's bits decide among them
        often = {text: drawn.count(text) for text in some}
        bars.append(
            min(
                some,
                key=lambda text: (
                    agreement(found["kick"], shaped(text, bar), kicks[bar], strengths) - often[text] * BIT,
                    text,
                ),
            )
        )
    return [shaped(text, place) for place, text in enumerate(bars)]


def draw_degrees(
    found: Table, stream: Stream, rhythm: str, places: Sequence[str], strengths: Sequence[int]
) -> str:
    """A bar with marks of degrees for the `x` of a rhythm. `places`: NEW, LAST or INSIDE, one a step."""
    line: list[str] = []
    before = ""
    for step, mark in enumerate(rhythm):
        if mark != "x":
            line.append(mark)
            continue
        contexts = degree_contexts(places[step], strengths[step], before)
        allowed = _PASSING if strengths[step] < 2 else _TONES
        chosen = "1" if places[step] == NEW else found["degree"].draw(stream, contexts, allowed) or "1"
        before += chosen
        line.append(chosen)
    return "".join(line)


def draw_approach(found: Table, stream: Stream, allowed: Collection[int]) -> int | None:
    """Semitones from the new root at which the note before it stands, one of `allowed`; None for none."""
    drawn = found["approach"].draw(stream, ("",), {str(offset) for offset in allowed})
    return None if drawn is None else int(drawn)


def busy_of(patterns: Sequence[str]) -> str:
    """How busy written patterns of bars of 16 marks are."""
    onsets = sum(mark not in ".-" for pattern in patterns for mark in pattern)
    return density(onsets, sum(map(len, patterns)))
