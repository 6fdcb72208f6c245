"""Which pitches a note of the melody may have: of its section's window, of its chord and of the scale."""

from __future__ import annotations

from dataclasses import dataclass

from stemwright.compose.form import ENERGY
from stemwright.compose.melody.accompaniment import rubs
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.scales import chord_scale, chord_tones, pitches
from stemwright.song.harmony import Chord

_LOWEST = 60  # C4
_WIDE = 14
"""Semitones from the lowest to the highest note of a section; of a song five more."""


@dataclass(frozen=True, slots=True)
class Place:
    """A note that wants a pitch. `gap`: sixteenths since the note before; `breath`: whether one may breathe
    after it; `cadence`: whether a phrase ends on it; `beside`: the chords that are struck while it sounds.
    """

    bar: BarPlan
    step: int
    length: int
    gap: int
    breath: bool
    cadence: bool
    peak: bool
    beside: tuple[Chord, ...] = ()

    @property
    def home(self) -> bool:
        """Whether its section ends on it."""
        return self.cadence and self.bar.last

    @property
    def strength(self) -> int:
        """Of its step in the bar."""
        return self.bar.grid.strengths[self.step]

    @property
    def chord(self) -> Chord | None:
        """The chord that it begins over."""
        return self.bar.chords[self.step]

    @property
    def stable(self) -> bool:
        """Whether it must belong to its chord: it lasts, one breathes after it, or it stands on the downbeat,
        or on another strong beat and is no part of a run.
        """
        if self.length > 4 or self.breath or self.strength == 4:
            return True
        return self.strength == 3 and max(self.length, self.gap) > 2


@dataclass(frozen=True, slots=True)
class Window:
    """The pitches that a section's melody moves in."""

    low: int
    high: int

    @property
    def middle(self) -> int:
        """The pitch around which it moves."""
        return (self.low + self.high) // 2 - 1


def window(plan: SongPlan, bar: BarPlan) -> Window:
    """A section's window: the song's, higher the stronger the section is. The tonic lies at its bottom or in
    its middle, as melodies have it.
    """
    tonic = (plan.key.tonic_pc - _LOWEST) % 12
    low = _LOWEST + (tonic - 1 if tonic <= 5 else (tonic - 6))
    low = max(_LOWEST, low)
    lift = max(0, min(5, (ENERGY[bar.family] - 5) * 5 // 3))
    return Window(low + lift, low + lift + _WIDE)


def usable(plan: SongPlan, place: Place, window: Window) -> list[int]:
    """The pitches that a note may have: of its chord where it is stable (over chords of two tones, on every
    pulse), of the tonic's triad too where it ends a section; else of the scale, but none that rub with what
    lasts or is struck with them.
    """
    tones = frozenset(chord_tones(plan.key, place.chord))
    scale = chord_scale(plan.key, place.chord, plan.style.pentatonic)
    if place.stable or (plan.style.color == "power" and place.strength >= 2 and place.length > 1):
        classes = _resting(plan, place, tones)
    elif place.strength >= 2 or place.length > 2:
        classes = frozenset(pc for pc in scale if pc in tones or not {(pc - 1) % 12, (pc + 1) % 12} & tones)
    else:
        classes = scale
    later = _later(plan, place)
    kept = {pc for pc in classes if all(pc in chord_scale(plan.key, chord) for chord in later)}
    found = pitches(kept or classes, window.low, window.high)
    return [pitch for pitch in found if not any(rubs(pitch, chord) for chord in place.beside)] or found


def _resting(plan: SongPlan, place: Place, tones: frozenset[int]) -> frozenset[int]:
    """The tones that a stable note may have: phrases within a section ask, its last one answers."""
    tonic = plan.key.tonic_pc
    if not place.cadence:
        return tones
    if place.bar.final:
        return frozenset({tonic if tonic in tones else chord_tones(plan.key, place.chord)[0]})
    if place.home:
        return tones & frozenset(chord_tones(plan.key, None)) or tones
    return tones - {tonic} or tones


def borrowed(plan: SongPlan, place: Place, window: Window) -> list[int]:
    """Pitches from outside the scale that a short weak note may have where the style is chromatic: a
    semitone under a tone of the chord, to which it leads.
    """
    short = place.length <= 2 and place.strength < 3 and not place.breath
    if not plan.style.chromatic or not short or place.chord is None:
        return []
    scale = chord_scale(plan.key, place.chord)
    tones = chord_tones(plan.key, place.chord)
    return pitches({(tone - 1) % 12 for tone in tones} - scale, window.low, window.high)


def _later(plan: SongPlan, place: Place) -> list[Chord | None]:
    """The chords that come while a note lasts."""
    out: list[Chord | None] = []
    bar, step = place.bar, place.step
    for _ in range(place.length - 1):
        step += 1
        if step == bar.grid.steps:
            if bar.index + 1 == len(plan.bars):
                break
            bar, step = plan.bars[bar.index + 1], 0
        if bar.chords[step] != place.chord and (not out or out[-1] != bar.chords[step]):
            out.append(bar.chords[step])
    return out
