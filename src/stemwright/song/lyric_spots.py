"""Where syllables may begin: at the notes of a melody, or at the beats, each with its weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stemwright.song.meter import Meter
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState

SHORTEST = 24
"""Ticks of a syllable at least: a 16th note."""
_LOOSE = 7  # ticks from a 16th that a note may be played beside it


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for a syllable, in ticks. `weight`: 0 to 6, how strong its beat is and how long it sounds.
    `rest`: silence before it. `inside`: within a note that would be sung as two.
    """

    tick: int
    end: int
    weight: int
    rest: int = 0
    inside: bool = False


def strength(meter: Meter, tick: int) -> int:
    """How strong a place in a bar is: 4 its first beat, 3 the other main ones, 2 beats, 1 halves, else 0."""
    beat, rest = divmod(tick, meter.ticks_per_beat)
    if rest:
        return int(2 * rest == meter.ticks_per_beat and meter.d <= 4)
    if beat == 0:
        return 4
    if meter.d >= 8:
        group = 3 if meter.n % 3 == 0 else 2
        return 3 if beat % group == 0 else 1
    return 3 if meter.n % 2 == 0 and 2 * beat == meter.n else 2


def melody_spots(state: GlobalState, score: Score) -> list[Spot]:
    """A spot for each onset of a melody, in order. Of notes that begin together the longest counts; a note
    ends where the next begins.
    """
    ends: dict[int, int] = {}
    for note in score.notes:
        if note.onset < state.total_ticks:
            ends[note.onset] = max(ends.get(note.onset, 0), note.end)
    onsets = sorted(ends)
    spots: list[Spot] = []
    for onset, following in pairwise((*onsets, state.total_ticks)):
        end = max(min(ends[onset], following), onset + 1)
        before = spots[-1].end if spots else 0
        spots.append(Spot(onset, end, _weight(state, onset, end - onset), onset - before))
    return spots


def split_spots(state: GlobalState, spots: Sequence[Spot], parts: int) -> list[Spot]:
    """The spots and, within those that are long enough, others: each note in 2 or in 4 parts."""
    found: list[Spot] = []
    for spot in spots:
        step = max((spot.end - spot.tick) // parts // 12 * 12, SHORTEST)
        ticks = [spot.tick, *range(spot.tick + step, spot.end - SHORTEST + 1, step)][:parts]
        for tick, end in pairwise((*ticks, spot.end)):
            inside = tick > spot.tick
            weight = _weight(state, tick, end - tick)
            found.append(Spot(tick, end, weight, 0 if inside else spot.rest, inside))
    return found


def beat_spots(state: GlobalState, start: int, stop: int, count: int) -> list[Spot]:
    """Spots on beats, halves or quarters of beats in [start, stop): the longest of these that have room for
    `count` syllables, if it can be with a breath after them; [] where none has.
    """
    grids = [_grid(state, start, stop, parts) for parts in (1, 2, 4)]
    for grid in grids:
        if 4 * count <= 3 * len(grid):
            return grid[: max(count + 1, 3 * len(grid) // 4)]
    return next((grid for grid in grids if count <= len(grid)), [])


def _grid(state: GlobalState, start: int, stop: int, parts: int) -> list[Spot]:
    ticks: list[int] = []
    beat = state.lines.beat_of_tick(start)
    while (tick := state.lines.beat_tick(beat)) < stop:
        step = (state.lines.beat_tick(beat + 1) - tick) // parts
        if step < SHORTEST:
            return []
        ticks += [tick + part * step for part in range(parts) if start <= tick + part * step < stop]
        beat += 1
    edges = pairwise((*ticks, stop))
    return [Spot(tick, end, _weight(state, tick, end - tick)) for tick, end in edges]


def _weight(state: GlobalState, tick: int, length: int) -> int:
    nearest = round(tick / SHORTEST) * SHORTEST
    if abs(tick - nearest) <= _LOOSE:  # as people play: a little before the beat, or after it
        tick = nearest
    bar = state.bar_of_tick(tick)
    meter = state.meter_of(bar)
    beat = max(meter.ticks_per_beat, 48)
    return strength(meter, tick - state.bar_tick(bar)) + (length >= beat) + (length >= 2 * beat)
