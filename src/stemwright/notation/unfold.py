"""Printed bars in the order in which they are played: a sheet without repeats.

Repeats are played as often as they say, endings on their passes; after a da capo or dal segno repeats are
not taken, endings are the last ones, and a fine or a coda is obeyed, as is the custom. Halves of a bar that
meet (before and after a repeat sign) become one bar; a pickup becomes a whole bar that begins with a rest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from stemwright.errors import UsageError
from stemwright.notation.meters import UNKNOWN
from stemwright.notation.sheet import Bar, Part, Printed, Sheet, Syllable
from stemwright.song.harmony import Chord
from stemwright.song.score import MAX_NOTES, MAX_TICK

MAX_PLAYED = 2000
"""Bars played; what a file says beyond is not followed."""
MAX_ENDING = 32
MAX_STEPS = 20
"""Times that a bar is looked at, on average."""
_Value = TypeVar("_Value")


def unfold(sheet: Sheet, limit: int = MAX_PLAYED) -> Sheet:
    """The sheet as it is played, `limit` bars at most."""
    return whole_bars(_played(sheet, order(sheet.bars, limit)))


def order(bars: list[Bar], limit: int = MAX_PLAYED) -> list[int]:
    """Numbers (from 0) of the bars in the order in which they are played, `limit` at most."""
    player = _Player(bars)
    steps = 0
    while 0 <= player.at < len(bars) and len(player.played) < limit and steps < limit + MAX_STEPS * len(bars):
        player.step()
        steps += 1
    return player.played


class _Player:
    """Goes through the bars: which pass of a repeat it is in, and whether it jumped back already."""

    def __init__(self, bars: list[Bar]) -> None:
        self.bars = bars
        self.endings, self.passes = _endings(bars)
        self.at, self.start, self.turn = 0, 0, 1
        self.jumped = False
        self.played: list[int] = []

    def step(self) -> None:
        """Play the bar at hand or pass over it, and find the next."""
        at, marks = self.at, self.bars[self.at].marks
        if marks.forward and at != self.start:
            self.start, self.turn = at, 1
        ending = self.endings[at]
        turn = self.passes[at] if self.jumped else self.turn
        if ending and turn not in ending:
            self.at += 1
            return
        self.played.append(at)
        self.at += 1
        if self.jumped and marks.fine:
            self.at = len(self.bars)
        elif self.jumped and marks.tocoda:
            self.at = self._coda(at)
        elif self._ends(at) and not self.jumped and self.turn < (self.passes[at] or marks.times):
            self.turn += 1
            self.at = self.start
        elif self._ends(at):
            self.start, self.turn = at + 1, 1
        if self.at == at + 1:
            self._jump(at)

    def _ends(self, at: int) -> bool:
        """Whether a pass ends with a bar: at a repeat sign, or with the last bar of an ending."""
        ending = self.endings[at]
        following = self.endings[at + 1] if at + 1 < len(self.bars) else ()
        return bool(self.bars[at].marks.times) or (bool(ending) and following != ending)

    def _jump(self, at: int) -> None:
        marks = self.bars[at].marks
        if self.jumped or not (marks.dacapo or marks.dalsegno):
            return
        self.jumped = True
        signs = [i for i in range(at + 1) if self.bars[i].marks.segno]
        self.at = signs[-1] if marks.dalsegno and signs else 0

    def _coda(self, at: int) -> int:
        later = [i for i in range(at + 1, len(self.bars)) if self.bars[i].marks.coda]
        return later[-1] if later else at + 1


def _endings(bars: list[Bar]) -> tuple[list[tuple[int, ...]], list[int]]:
    """For each bar the passes of the ending that it is in, and how many passes its group of endings has.

    Passes are counted anew, so that endings 1 and 3 are played on passes 1 and 2. An ending lasts until the
    next one of its group, or to a repeat sign before it, wherever its bracket is drawn to: some programs end
    the brackets after one bar.
    """
    inside: list[tuple[int, ...]] = [()] * len(bars)
    passes = [0] * len(bars)
    for group in _groups(bars):
        numbers = sorted({number for at in group for number in bars[at].marks.endings})
        spans = [_span(bars, at, following) for at, following in pairwise([*group, None]) if at is not None]
        times = max((bars[at].marks.times for span in spans for at in span), default=0)
        total = max(len(numbers), times if len(group) == 1 else 0)
        for at, span in zip(group, spans, strict=True):
            own = tuple(numbers.index(number) + 1 for number in bars[at].marks.endings)
            for place in span:
                inside[place], passes[place] = own, total
    return inside, passes


def _groups(bars: list[Bar]) -> list[list[int]]:
    """Bars at which endings begin; those of one group count upwards and are close together."""
    groups: list[list[int]] = []
    for at in (i for i, bar in enumerate(bars) if bar.marks.endings):
        before = groups[-1][-1] if groups else None
        close = before is not None and at - before <= MAX_ENDING
        if before is not None and close and min(bars[at].marks.endings) > max(bars[before].marks.endings):
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


def _span(bars: list[Bar], at: int, following: int | None) -> range:
    """The bars of the ending that begins at a bar, before the one that follows it in its group."""
    if following is not None:
        signs = [i for i in range(at, following) if bars[i].marks.times]
        return range(at, (signs[0] if signs else following - 1) + 1)
    last = range(at, min(len(bars), at + MAX_ENDING))
    return range(at, next((i for i in last if bars[i].marks.ending_stop or bars[i].marks.times), at) + 1)


def _played(sheet: Sheet, places: list[int]) -> Sheet:
    """A sheet of these bars. Bars that follow each other on the page stay together; where playing jumps,
    what sounds ends, and what holds at the place jumped to holds on.
    """
    out = replace(
        sheet,
        parts=[replace(part, notes=[], syllables=[]) for part in sheet.parts],
        bars=[], chords=[], tempos=[], swings=[], sections=[],
    )  # fmt: skip
    starts = [bar.start for bar in sheet.bars]
    buckets = [_by_bar(part.notes, [one.note.onset for one in part.notes], starts) for part in sheet.parts]
    syllables = [
        _by_bar(part.syllables, [one.tick for one in part.syllables], starts) for part in sheet.parts
    ]
    for what, found in (("notes", buckets), ("syllables", syllables)):
        if sum(len(bucket.get(place, ())) for bucket in found for place in places) > MAX_NOTES:
            raise UsageError(f"plays over {MAX_NOTES} {what} with its repeats; split the score")
    if sum(sheet.bars[place].length for place in places) > MAX_TICK // 4:
        raise UsageError("lasts too long for a song; shorten its bars")
    times: dict[int, int] = {}
    first, at = 0, 0
    for end in range(1, len(places) + 1):
        if end < len(places) and places[end] == places[end - 1] + 1:
            continue
        run = [sheet.bars[i] for i in places[first:end]]
        low, high = run[0].start, run[-1].end
        for place in places[first:end]:
            times[place] = times.get(place, 0) + 1
        for bucket, copy in zip(buckets, out.parts, strict=True):
            for place in places[first:end]:
                copy.notes += [_cut(one, high, at - low) for one in bucket.get(place, ())]
        for sung, copy in zip(syllables, out.parts, strict=True):
            for place in places[first:end]:
                copy.syllables += _sung(sung.get(place, ()), times[place], at - low)
        out.chords += _holding(sheet.chords, low, high, at)
        out.tempos += _holding(sheet.tempos, low, high, at)
        out.swings += _holding(sheet.swings, low, high, at)
        out.sections += [(tick - low + at, name) for tick, name in sheet.sections if low <= tick < high]
        out.bars += [replace(bar, start=bar.start - low + at) for bar in run]
        first, at = end, at + high - low
    return out


def _by_bar(items: Sequence[_Value], ticks: Sequence[int], starts: Sequence[int]) -> dict[int, list[_Value]]:
    """Items at some ticks by the number (from 0) of the bar that they lie in."""
    out: dict[int, list[_Value]] = {}
    for item, tick in zip(items, ticks, strict=True):
        out.setdefault(bisect_right(starts, tick) - 1, []).append(item)
    return out


def _cut(printed: Printed, high: int, shift: int) -> Printed:
    """A note moved, ended at the end of its run of bars."""
    note = printed.note
    end = min(note.end, high)
    return printed._replace(note=replace(note, onset=note.onset + shift, duration=end - note.onset))


def _sung(here: Sequence[Syllable], turn: int, shift: int) -> list[Syllable]:
    """The syllables of a bar on a pass (from 1), moved: of the verse of that number; of the last one there is
    where there are fewer.
    """
    verse = max((one.verse for one in here if one.verse <= turn), default=0)
    return [replace(one, tick=one.tick + shift) for one in here if one.verse == verse]


def _holding(events: list[tuple[int, _Value]], low: int, high: int, at: int) -> list[tuple[int, _Value]]:
    """What comes to hold between two ticks, the first of which is moved to `at`, and what holds there."""
    first, last = (bisect_right(events, tick, key=_tick) for tick in (low, high - 1))
    inside = [(tick - low + at, value) for tick, value in events[first:last]]
    return [*((at, value) for _, value in events[max(0, first - 1) : first]), *inside]


def _tick(event: tuple[int, object]) -> int:
    return event[0]


def whole_bars(sheet: Sheet) -> Sheet:
    """The sheet with halves of bars joined, its pickup filled up in front, and its last bar behind."""
    bars: list[Bar] = []
    for bar in sheet.bars:
        before = bars[-1] if bars else None
        full = bar.meter.ticks_per_bar
        if (
            before is not None
            and before.meter == bar.meter
            and 0 < full - before.length == bar.length
            and len(bars) > 1
        ):
            bars[-1] = replace(before, length=full, marks=before.marks.merged(bar.marks))
        else:
            bars.append(bar)
    shift = 0
    if bars and bars[0].meter != UNKNOWN and bars[0].length < bars[0].meter.ticks_per_bar:
        shift = bars[0].meter.ticks_per_bar - bars[0].length
    last_short = len(bars) > 1 and bars[-1].length < bars[-1].meter.ticks_per_bar
    if last_short and bars[-1].meter != UNKNOWN:
        bars[-1] = replace(bars[-1], length=bars[-1].meter.ticks_per_bar)
    moved = [replace(bar, start=bar.start + (shift if i else 0)) for i, bar in enumerate(bars)]
    if moved:
        moved[0] = replace(moved[0], length=moved[0].length + shift)
    return replace(
        sheet,
        parts=[_later(part, shift) for part in sheet.parts],
        bars=moved,
        chords=[(tick + shift, chord) for tick, chord in sheet.chords],
        tempos=[(tick + shift if tick else 0, bpm) for tick, bpm in sheet.tempos],
        swings=[(tick + shift if tick else 0, swing) for tick, swing in sheet.swings],
        sections=[(tick + shift if tick else 0, name) for tick, name in sheet.sections],
    )


def _later(part: Part, ticks: int) -> Part:
    notes = [one._replace(note=replace(one.note, onset=one.note.onset + ticks)) for one in part.notes]
    return replace(part, notes=notes, syllables=[replace(s, tick=s.tick + ticks) for s in part.syllables])


def chords_per_beat(symbols: list[tuple[int, Chord | None]], bars: list[Bar]) -> tuple[Chord | None, ...]:
    """One chord per beat of whole bars of one meter: the last symbol at or before it."""
    meter, start = bars[0].meter, bars[0].start
    todo, now = sorted(symbols, key=lambda symbol: symbol[0]), None
    out: list[Chord | None] = []
    at = 0
    for beat in range(len(bars) * meter.beats_per_bar):
        while at < len(todo) and todo[at][0] <= start + beat * meter.ticks_per_beat:
            now = todo[at][1]
            at += 1
        out.append(now)
    return tuple(out)
