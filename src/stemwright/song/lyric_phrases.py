"""Which notes of a melody each line gets: one phrase a line where it can be, by dynamic programming.

A line begins near where it should, after a long note or a rest rather than amid a run, and on about as many
notes as it has syllables.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from stemwright.song.lyric_spots import Spot

_NEVER = 1 << 40
_FAR = 24  # ticks that a line may begin beside where it should, at the cost of one
_NEAR = 32  # notes before and after its start that a line may begin on
_MISSING, _SPARE = 16, 1  # for a syllable without a note, for a note without a syllable
_BREATH, _LONGEST = 32, 384  # ticks from onset to onset before a line: gain of one for so many, at most


@dataclass(frozen=True, slots=True)
class Room:
    """Where a line may be sung: ticks from `low` to before `high`, if it can be from `start` on; and how many
    syllables it has.
    """

    low: int
    high: int
    start: int
    syllables: int


def share_out(rooms: Sequence[Room], spots: Sequence[Spot]) -> list[range]:
    """For each room the spots (their indices) that it gets, in order and apart; empty where it gets none."""
    onsets = [spot.tick for spot in spots]
    begins = [_begins(room, onsets) for room in rooms]
    able = [number for number, found in enumerate(begins) if found]
    shares = [range(0)] * len(rooms)
    for first, stop in _chains(able, rooms):
        chain = able[first:stop]
        starts = _best([rooms[n] for n in chain], [begins[n] for n in chain], spots, onsets)
        ends = [*starts[1:], len(spots)]
        for number, start, end in zip(chain, starts, ends, strict=True):
            inside = min(end, bisect_left(onsets, rooms[number].high))
            shares[number] = range(start, max(inside, start))
    return shares


def _chains(able: Sequence[int], rooms: Sequence[Room]) -> list[tuple[int, int]]:
    """Runs of rooms that overlap and so depend on each other; each is decided alone."""
    if not able:
        return []
    edges = [0]
    reach = 0
    for place, number in enumerate(able):
        if place and rooms[number].low >= reach:
            edges.append(place)
        reach = max(reach, rooms[number].high)
    return list(zip(edges, [*edges[1:], len(able)], strict=True))


def _begins(room: Room, onsets: Sequence[int]) -> range:
    """The spots that a room's line may begin on: those near its start, else the nearest one in it."""
    first, last = bisect_left(onsets, room.low), bisect_left(onsets, room.high)
    if first == last:
        return range(0)
    around = max(2 * (room.high - room.start) // 3, 4 * 96)
    middle = bisect_left(onsets, room.start)
    near = range(
        max(first, bisect_left(onsets, room.start - around), middle - _NEAR),
        min(last, bisect_left(onsets, room.start + around), middle + _NEAR),
    )
    if near:
        return near
    nearest = min(range(first, last), key=lambda at: abs(onsets[at] - room.start))
    return range(nearest, nearest + 1)


def _best(
    rooms: Sequence[Room], begins: Sequence[range], spots: Sequence[Spot], onsets: Sequence[int]
) -> list[int]:
    """The spot that each line begins on, from the last line back to the first."""
    costs = {len(spots): 0}
    ways: list[dict[int, int]] = []
    for room, near in zip(reversed(rooms), reversed(begins), strict=True):
        found: dict[int, int] = {}
        way: dict[int, int] = {}
        stop = bisect_left(onsets, room.high)
        for start in near:
            own = _begin_cost(room, spots, start)
            options = (
                (cost + _count_cost(room, min(after, stop) - start), after)
                for after, cost in costs.items()
                if after > start
            )
            cost, after = min(options, default=(_NEVER, start))
            found[start], way[start] = own + cost, after
        costs = found
        ways.append(way)
    at = min(costs, key=lambda start: (costs[start], start))
    if costs[at] >= _NEVER:  # too few notes for so many lines: each where it should begin
        return [bisect_left(onsets, room.start) for room in rooms]
    starts = [at]
    for way in ways[:0:-1]:
        at = way[at]
        starts.append(at)
    return starts


def _begin_cost(room: Room, spots: Sequence[Spot], start: int) -> int:
    before = spots[start].tick - spots[start - 1].tick if start else _LONGEST
    return abs(spots[start].tick - room.start) // _FAR - min(before, _LONGEST) // _BREATH


def _count_cost(room: Room, count: int) -> int:
    missing = room.syllables - count
    return _MISSING * missing if missing > 0 else -_SPARE * missing
