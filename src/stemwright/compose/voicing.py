"""Voicings: three or four pitches for a chord, as near as can be to the chord before."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise, product

from stemwright.song.harmony import Chord

LOW, HIGH = 48, 76  # C3 to E5
Voicing = tuple[int, ...]


def voices(chord: Chord) -> tuple[int, ...]:
    """The three or four pitch classes to play: large chords leave the fifth, then the root, to the bass."""
    tones = list(chord.pitch_classes)
    root = chord.root_pc
    for spare in ((root + 7) % 12, root):
        if len(tones) > 4 and spare in tones:
            tones.remove(spare)
    tones = tones[:2] + tones[-2:] if len(tones) > 4 else tones
    return tuple(tones) if len(tones) > 2 else (*tones, root)


def _shape_cost(pitches: Voicing, centre: int) -> int:
    gaps = [high - low for low, high in pairwise(pitches)]
    cost = abs(sum(pitches) - centre * len(pitches))
    cost += sum(8 for gap in gaps if gap == 1) + sum(3 * (gap - 8) for gap in gaps if gap > 8)
    cost += 6 if pitches[0] < 53 and gaps[0] < 4 else 0  # thirds and seconds are muddy down there
    return cost + (8 if pitches[-1] - pitches[0] > 17 else 0)


def _move_cost(pitches: Voicing, before: Voicing) -> int:
    """Semitones that the voices move, paired from the top; a bass or top that leaps costs more."""
    if not before:
        return 0
    pairs = list(zip(reversed(pitches), reversed(before), strict=False))
    moves = [abs(a - b) for a, b in pairs]
    return 2 * sum(moves) + max(0, moves[0] - 4) * 2


@lru_cache(maxsize=8192)
def voice(chord: Chord, before: Voicing, centre: int) -> Voicing:
    """The voicing of `chord` nearest to `before` (() at the start) and to the pitch `centre`."""
    choices = [[p for p in range(LOW, HIGH + 1) if p % 12 == pc] for pc in voices(chord)]
    stacks = {tuple(sorted(stack)) for stack in product(*choices) if len(set(stack)) == len(stack)}
    return min(stacks, key=lambda stack: (_shape_cost(stack, centre) + _move_cost(stack, before), stack))
