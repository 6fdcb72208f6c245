"""A song's sections, found where it has no names for them: phrases that come again get the same letter.

Phrases have eight bars (four in songs under 24 bars) from the song's first bar, or its second after a pickup,
and begin anew where the print says that something begins (a repeat, a segno, a coda, a rehearsal mark). A
phrase is called as an earlier one if their bars agree in more than half of their notes and rhythm on average.
"""

from __future__ import annotations

from collections.abc import Set
from itertools import pairwise

from stemwright.notation.sheet import Bar
from stemwright.song.form import MAX_SECTIONS
from stemwright.song.meter import Meter
from stemwright.song.score import Score
from stemwright.song.state import Section

PHRASE, SHORT_PHRASE, LONG_SONG = 8, 4, 24
ALIKE = 0.55
_GRID = 12
_Notes = set[tuple[str, int, int]]


def form_of(scores: dict[str, Score], meter: Meter, bars: list[Bar]) -> tuple[Section, ...]:
    """The sections of a song of these bars; their lengths add up to the number of bars."""
    filled = bar_notes(scores, meter, len(bars))
    pickup = _pickup(scores, meter)
    edges = _edges(bars, pickup)
    firsts: list[tuple[int, int]] = []  # first and last (exclusive) bar of each letter's first phrase
    sections = []
    for first, end in pairwise(edges):
        phrase = (first or min(pickup, end - 1), end)
        letter = next((i for i, old in enumerate(firsts) if _alike(filled, old, phrase)), len(firsts))
        if letter == len(firsts):
            firsts.append(phrase)
        sections.append(Section(_letter(letter), end - first))
    return tuple(sections)


def _letter(index: int) -> str:
    """a..z, then a2..z2 and so on."""
    turn, letter = divmod(index, 26)
    return chr(ord("a") + letter) + (str(turn + 1) if turn else "")


def _pickup(scores: dict[str, Score], meter: Meter) -> int:
    """1 where the first note begins in the second half of the first bar, else 0."""
    first = min((s.notes[0].onset for s in scores.values() if s.notes), default=0)
    return int(meter.ticks_per_bar // 2 <= first < meter.ticks_per_bar)


def _edges(bars: list[Bar], pickup: int) -> list[int]:
    """Where phrases begin, and the end. A pickup belongs to the first phrase; a rest that is shorter than
    half a phrase belongs to the phrase before it.
    """
    phrase = PHRASE if len(bars) >= LONG_SONG else SHORT_PHRASE
    edges = [0]
    at = pickup  # the bar from which phrases are counted
    for bar in range(1, len(bars)):
        marked = bars[bar].marks.begins and bar - edges[-1] >= SHORT_PHRASE
        if marked or (bar > at and (bar - at) % phrase == 0):
            edges.append(bar)
            at = bar
    if len(edges) > 1 and len(bars) - edges[-1] < phrase // 2:
        edges.pop()
    return [*edges[: MAX_SECTIONS - 1], len(bars)]


def bar_notes(scores: dict[str, Score], meter: Meter, bars: int) -> list[_Notes]:
    """For each bar its notes as (layer, 32nd of the bar, pitch)."""
    out: list[_Notes] = [set() for _ in range(bars)]
    length = meter.ticks_per_bar
    for layer, score in scores.items():
        for n in score.notes:
            if n.onset // length < bars:
                out[n.onset // length].add((layer, n.onset % length // _GRID, n.pitch))
    return out


def likeness(one: _Notes, other: _Notes) -> float:
    """0..1: the mean of the shares of equal notes and of equal onsets of two bars."""
    rhythms = {n[:2] for n in one}, {n[:2] for n in other}
    return (_overlap(one, other) + _overlap(*rhythms)) / 2


def _overlap(one: Set[tuple[object, ...]], other: Set[tuple[object, ...]]) -> float:
    most = max(len(one), len(other))
    return len(one & other) / most if most else 1.0


def _alike(filled: list[_Notes], old: tuple[int, int], new: tuple[int, int]) -> bool:
    """Whether two phrases agree, bar by bar from their first, as far as the shorter one goes."""
    length = min(old[1] - old[0], new[1] - new[0])
    if 2 * length < max(old[1] - old[0], new[1] - new[0]):
        return False
    return sum(likeness(filled[old[0] + i], filled[new[0] + i]) for i in range(length)) / length >= ALIKE
