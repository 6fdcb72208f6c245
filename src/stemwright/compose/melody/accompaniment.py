"""What the chords' part strikes while a note of the melody sounds, as far as the style and the plan tell. The
melody does not hear it, so that each is written without the other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter

from stemwright.compose.comping import PUSH, pushed
from stemwright.compose.grid import Grid
from stemwright.compose.patterns import fit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.style import Comp
from stemwright.song.harmony import Chord

Strikes = Sequence[tuple[int, Chord]]
"""Steps from a section's beginning on which chords are struck, rising, and which."""
_UP_TO = 72
"""C5, to which the chords' part reaches: above it a melody lies under none of its tones."""


def strikes(plan: SongPlan, bars: Sequence[BarPlan]) -> Strikes:
    """What is usually struck in the bars of a section: on the steps of at least half of the style's figures,
    and where the band comes ahead of a change; some strikes are of the chord that follows.
    """
    out: list[tuple[int, Chord]] = []
    start = 0
    for bar in bars:
        marks = _usual(plan.style.comps[bar.level], bar.grid, bar.bar, plan.style.triple)
        if pushed(plan, bar):
            marks = {**marks, bar.grid.steps - PUSH: "n"}
        for step, mark in sorted(marks.items()):
            chord = plan.chord_ahead(bar, step) if mark == "n" else bar.chords[step]
            if chord is not None:
                out.append((start + step, chord))
        start += bar.grid.steps
    return out


@lru_cache(maxsize=1024)
def _usual(comps: Sequence[Comp], grid: Grid, bar: int, triple: str) -> Mapping[int, str]:
    """The steps of a bar that half of some figures or more strike, and the mark that most have there."""
    found: dict[int, list[str]] = {}
    for comp in comps:
        for hit in fit(comp.pattern, grid, bar, triple, comp.how == "arp"):
            found.setdefault(hit.step, []).append(hit.mark)
    return {
        step: "n" if 2 * marks.count("n") > len(marks) else "x"
        for step, marks in found.items()
        if 2 * len(marks) >= len(comps)
    }


def beside(found: Strikes, start: int, length: int) -> tuple[Chord, ...]:
    """The chords that are struck in some steps, each once."""
    first, end = (bisect_left(found, step, key=itemgetter(0)) for step in (start, start + length))
    return tuple(dict.fromkeys(chord for _, chord in found[first:end]))


def rubs(pitch: int, chord: Chord) -> bool:
    """Whether a pitch of the melody that is no tone of a chord lies a semitone above one, or, within the
    chords' reach, below.
    """
    over, under = _against(chord)
    return pitch % 12 in over or (pitch < _UP_TO and pitch % 12 in under)


@lru_cache(maxsize=1024)
def _against(chord: Chord) -> tuple[frozenset[int], frozenset[int]]:
    """The pitch classes a semitone above and below a chord's tones that are none."""
    own = chord.pitch_classes
    over, under = (frozenset((pc + way) % 12 for pc in own) - set(own) for way in (1, -1))
    return over, under
