"""Voice leading: the voicings of a phrase's chords that move the least and sing on top, found together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Generic, TypeVar

from stemwright.compose.voicing import Manner, Voicing, layouts, usual_top
from stemwright.song.harmony import Chord, Key

PHRASE = 8
"""Chords whose voicings are found together."""
_TOP = (4, 0, 0, 2, 2, 5, 7, 8, 10, 12, 14, 16, 20)
"""What a move of the highest voice costs by semitones: it should go on, and by steps."""
_OCTAVE = 12
_LEAP = 400
"""What a move beyond an octave of an outer voice costs: no layout is so much worse."""

Value = TypeVar("Value", bound=Hashable)


def move(before: Voicing, after: Voicing) -> int:
    """What going from a voicing to another costs: every voice's way, paired from the top, the highest voice's
    melody, outer voices that leap, and both of them going the same way by the same step.
    """
    top, low = after[-1] - before[-1], after[0] - before[0]
    cost = sum(2 * abs(a - b) for a, b in zip(reversed(after[:-1]), reversed(before[:-1]), strict=False))
    cost += _TOP[min(12, abs(top))]
    if max(abs(top), abs(low)) > _OCTAVE:
        cost += _LEAP
    elif max(abs(top), abs(low)) > 7:
        cost += 12
    if top == low != 0:
        cost += 3
    common = len({*before} & {*after})
    return cost - 2 * common


@lru_cache(maxsize=1024)
def lead(
    chords: tuple[Chord, ...], before: Voicing, manner: Manner, key: Key, wishes: tuple[int, ...]
) -> tuple[Voicing, ...]:
    """The cheapest voicings of `chords` in a row after `before` (() at the start). `wishes`: how far above
    the usual height the top should lie, one a chord, in semitones: a phrase's contour.
    """
    top = manner.centre + usual_top(manner)
    paths: list[tuple[int, tuple[Voicing, ...]]] = []
    for place, chord in enumerate(chords):
        now: list[tuple[int, tuple[Voicing, ...]]] = []
        for shape, stack in layouts(chord, manner, key):
            own = shape + abs(stack[-1] - top - wishes[place])
            if paths:
                cost, path = min((cost + move(path[-1], stack), path) for cost, path in paths)
            else:
                cost, path = (move(before, stack) if before else 0), ()
            now.append((cost + own, (*path, stack)))
        paths = now
    return min(paths)[1] if paths else ()


def join(before: Voicing, chord: Chord, played: Sequence[Voicing], manner: Manner, key: Key) -> Voicing:
    """The first voicing of what is `played` again after `before`: the same, or where an outer voice would
    leap beyond an octave another one between the two.
    """
    first = played[0]
    if max(abs(first[0] - before[0]), abs(first[-1] - before[-1])) <= _OCTAVE:
        return first
    after = played[1] if len(played) > 1 else first
    choices = (stack for _, stack in layouts(chord, manner, key))
    return min(choices, key=lambda stack: (move(before, stack) + move(stack, after), stack))


class Returns(Generic[Value]):
    """What sections played, chord by chord: a return begins as its first did, for as long as its chords are
    the same.
    """

    def __init__(
        self,
        solve: Callable[[Sequence[Chord], Value | None, int], Sequence[Value]],
        join: Callable[[Value, Chord, Sequence[Value]], Value] | None = None,
    ) -> None:
        """`solve`: chords, the value before them, their place in the section -> a value each. `join`: the
        value before a return, its first chord and what it played -> what it begins with, where another
        section came before it than the first time.
        """
        self._solve = solve
        self._join = join
        self._first: dict[Hashable, tuple[list[Chord], list[Value]]] = {}
        self._last: Value | None = None

    def section(self, material: Hashable, chords: Sequence[Chord]) -> list[Value]:
        """A value for each chord of a section."""
        known, values = self._first.get(material, ([], []))
        same = 0
        while same < min(len(known), len(chords)) and known[same] == chords[same]:
            same += 1
        out = list(values[:same])
        if out and self._last is not None and self._join is not None:
            out[0] = self._join(self._last, chords[0], out)
        for start in range(same, len(chords), PHRASE):
            before = out[-1] if out else self._last
            out += self._solve(chords[start : start + PHRASE], before, start)
        if material not in self._first:
            self._first[material] = (list(chords), out)
        if out:
            self._last = out[-1]
        return out
