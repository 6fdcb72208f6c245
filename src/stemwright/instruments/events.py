"""Notes as they are to sound: at samples, in the order in which they are struck, ended by what ends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stemwright.instruments.sampler import RATE
from stemwright.song.drums import DRUM_PIECES, PIECE_PITCH, piece_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stemwright.song.score import Score
    from stemwright.song.timebase import Timebase

_HATS = ("closed_hat", "pedal_hat", "open_hat")
CHOKED = frozenset({PIECE_PITCH["open_hat"]})
CHOKERS = frozenset(PIECE_PITCH[name] for name in _HATS)


@dataclass(frozen=True, slots=True)
class PlacedNote:
    """One note: ``start`` and held ``length`` in samples, MIDI ``pitch`` and ``velocity``."""

    start: int
    length: int
    pitch: int
    velocity: int


def score_events(score: Score, timebase: Timebase) -> list[PlacedNote]:
    """The notes of a score at their exact sample positions."""
    out: list[PlacedNote] = []
    for note in score.notes:
        start = timebase.tick_sample(note.onset)
        end = timebase.tick_sample(note.onset + note.duration)
        out.append(PlacedNote(start, max(1, end - start), note.pitch, note.velocity))
    return out


def drum_events(events: Iterable[PlacedNote]) -> list[PlacedNote]:
    """Drum events on canonical pitches; an open hat is held until the next hat closes or reopens it."""
    mapped = (PlacedNote(e.start, 0, PIECE_PITCH[DRUM_PIECES[piece_of(e.pitch)]], e.velocity) for e in events)
    plain = sorted(mapped, key=lambda e: (e.start, e.pitch))
    hats = [e.start for e in plain if e.pitch in CHOKERS]
    out: list[PlacedNote] = []
    for event in plain:
        held = 60 * RATE
        if event.pitch in CHOKED:
            later = [s for s in hats if s > event.start]
            held = later[0] - event.start if later else held
        out.append(PlacedNote(event.start, held, event.pitch, event.velocity))
    return out


def retrigger(events: Iterable[PlacedNote]) -> list[PlacedNote]:
    """A pitch that is struck again ends its earlier note."""
    out: list[PlacedNote] = []
    last: dict[int, int] = {}
    for event in sorted(events, key=lambda e: (e.start, e.pitch)):
        before = last.get(event.pitch)
        if before is not None and out[before].start + out[before].length > event.start:
            old = out[before]
            out[before] = PlacedNote(old.start, max(1, event.start - old.start), old.pitch, old.velocity)
        last[event.pitch] = len(out)
        out.append(event)
    return out
