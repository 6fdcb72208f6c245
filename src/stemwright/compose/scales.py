"""Which pitch classes a melody or bass may use over a chord, and the nearest pitch of a set."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from stemwright.song.harmony import Chord, Key

Pitches = frozenset[int]


@lru_cache(maxsize=4096)
def chord_scale(key: Key, chord: Chord | None, pentatonic: bool = False) -> Pitches:
    """The key's scale bent to a chord: chord tones, and scale tones that no foreign chord tone displaces."""
    scale = key.pitch_classes
    tones = frozenset(chord.pitch_classes) if chord else frozenset((scale[0], scale[2], scale[4]))
    foreign = [pc for pc in tones if pc not in scale]
    kept = {pc for pc in scale if not any((pc - f) % 12 in (1, 11) for f in foreign)}
    if pentatonic:
        kept -= {scale[1], scale[5]} if key.is_minor else {scale[3], scale[6]}
    return frozenset(kept | tones)


def chord_tones(key: Key, chord: Chord | None) -> tuple[int, ...]:
    """Pitch classes to rest on: the chord's, or without a chord the key's tonic triad."""
    if chord is None:
        return (key.pitch_classes[0], key.pitch_classes[2], key.pitch_classes[4])
    return chord.pitch_classes


def pitches(classes: Collection[int], low: int, high: int) -> list[int]:
    """All pitches low..high of some pitch classes, rising."""
    return [pitch for pitch in range(low, high + 1) if pitch % 12 in classes]


def nearest(choices: Iterable[int], target: int) -> int:
    """The choice nearest to `target`; of two as near, the lower."""
    return min(choices, key=lambda pitch: (abs(pitch - target), pitch))
