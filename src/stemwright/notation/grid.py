"""Played notes on the grid that notation can say: straight sixteenths, or finer ones or triplets where a beat
is nearer to these.

A swung song is written straight. Only integers decide.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from stemwright.notation.drum_staff import place_of
from stemwright.song.bar_lines import BarLines
from stemwright.song.rhythm import STRAIGHT
from stemwright.song.score import PPQ, Note, Score
from stemwright.song.state import GlobalState

_PENALTIES = {24: 0, 32: 2, 12: 4, 16: 3}
"""Ticks of a grid's step -> by how many ticks each note must be nearer to it for it to be taken."""
_FOR_MANY = (12, 16)
"""Grids for beats of three notes or more: of fewer ones none is so quick, but played a little beside."""
TRIPLETS = (32, 16)
_USUAL, _FINE = 24, 12
_EIGHTH = 48
_HALVES = ((PPQ, PPQ), (72, PPQ), (48, 24), (24, 12), (12, 12))
_THIRDS = ((64, 32), (32, 32), (16, 16))
"""Values of a drum in ticks, and of what the place must be a multiple."""
_OVERLAP = 24
"""Ticks that a note may sound into the next one and still be meant to end with it."""


@dataclass(frozen=True, slots=True)
class Gridded:
    """Notes on the grid. `triplets`: where quarter notes begin that are divided in three. `moved`: where
    notes were that begin at a tick -> that tick.
    """

    score: Score
    triplets: frozenset[int] = frozenset()
    moved: Mapping[int, int] = field(default_factory=dict)


def swing_of(state: GlobalState) -> Fraction:
    """Where the second of two eighths falls; 1/2 while the rhythm is not decided."""
    return STRAIGHT if state.rhythm is None else state.rhythm.swing


def has_triplets(state: GlobalState, bar: int) -> bool:
    """Whether a bar's quarter notes may be divided in three: not in compound meters, whose beats are."""
    return state.meter_of(bar).d <= 4


def gridded(score: Score, state: GlobalState, drums: bool = False) -> Gridded:
    """The notes of a layer as they are written, each a step of its grid long or more, no pitch twice at once.
    `drums`: a note lasts until the next one of its voice, or to the end of its beat.
    """
    lines, swing = state.lines, swing_of(state)
    straight = {t: _straight(t, state, swing) for note in score.notes for t in (note.onset, note.end)}
    grids = _grids({straight[note.onset] for note in score.notes}, state)
    end = state.total_ticks
    moved: dict[int, int] = {}
    notes: list[Note] = []
    for note in score.notes:
        onset = _snapped(straight[note.onset], lines, grids)
        if onset >= end:
            onset = _last_place(end, grids, lines)
        moved[note.onset] = onset
        last = max(_snapped(straight[note.end], lines, grids), onset + 1)
        notes.append(Note(onset, min(last, end) - onset, note.pitch, note.velocity))
    lasting = _drum_lengths(notes, state, grids, end) if drums else _lengths(notes, lines, grids, end)
    triplets = frozenset(beat for beat, step in grids.items() if step in TRIPLETS)
    return Gridded(Score.from_notes(lasting).without_overlaps(), triplets, moved)


def _straight(tick: int, state: GlobalState, swing: Fraction) -> int:
    """Where a swung tick is written."""
    bar = state.bar_of_tick(tick)
    if swing == STRAIGHT or not has_triplets(state, bar):
        return tick
    start = state.bar_tick(bar)
    quarter, rest = divmod(tick - start, PPQ)
    half = PPQ * swing
    inside = rest / (2 * swing) if rest < half else PPQ // 2 + (rest - half) / (2 * (1 - swing))
    return start + quarter * PPQ + round(inside)


