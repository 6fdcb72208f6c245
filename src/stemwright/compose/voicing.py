"""Voicings: which tones of a chord are played, and every way in which a kind of player can lay them out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product

from stemwright.song.harmony import Chord, Key

LOW, HIGH = 48, 76  # C3 to E5; above C5 at a cost
_COMFORT = 72
_DOUBLING = 6
Voicing = tuple[int, ...]

KINDS = ("close", "drop2", "open", "shell", "rootless", "power")
"""close: within an octave; drop2: the second voice from the top an octave down; open: spread; shell: third,
seventh and one tone more; rootless: the same with the ninth of the scale where it rubs against nothing;
power: root, fifth, octave.
"""
_WIDTHS = {"close": (5, 12), "drop2": (10, 19), "open": (12, 24), "shell": (4, 14), "rootless": (5, 14)}
"""Semitones from the lowest to the highest voice."""
_MOST = 16
"""Layouts of a chord that are looked at."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a player lays chords out: a kind of KINDS, so many voices, about the height `centre`."""

    kind: str
    voices: int
    centre: int


def usual_top(manner: Manner) -> int:
    """Semitones from the middle of a voicing to its highest voice, as most layouts have it."""
    return {"drop2": 7, "open": 9, "power": 6}.get(manner.kind, 4 if manner.voices < 4 else 6)


def tones(chord: Chord, manner: Manner, key: Key) -> tuple[int, ...]:
    """The pitch classes to play, at most as many as there are voices, those first that say most."""
    root = chord.root_pc
    above = [(pc - root) % 12 for pc in chord.pitch_classes]
    if manner.kind == "power":
        fifth = next((step for step in (7, 6, 8) if step in above), 7)
        return tuple((root + step) % 12 for step in (0, fifth, 0)[: manner.voices])
    third = [step for step in (4, 3, 5, 2) if step in above][:1]
    seventh = [step for step in (10, 11, 9) if step in above][:1]
    fifth_ = [step for step in (7, 6, 8) if step in above][:1]
    more = [step for step in above if step not in (0, *third, *seventh, *fifth_)]
    if manner.kind in ("shell", "rootless") and seventh:
        more = more or _ninth(chord, key, manner.kind)
        order = [*third, *seventh, *more, *fifth_, 0]
    elif seventh and manner.voices < 4:
        order = [*third, *seventh, *more, *fifth_, 0]
    else:
        order = [*third, *seventh, *more[:1], 0, *fifth_]
    while len(order) < min(3, manner.voices):
        order.append(0)
    return tuple((root + step) % 12 for step in order[: manner.voices])


def _ninth(chord: Chord, key: Key, kind: str) -> list[int]:
    """The ninth of a plain seventh chord, where the key has it a whole tone above the root; none beside a
    minor third, which melodies like to stand on.
    """
    plain = chord.quality in ("7", "maj7")
    free = (chord.root_pc + 2) % 12 in key.pitch_classes and chord.bass is None
    return [2] if kind == "rootless" and plain and free else []


@lru_cache(maxsize=8192)
def layouts(chord: Chord, manner: Manner, key: Key) -> tuple[tuple[int, Voicing], ...]:
    """(cost, voicing) of the best layouts of a chord, rising voices, the cheapest first; never none."""
    classes = tones(chord, manner, key)
    if manner.kind == "power":
        found = _power(classes)
    else:
        found = {stack for own in _doubled(classes, manner.voices) for stack in _stacks(own)}
    low, high = _WIDTHS.get(manner.kind, (0, 24))
    fitting = [stack for stack in found if low <= stack[-1] - stack[0] <= high] or list(found)
    rated = sorted((_shape(stack, manner) + _doubling(stack, chord), stack) for stack in fitting)
    return tuple(rated[:_MOST])


def _doubling(stack: Voicing, chord: Chord) -> int:
    """What it costs to have on top what the bass has, where that is not the root."""
    return _DOUBLING if chord.bass_pc != chord.root_pc and stack[-1] % 12 == chord.bass_pc else 0


def _doubled(classes: tuple[int, ...], voices: int) -> list[tuple[int, ...]]:
    """The classes with any one of them twice, where there are fewer than voices."""
    return [(*classes, pc) for pc in classes] if len(classes) < voices else [classes]


def _stacks(classes: tuple[int, ...]) -> set[Voicing]:
    choices = [[p for p in range(LOW, HIGH + 1) if p % 12 == pc] for pc in classes]
    return {tuple(sorted(stack)) for stack in product(*choices) if len(set(stack)) == len(stack)}


def _power(classes: tuple[int, ...]) -> set[Voicing]:
    """Root, fifth and octave upwards, as hands hold them on a neck."""
    out: set[Voicing] = set()
    for root in range(LOW, LOW + 16):
        if root % 12 == classes[0]:
            fifth = root + (classes[1] - classes[0]) % 12 if len(classes) > 1 else root
            out.add(tuple(sorted({root, fifth, *([root + 12] if len(classes) > 2 else [])})))
    return out


def _shape(stack: Voicing, manner: Manner) -> int:
    """What a layout costs by itself: far from the middle, muddy below, rubbing or torn apart above."""
    gaps = [high - low for low, high in pairwise(stack)]
    cost = abs(sum(stack) - manner.centre * len(stack)) * 4 // len(stack)
    cost += sum(8 for gap in gaps if gap == 1) + sum(3 * (gap - 9) for gap in gaps[1:] if gap > 9)
    if gaps and gaps[-1] <= 2:  # the top should be heard by itself
        cost += 5
    cost += 8 if gaps and stack[0] < 53 and gaps[0] < 4 else 0  # thirds and seconds are muddy down there
    cost += sum(12 for low in stack for high in stack if high - low == 13)
    return cost + sum(14 + 6 * (pitch - _COMFORT) for pitch in stack if pitch > _COMFORT)
