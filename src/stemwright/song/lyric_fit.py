"""Lines of syllables to a melody, or to the beats where there is none: which notes, and which of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stemwright.song.lyric_phrases import Room, share_out
from stemwright.song.lyric_placing import place
from stemwright.song.lyric_spots import SHORTEST, Spot, beat_spots, melody_spots, split_spots

if TYPE_CHECKING:
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState

NOTES, SPLIT, BEATS, UNFIT = "notes", "split", "beats", "unfit"
"""How a line was placed: on notes; some of them sung as two or more; on beats; not at all."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A line that is to be placed: from tick `low` to before `high`, if it can be from `start` on. `ticks`:
    where it stands already and stays.
    """

    syllables: tuple[str, ...]
    stress: str
    low: int
    high: int
    start: int
    ticks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the syllables of a line begin, upwards; () where they did not fit. `how`: see above."""

    ticks: tuple[int, ...]
    how: str


def fit(state: GlobalState, score: Score | None, wishes: Sequence[Wish]) -> list[Placed]:
    """Each wish placed, in order: no syllable before one of an earlier line, no two on a tick."""
    wishes = _apart(wishes)
    spots = melody_spots(state, score) if score is not None else []
    free = [number for number, wish in enumerate(wishes) if not wish.ticks]
    rooms = [_room(wishes[number]) for number in free]
    shares = dict(zip(free, share_out(rooms, spots), strict=True))
    firsts = [
        wish.ticks[0] if wish.ticks else spots[shares[number][0]].tick if shares[number] else wish.start
        for number, wish in enumerate(wishes)
    ]
    placed: list[Placed] = []
    after = 0
    for number, wish in enumerate(wishes):
        if wish.ticks:
            placed.append(Placed(wish.ticks, NOTES))
        else:
            own = [spots[at] for at in shares[number] if spots[at].tick >= after]
            following = min([wish.high, *(tick for tick in firsts[number + 1 :] if tick > wish.start)])
            placed.append(_placed(state, wish, own, after, following))
        after = max([after, *(tick + 1 for tick in placed[-1].ticks)])
    return placed


def _room(wish: Wish) -> Room:
    return Room(wish.low, wish.high, wish.start, len(wish.syllables))


def _apart(wishes: Sequence[Wish]) -> list[Wish]:
    """The wishes kept out of those that stand already."""
    found = list(wishes)
    low = 0
    for number, wish in enumerate(found):
        if wish.ticks and wish.ticks[0] < low:  # another stands there already
            wish = found[number] = replace(wish, ticks=())
        low = max([low, *(tick + 1 for tick in wish.ticks)])
        if not wish.ticks:
            found[number] = replace(wish, low=max(wish.low, low), start=max(wish.start, low))
    high = max((wish.high for wish in wishes), default=0)
    for number, wish in reversed(list(enumerate(found))):
        high = min([high, *wish.ticks[:1]])
        if not wish.ticks:
            kept = min(wish.high, high)
            found[number] = replace(wish, high=kept, start=max(min(wish.start, kept - 1), 0))
    return found


def _placed(state: GlobalState, wish: Wish, own: Sequence[Spot], after: int, following: int) -> Placed:
    ticks = place(wish.syllables, wish.stress, own)
    if ticks is not None:
        return Placed(ticks, NOTES)
    for parts in (2, 4) if own else ():
        split = [spot for spot in split_spots(state, own, parts) if spot.tick < following or not spot.inside]
        ticks = place(wish.syllables, wish.stress, split)
        if ticks is not None:
            return Placed(ticks, SPLIT)
    low = max(wish.low, after + SHORTEST - 1 if after else 0)
    for start in dict.fromkeys((max(wish.start, low), low)):
        beats = beat_spots(state, start, following, len(wish.syllables))
        ticks = place(wish.syllables, wish.stress, beats) if beats else None
        if ticks is not None:
            return Placed(ticks, BEATS)
    return Placed((), UNFIT)