def _grids(onsets: set[int], state: GlobalState) -> dict[int, int]:
    """Where each beat that has notes begins -> the step of its grid."""
    inside: dict[int, list[int]] = {}
    for onset in onsets:
        inside.setdefault(_beat(onset, state.lines), []).append(onset)
    out = {}
    for beat, places in inside.items():
        bar = state.bar_of_tick(beat)
        whole = beat + PPQ <= state.bar_tick(bar + 1)  # a bar may have less than a quarter note left
        steps = tuple(_PENALTIES) if whole and has_triplets(state, bar) else (_USUAL, _FINE)
        steps = tuple(step for step in steps if step not in _FOR_MANY or len(places) >= 3)
        out[beat] = min(steps, key=lambda step: _cost(places, beat, step))
    return out


def _cost(places: list[int], beat: int, step: int) -> int:
    """How far some places are from a grid in all, with what is asked of it for each of them."""
    away = (abs((place - beat + step // 2) // step * step - (place - beat)) for place in places)
    return sum(away) + _PENALTIES[step] * len(places)


def _beat(tick: int, lines: BarLines) -> int:
    """Where the quarter note begins in which a tick lies, counted from its bar."""
    start = lines.tick(lines.bar_of_tick(tick))
    return start + (tick - start) // PPQ * PPQ


def _snapped(tick: int, lines: BarLines, grids: Mapping[int, int]) -> int:
    """The place on the grid nearest to a tick, no later than the end of its bar."""
    beat = _beat(tick, lines)
    step = grids.get(beat, _USUAL)
    found = beat + (tick - beat + step // 2) // step * step
    return min(found, lines.tick(lines.bar_of_tick(tick) + 1))


def _last_place(end: int, grids: Mapping[int, int], lines: BarLines) -> int:
    beat = _beat(end - 1, lines)
    return end - grids.get(beat, _USUAL)


def _lengths(notes: list[Note], lines: BarLines, grids: Mapping[int, int], end: int) -> list[Note]:
    """The notes as long as they are written: to the next one where they nearly reach it, or nearly do not;
    else to the end of their eighth.
    """
    onsets = sorted({note.onset for note in notes})
    out = []
    for note in notes:
        at = bisect_right(onsets, note.onset)
        following = onsets[at] if at < len(onsets) else end
        step = grids.get(_beat(note.onset, lines), _USUAL)
        last = max(note.end, min(note.onset + step, following))
        if last < following:
            beat = _beat(last, lines)
            if grids.get(beat, _USUAL) not in TRIPLETS:
                last = beat - (beat - last) // _EIGHTH * _EIGHTH
            last = _snapped(last, lines, grids)
            last = following if following - last <= _USUAL else last
        elif last - following <= _OVERLAP and 2 * (last - following) <= following - note.onset:
            last = following
        out.append(replace(note, duration=min(last, end) - note.onset))
    return out


def _drum_lengths(notes: list[Note], state: GlobalState, grids: Mapping[int, int], end: int) -> list[Note]:
    """The notes with one printed value each: rests come before the next one where that is not enough."""
    out = []
    voices = {note.pitch: place_of(note.pitch).voice for note in notes}
    onsets = {
        voice: sorted({n.onset for n in notes if voices[n.pitch] == voice}) for voice in set(voices.values())
    }
    for note in notes:
        own = onsets[voices[note.pitch]]
        at = bisect_right(own, note.onset)
        bar = state.bar_of_tick(note.onset)
        last = min(state.bar_tick(bar + 1), end, own[at] if at < len(own) else end)
        beat = _beat(note.onset, state.lines)
        place = note.onset - (beat if has_triplets(state, bar) else state.bar_tick(bar))
        triplet = grids.get(beat, _USUAL) in TRIPLETS
        out.append(replace(note, duration=_drum_value(place, last - note.onset, triplet)))
    return out


def _drum_value(place: int, room: int, triplet: bool) -> int:
    """The longest value that fits at a place of its beat without hiding the beat."""
    thirds = triplet and not (place == 0 and room >= PPQ)
    for length, step in _THIRDS if thirds else _HALVES:
        if length <= room and place % step == 0 and place % PPQ + length <= PPQ:
            return length
    return room
