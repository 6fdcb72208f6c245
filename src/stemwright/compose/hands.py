"""How hands play a chord: which voices each strike sounds, and the ways in which a chord is broken.

A section's material keeps to one way, so that a return is played as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stemwright.compose.patterns import Hit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.scales import chord_scale
from stemwright.compose.voicing import Voicing

HIGHEST = 72
"""C5: above it nothing is doubled or turned up."""
_ALONE = {"l": slice(0, 1), "h": slice(-1, None), "u": slice(1, None), "m": slice(-2, -1)}
"""Which voices of a chord a mark plays."""
_MANNERS = ("full", "light", "light", "upper", "turned", "turned", "moving")
"""full: all voices each time; light: between strong beats without the lowest; upper: there the two
highest alone; turned: in a second half of a bar one inversion higher; moving: on every other beat the highest
voice steps up and comes back, in styles whose voices move.
"""
_PATHS = {
    2: ("01", "0121", "010", "1012"),
    3: ("0121", "0212", "012", "021212", "2101", "210", "0201", "0232", "012321", "01232", "020121"),
    4: ("0123", "021321", "012321", "0232", "0312", "0213", "3210", "3121", "0231", "01213231", "023431"),
}  # fmt: skip
"""Orders of the voices from the lowest (0) on; past the highest they go on an octave above."""
_WAYS = ("again", "again", "turns", "runs on", "runs on")
"""again: a path begins anew with each bar; turns: it is played backwards in every second one; runs on: two
bars are one path.
"""
_PINCHED = 25
"""Percent of materials whose broken bars begin with the outer voices together."""


def alone(hit: Hit) -> bool:
    """Whether a mark names voices of its own."""
    return hit.mark in _ALONE


def struck(
    plan: SongPlan, bar: BarPlan, hit: Hit, stack: Voicing, how: str, after: Voicing | None = None
) -> Voicing:
    """The voices that a strike sounds; in a section that comes back strong ones have one voice doubled.
    `after`: the voicing that follows, to which no outer voice may leap beyond an octave.
    """
    chosen = _ALONE.get(hit.mark)
    if chosen is not None:
        return stack[chosen] or stack[:1]
    if how == "block" and plan.style.voicing != "power" and len(stack) > 2 and not bar.final:
        again = _again(plan, bar, hit, stack)
        stack = again if after is None or _near(again, after) else stack
    return _fuller(bar, hit, stack)


def _near(stack: Voicing, after: Voicing) -> bool:
    return max(abs(stack[0] - after[0]), abs(stack[-1] - after[-1])) <= 12


def _again(plan: SongPlan, bar: BarPlan, hit: Hit, stack: Voicing) -> Voicing:
    """A chord that the bar has struck already, as the hands come back to it."""
    if hit.mark == "n" or not _struck_before(bar, hit):
        return stack
    manner = plan.material_stream("harmony", bar, "hand").pick(_MANNERS)
    weak = bar.grid.strengths[hit.step] < 3 and hit.mark != "X"
    if manner == "turned":
        half = bar.grid.halves()
        return _inverted(stack) if half and hit.step >= half and _same(bar, half - 1, hit.step) else stack
    if manner == "moving":
        beat = max(number for number, pulse in enumerate(bar.grid.pulses) if pulse.start <= hit.step)
        return _stepped(plan, bar, hit, stack) if weak and beat % 2 and plan.style.motion else stack
    if manner == "full" or not weak:
        return stack
    return stack[1:] if manner == "light" else stack[-2:]


def _struck_before(bar: BarPlan, hit: Hit) -> bool:
    """Whether the chord of a strike has stood for a beat of its bar."""
    return any(_same(bar, pulse.start, hit.step) for pulse in bar.grid.pulses if pulse.start < hit.step)


def _same(bar: BarPlan, first: int, step: int) -> bool:
    """Whether one chord stands from a step to another."""
    return all(chord == bar.chords[step] for chord in bar.chords[first:step])


def _inverted(stack: Voicing) -> Voicing:
    """The lowest voice an octave up, where it is not there yet and the hand still lies comfortably."""
    up = stack[0] + 12
    return tuple(sorted((*stack[1:], up))) if up <= HIGHEST and up not in stack else stack[1:]


def _stepped(plan: SongPlan, bar: BarPlan, hit: Hit, stack: Voicing) -> Voicing:
    """The highest voice a whole tone up, where the scale has that and it rubs with no other."""
    top = stack[-1] + 2
    free = all((top - pitch) % 12 not in (0, 1, 11) for pitch in stack[:-1])
    fits = top % 12 in chord_scale(plan.key, bar.chords[hit.step]) and top <= HIGHEST
    return (*stack[:-1], top) if free and fits else stack


def _fuller(bar: BarPlan, hit: Hit, stack: Voicing) -> Voicing:
    """A section that comes back plays its strong strikes with one voice doubled."""
    if not bar.occurrence or bar.grid.strengths[hit.step] < 3 or len(stack) < 3:
        return stack
    doubled = next((p + 12 for p in stack[:2] if p + 12 <= HIGHEST and p + 12 not in stack), None)
    return stack if doubled is None else tuple(sorted((*stack, doubled)))


@dataclass(frozen=True, slots=True)
class Breaking:
    """How a material's chords are broken: one path for each number of voices, and where it begins anew."""

    paths: dict[int, str]
    way: str
    pinched: bool

    @classmethod
    def of(cls, plan: SongPlan, bar: BarPlan) -> Breaking:
        """That of a bar's material."""
        stream = plan.material_stream("harmony", bar, "order")
        paths = {voices: stream.pick(some) for voices, some in _PATHS.items()}
        return cls(paths, stream.pick(_WAYS), stream.chance(_PINCHED))

    def voices(self, bar: BarPlan, count: int, before: int, stack: Voicing) -> Voicing:
        """What the stroke `count` of a bar sounds, rising. `before`: strokes of the bar before."""
        path = self.paths[min(4, max(2, len(stack)))]
        second = bar.bar % 2 == 1
        at = count + (before if second and self.way == "runs on" else 0)
        if second and self.way == "turns":
            path = path[0] + path[:0:-1]
        pitch = _voice(stack, int(path[at % len(path)]))
        return (pitch, stack[-1]) if self.pinched and not count and pitch < stack[-1] else (pitch,)


def _voice(stack: Sequence[int], number: int) -> int:
    """A voice by its number, past the highest one an octave up, as far as hands go."""
    octave, place = divmod(number, len(stack))
    pitch = stack[place] + 12 * octave
    return pitch if pitch <= max(HIGHEST, stack[-1]) else pitch - 12
