"""Which pitch classes fit at a place of the song: those of its chord, and those of its key."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from stemwright.live.companion.settings import CHORD, FREE
from stemwright.song.harmony import Chord, Key
from stemwright.song.score import PPQ
from stemwright.song.state import GlobalState

Classes = frozenset[int]
ALL: Classes = frozenset(range(12))


@dataclass(frozen=True, slots=True)
class Tones:
    """Pitch classes of the chord (of the key where none sounds) and of the key, from a place until `end`;
    None: they hold for ever. A chord's own tones count as the scale's too.
    """

    chord: Classes
    scale: Classes
    end: Fraction | None

    def kept(self, keep: str) -> Classes:
        """Those that a voice with this setting may play."""
        return ALL if keep == FREE else self.chord if keep == CHORD else self.scale


class Harmony(Protocol):
    """What sounds where."""

    def at(self, quarters: Fraction) -> Tones:
        """The tones at a place."""


class KeyHarmony:
    """One key (None: no key, all pitches), and one chord, for ever: for playing without a song."""

    def __init__(self, key: Key | None = None, chord: Chord | None = None) -> None:
        scale = ALL if key is None else frozenset(key.pitch_classes)
        own = scale if chord is None else frozenset(chord.pitch_classes) | {chord.bass_pc}
        self._tones = Tones(own, scale | own if chord is not None else scale, None)

    def at(self, quarters: Fraction) -> Tones:
        """The same everywhere."""
        return self._tones


class SongHarmony:
    """The chords and the key of a song, which starts over at its end."""

    def __init__(self, state: GlobalState) -> None:
        self._length = Fraction(state.total_ticks, PPQ)
        scale = frozenset(state.key.pitch_classes)
        starts: list[Fraction] = [Fraction(0)]
        tones: list[tuple[Classes, Classes]] = []
        before: Chord | None = None
        for beat, chord in enumerate(state.chords or (None,)):
            if beat and chord == before:
                continue
            own = scale if chord is None else frozenset(chord.pitch_classes) | {chord.bass_pc}
            if beat:
                starts.append(Fraction(state.lines.beat_tick(beat), PPQ))
            tones.append((own, scale | own))
            before = chord
        self._starts, self._tones = starts, tones

    def at(self, quarters: Fraction) -> Tones:
        """The tones at a place; a place after the end is one of the next round."""
        rounds, inside = divmod(quarters, self._length)
        index = bisect_right(self._starts, inside) - 1
        own, scale = self._tones[index]
        if len(self._tones) == 1:
            return Tones(own, scale, None)
        last = index + 1 == len(self._starts)
        end = self._length if last else self._starts[index + 1]
        return Tones(own, scale, rounds * self._length + end)


def until(harmony: Harmony, place: Fraction, pitch: int, keep: str, most: int = 16) -> Fraction | None:
    """The first change of harmony after a place at which a pitch no longer fits; None where it fits for ever,
    or for so many changes.
    """
    for _ in range(most):
        tones = harmony.at(place)
        if pitch % 12 not in tones.kept(keep):
            return place
        if tones.end is None:
            return None
        place = tones.end
    return None
