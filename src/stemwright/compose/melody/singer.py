"""Pitches drawn note by note, from what moves and chords make likely, with an eye on the notes ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

from stemwright.compose.learned import lead as coords
from stemwright.compose.learned.tables import Table
from stemwright.compose.melody.pitches import Place, Window, borrowed, usable
from stemwright.compose.melody.shares import WHOLE, picked, shares
from stemwright.compose.plan import SongPlan
from stemwright.compose.streams import Stream
from stemwright.song.harmony import Chord

_WIDEST = 12
"""Semitones of the widest move."""
_USUAL_LEAPS = 15
"""The percentage of wide steps that a style has where its file says nothing: the melodies' own."""
_FORESEEN = 4
"""Notes that a melody looks ahead."""
_SOON = 4
"""Sixteenths within which a note follows on a borrowed one."""
_AGAIN = 3
"""How much less likely than in songs, where syllables repeat notes, a note comes again; squared the third
time.
"""
_PASSING = WHOLE // 8
"""What every tone's share is raised by where a note may pass."""
_TURN = 3
"""Degrees from which on a move is a leap, after which a melody turns back."""
_NEAR = 8
"""Bits by which a pitch is less likely for each degree that it is away from what a motif wants."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A note that wants a pitch, those that it may have, and how well each fits its chord. `borrowed`: those
    from outside the scale, which must lead on by a semitone.
    """

    place: Place
    fits: Mapping[int, int]
    borrowed: Mapping[int, int]

    def only(self, pitch: int | None) -> Spot:
        """The spot where a pitch is sung for certain; as it is for None."""
        return self if pitch is None else Spot(self.place, {pitch: WHOLE}, {})


