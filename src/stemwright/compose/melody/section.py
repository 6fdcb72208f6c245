"""A section's melody: the pitches of its bars, by motif, and what its returns keep and change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stemwright.compose.learned.tables import Table
from stemwright.compose.melody.accompaniment import beside, strikes
from stemwright.compose.melody.form import Relation, ends_phrase, peak, relations
from stemwright.compose.melody.lines import lines_of
from stemwright.compose.melody.pitches import Place, window
from stemwright.compose.melody.rhythm import Span, spans
from stemwright.compose.melody.singer import Singer, Spot
from stemwright.compose.plan import BarPlan, SongPlan

_SEEN = 8
"""Notes from one on that a singer is shown."""
_BREATH = 4
"""Sixteenths of silence in which one breathes."""
_HELD = 8
"""Sixteenths after which a note is as good as a breath."""
_LIKE_BEFORE = Relation(1, contour="like")
"""What the changed bars of a return have of those before."""


@dataclass(frozen=True, slots=True)
class SungBar:
    """A bar of the melody: its line, its notes, and a pitch for each."""

    line: str
    spans: tuple[Span, ...]
    pitches: tuple[int, ...]

    def at(self, step: int) -> int | None:
        """The pitch of the note that begins at a step; None where none does."""
        return next(
            (pitch for span, pitch in zip(self.spans, self.pitches, strict=True) if span.step == step), None
        )


Sung = Sequence[SungBar]


def sing(plan: SongPlan, bars: Sequence[BarPlan], table: Table, first: Sung) -> list[SungBar]:
    """The melody of a section. `first`: of the section that it repeats, () where it is new."""
    form = relations(plan, bars, table)
    lines = lines_of(plan, bars, table, form, [bar.line for bar in first])
    notes = spans(lines)
    top = peak(plan, bars)
    singer = Singer(plan, table, window(plan, bars[0]))
    spots = [singer.spot(place) for place in _places(plan, bars, notes, top)]
    out: list[SungBar] = []
    at = 0
    for bar, line, own, relation in zip(bars, lines, notes, form, strict=True):
        if bar.bar < len(first):
            other: SungBar | None = first[bar.bar]
            relation = Relation(1, contour="same") if bar.kept else _LIKE_BEFORE
        else:
            other = out[bar.bar - relation.lag] if relation.lag and bar.bar != top else None
        if not bar.kept and bar.index + 2 == len(plan.bars):  # free to lead home
            other = None
        sung = _pitches(plan, singer, spots, range(at, at + len(own)), other, relation)
        out.append(SungBar(line, tuple(own), tuple(sung)))
        at += len(own)
    return out


def _places(
    plan: SongPlan, bars: Sequence[BarPlan], notes: Sequence[Sequence[Span]], top: int
) -> list[Place]:
    """The notes of a section as the singer sees them."""
    out: list[Place] = []
    struck = strikes(plan, bars)
    start = 0
    waited = _HELD
    for bar, own in zip(bars, notes, strict=True):
        cadence = _cadence(bar, own)
        for index, span in enumerate(own):
            gap = span.step - own[index - 1].step if index else waited + span.step
            following = own[index + 1].step if index + 1 < len(own) else bar.grid.steps
            silent = following - span.step - span.length
            breath = silent >= _BREATH or following - span.step >= _HELD or index == cadence
            chords = beside(struck, start + span.step, span.length)
            out.append(
                Place(bar, span.step, span.length, gap, breath, index == cadence, bar.bar == top, chords)
            )
        start += bar.grid.steps
        waited = bar.grid.steps - own[-1].step if own else waited + bar.grid.steps
    return out


def _cadence(bar: BarPlan, own: Sequence[Span]) -> int | None:
    """Which of its notes a phrase's last bar comes to rest on: the last one, but for those that lead on."""
    if not own or not ends_phrase(bar):
        return None
    for index in range(len(own) - 2, -1, -1) if not bar.final else ():
        silent = own[index + 1].step - own[index].step - own[index].length
        if silent >= 2 and own[index + 1].step >= bar.grid.halves() > 0:
            return index
    return len(own) - 1


def _pitches(
    plan: SongPlan,
    singer: Singer,
    spots: Sequence[Spot],
    own: range,
    other: SungBar | None,
    relation: Relation,
) -> list[int]:
    """The pitches of a bar, whose notes are `own` of a section's: like those of another, as far as told."""
    out: list[int] = []
    for at in own:
        spot = spots[at]
        theirs = None if other is None else other.at(spot.place.step)
        told = relation.contour == "same" and not _beyond(relation, spot.place)
        if told and theirs is not None and singer.may(theirs):
            out.append(singer.follow(spot, theirs))
            continue
        ahead = list(spots[at : at + _SEEN])
        if other is not None and relation.contour == "same" and at + 1 in own:  # a note more than they have
            ahead[1] = ahead[1].only(other.at(ahead[1].place.step))
        stream = plan.choice_stream("lead", spot.place.bar, f"pitch {spot.place.step}")
        before = spots[at - 1].place.step if out else None
        wanted = _wanted(singer, out, other, relation, spot.place, before)
        out.append(singer.sing(ahead, stream, wanted))
    return out


def _beyond(relation: Relation, place: Place) -> bool:
    """Whether a note lies in the half of a bar that has nothing of another one."""
    return relation.half and place.step >= place.bar.grid.halves()


def _wanted(
    singer: Singer,
    out: Sequence[int],
    other: SungBar | None,
    relation: Relation,
    place: Place,
    before: int | None,
) -> int | None:
    """The degree that a motif would have next; None: none says. `before`: the step of the note before."""
    theirs = None if other is None else other.at(place.step)
    if other is None or theirs is None or relation.contour in ("free", "same") or _beyond(relation, place):
        return None
    if relation.contour != "like":
        return singer.degree(theirs) + int(relation.contour)
    came = None if before is None else other.at(before)
    if came is None:
        return None
    return singer.degree(out[-1]) + singer.degree(theirs) - singer.degree(came)
