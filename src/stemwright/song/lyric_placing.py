"""The syllables of one line on the spots of one phrase, by dynamic programming in whole numbers.

Costs: a stressed syllable on a weak or short note, an unstressed one on a strong one; notes before the first
syllable; a note that the syllable before goes on over (melisma), more so where it is strong; a word broken by
a rest; a note sung as two.
"""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.song.lyric_spots import Spot

_TOP = 6  # the greatest weight of a spot
_FULL, _HALF, _NONE = 4, 2, 1  # what a step of weight costs a syllable, by its stress
_LEADING, _TRAILING, _MELISMA = 12, 3, 6
_BROKEN, _INSIDE = 8, 24
_LONG_REST = 48
_NEVER = 1 << 40


def place(syllables: Sequence[str], stress: str, spots: Sequence[Spot]) -> tuple[int, ...] | None:
    """The ticks of the syllables, upwards; None where there are fewer spots. Of equal ways, the earliest."""
    found = _placed(syllables, stress, spots)
    return None if found is None else _traced(spots, found[1], len(syllables))


def cost(syllables: Sequence[str], stress: str, spots: Sequence[Spot]) -> int | None:
    """How badly the syllables suit the spots at best: 0 is ideal; None where there are fewer spots."""
    found = _placed(syllables, stress, spots)
    return None if found is None else found[0]


def _placed(
    syllables: Sequence[str], stress: str, spots: Sequence[Spot]
) -> tuple[int, list[list[bool]]] | None:
    """The least cost, and on which spots a syllable was taken, by how many stand then."""
    count = len(syllables)
    if count > len(spots):
        return None
    costs = [0] + [_NEVER] * count  # of so many syllables placed on the spots so far
    taken: list[list[bool]] = []
    for spot in spots:
        following = [costs[done] + _skipped(spot, done, count) for done in range(count + 1)]
        took = [False] * (count + 1)
        for done in range(count):
            cost = costs[done] + _sung(spot, syllables, stress, done)
            if cost < following[done + 1]:
                following[done + 1], took[done + 1] = cost, True
        costs = following
        taken.append(took)
    return costs[count], taken


def _traced(spots: Sequence[Spot], taken: Sequence[Sequence[bool]], count: int) -> tuple[int, ...]:
    ticks: list[int] = []
    for spot, took in zip(reversed(spots), reversed(taken), strict=True):
        if took[count]:
            ticks.append(spot.tick)
            count -= 1
    return tuple(reversed(ticks))


def _skipped(spot: Spot, done: int, count: int) -> int:
    """What a spot costs that no syllable begins on."""
    if spot.inside:
        return 0
    if done == 0:
        return _LEADING
    if done == count:
        return _TRAILING
    return _MELISMA + 2 * spot.weight + (_BROKEN if spot.rest >= _LONG_REST else 0)


def _sung(spot: Spot, syllables: Sequence[str], stress: str, number: int) -> int:
    """What it costs that a syllable begins on a spot."""
    match stress[number]:
        case "1":
            cost = _FULL * (_TOP - spot.weight)
        case "2":
            cost = _HALF * abs(_TOP // 2 - spot.weight)
        case _:
            cost = _NONE * spot.weight
    within = number > 0 and not syllables[number - 1].endswith(" ")
    cost += _BROKEN if within and spot.rest >= _LONG_REST else 0
    return cost + (_INSIDE if spot.inside else 0)