class Singer:
    """Draws the pitches of a section, one after the other."""

    def __init__(self, plan: SongPlan, table: Table, window: Window) -> None:
        self._plan, self._table, self._window = plan, table, window
        self._degrees = [coords.degree(plan.key, pitch) for pitch in range(128)]
        self._centre = self._degrees[window.middle]
        self._known: dict[tuple[int | None, int, int], Mapping[str, int]] = {}
        self._last = window.middle
        self._moved: int | None = None
        self._owed = False

    def degree(self, pitch: int) -> int:
        """The degree of a pitch in the song's key."""
        return self._degrees[pitch]

    def may(self, pitch: int) -> bool:
        """Whether a pitch can come next: a borrowed note leads on by a semitone."""
        return abs(pitch - self._last) <= self._widest()

    def spot(self, place: Place) -> Spot:
        """A place with what may be sung there."""
        key = self._plan.key
        chord = place.chord or Chord(key.tonic, "m" if key.is_minor else "")
        contexts = coords.tone_contexts(
            self._plan.style.whose, key, chord, place.strength, place.length, place.breath, place.home
        )
        found = shares(self._table[coords.TONES], contexts)
        least, root = 8 if place.stable or place.strength >= 3 else _PASSING, chord.root_pc
        over = {(tone + 1) % 12 for tone in chord.pitch_classes} - set(chord.pitch_classes)
        return Spot(
            place,
            {
                pitch: found.get(str((pitch - root) % 12), 0) + (least if pitch % 12 not in over else 8)
                for pitch in usable(self._plan, place, self._window)
            },
            {
                pitch: found.get(str((pitch - root) % 12), 0)
                for pitch in borrowed(self._plan, place, self._window)
            },
        )

    def follow(self, spot: Spot, wanted: int) -> int:
        """Sing a pitch that is given, or the nearest to it that may be sung."""
        choices = spot.fits
        free = wanted in choices or wanted in spot.borrowed
        pitch = wanted if free else min(choices, key=lambda own: (abs(own - wanted), own))
        move = self._degrees[pitch] - self._degrees[self._last]
        self._owed = pitch not in choices
        self._moved, self._last = None if spot.place.breath else move, pitch
        return pitch

    def sing(self, spots: Sequence[Spot], stream: Stream, wanted: int | None = None) -> int:
        """Draw the pitch of the first of some spots, with an eye on the others. `wanted`: the degree that a
        motif would have.
        """
        spot = spots[0]
        near = [pitch for pitch in spot.fits if abs(pitch - self._last) <= self._widest()] or list(spot.fits)
        near += self._leading(spot, spots[1:])
        ahead = self._ahead(near, spots[1 : 1 + _FORESEEN], spot.place.breath)
        weights = [self._weight(spot, pitch, wanted) * ahead[pitch] for pitch in near]
        return self.follow(spot, picked(stream, near, weights))

    def _widest(self) -> int:
        """Semitones of the widest move from here: a borrowed note leads to its neighbour."""
        return 1 if self._owed else _WIDEST

    def _leading(self, spot: Spot, later: Sequence[Spot]) -> list[int]:
        """The borrowed pitches that come by a step and can lead on."""
        if self._owed or not later or later[0].place.gap > _SOON:
            return []
        return [
            pitch for pitch in spot.borrowed if abs(pitch - self._last) <= 2 and pitch + 1 in later[0].fits
        ]

    def _ahead(self, choices: Sequence[int], later: Sequence[Spot], rested: bool) -> dict[int, int]:
        """How well a melody goes on from each choice through later spots, the best of them `WHOLE`."""
        good: dict[int, int] = {}
        for number in range(len(later) - 1, -1, -1):
            spot = later[number]
            rests = later[number - 1].place.breath if number else rested
            fits = [(to, fit * good.get(to, WHOLE) >> 16) for to, fit in spot.fits.items()]
            found = {}
            for pitch in later[number - 1].fits if number else choices:
                here = self._degrees[pitch]
                goes = self._moves(None if rests else 0, here, spot.place.gap)
                found[pitch] = sum(fit * goes.get(str(self._degrees[to] - here), 0) for to, fit in fits)
            most = max(found.values()) or 1
            good = {pitch: (value << 16) // most for pitch, value in found.items()}
        return {pitch: good.get(pitch, WHOLE) + 1 for pitch in choices}

    def _moves(self, moved: int | None, here: int, gap: int) -> Mapping[str, int]:
        """The weights of moves from a degree; moves that are wide or none as the style has them."""
        known = moved, here, gap
        if known not in self._known:
            found = shares(self._table[coords.MOVES], coords.move_contexts(moved, here - self._centre, gap))
            self._known[known] = {
                move: self._styled(int(move), moved, share) for move, share in found.items()
            }
        return self._known[known]

    def _styled(self, move: int, moved: int | None, share: int) -> int:
        """A move's weight: more than its share, for chords have their say in every note."""
        weight = share * isqrt(share)
        if abs(move) >= _TURN:
            weight = weight * self._plan.style.leaps // _USUAL_LEAPS
            if moved is not None and abs(moved) > _TURN and move * moved > 0:
                weight //= 16
        if not move:
            weight //= _AGAIN * (1 if moved else _AGAIN)
        return weight

    def _weight(self, spot: Spot, pitch: int, wanted: int | None) -> int:
        here, before = self._degrees[pitch], self._degrees[self._last]
        goes = self._moves(self._moved, before, spot.place.gap)
        fit = spot.fits[pitch] if pitch in spot.fits else spot.borrowed[pitch]
        weight = (goes.get(coords.move(before, here), 0) + 1) * fit
        if wanted is not None:
            weight = (weight << 32) >> min(64, _NEAR * abs(here - wanted))
        return weight * self._height(spot.place, pitch)

    def _height(self, place: Place, pitch: int) -> int:
        """The section's highest notes are kept for its peak."""
        from_top = self._window.high - pitch
        if place.peak:
            return 8 if from_top <= 3 else 2 if from_top <= 5 else 1
        return 1 if from_top <= 2 else 8
