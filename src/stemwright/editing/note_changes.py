"""How the notes of a bar differ: which are new, which are gone, and which are the same ones, changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from stemwright.song.score import PPQ

if TYPE_CHECKING:
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState

NEAR = PPQ
"""Ticks by which a note of the same pitch may have moved and still be the same note."""

MOST_PAIRS = 1_000_000
"""Of a bar, pairs of a note that is gone and a new one; where there are more, no note counts as changed."""


class BarNote(NamedTuple):
    """A note: `tick` of its bar, duration in ticks, pitch 0..127, velocity 1..127."""

    tick: int
    duration: int
    pitch: int
    velocity: int


Bars = list[tuple[BarNote, ...]]
"""The notes of each bar."""
FIELDS = {"tick": "time", "duration": "length", "pitch": "pitch", "velocity": "velocity"}
"""What the change of a field of a note is called."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A note that is another one now."""

    before: BarNote
    after: BarNote

    @property
    def what(self) -> list[str]:
        """What of it changed: "time", "length", "pitch", "velocity"."""
        pairs = zip(FIELDS.values(), self.before, self.after, strict=True)
        return [name for name, before, after in pairs if before != after]


@dataclass(frozen=True, slots=True)
class NoteChanges:
    """The notes of a bar beside those of another."""

    kept: tuple[BarNote, ...]
    added: tuple[BarNote, ...]
    removed: tuple[BarNote, ...]
    changed: tuple[Changed, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def to_json(self) -> dict[str, Any]:
        """Plain values: the notes that are new, gone and changed."""
        return {
            "added": [note._asdict() for note in self.added],
            "removed": [note._asdict() for note in self.removed],
            "changed": [
                {"before": each.before._asdict(), "after": each.after._asdict(), "what": each.what}
                for each in self.changed
            ],
        }


def by_bar(state: GlobalState, score: Score | None) -> Bars:
    """The notes of each bar of a song; what begins after its end is in the last one."""
    found: list[list[BarNote]] = [[] for _ in range(state.bars)]
    for note in score.notes if score is not None else ():
        bar = min(state.bar_of_tick(note.onset), state.bars - 1)
        tick = note.onset - state.bar_tick(bar)
        found[bar].append(BarNote(tick, note.duration, note.pitch, note.velocity))
    return [tuple(notes) for notes in found]


def compare(before: Iterable[BarNote], after: Iterable[BarNote]) -> NoteChanges:
    """The changes from the notes of a bar to those of another.

    Of what is not the same, notes that begin together at one pitch are the same one, then those that begin
    together, the nearest pitches first, then those of one pitch within `NEAR` ticks, the nearest first.
    """
    old, new = set(before), set(after)
    kept, gone, came = tuple(sorted(old & new)), sorted(old - new), sorted(new - old)
    changed: list[Changed] = []
    if len(gone) * len(came) <= MOST_PAIRS:
        _pair(gone, came, changed, lambda note: (note.tick, note.pitch), _length)
        _pair(gone, came, changed, lambda note: note.tick, _interval)
        _pair(gone, came, changed, lambda note: note.pitch, _shift)
    changed.sort(key=lambda each: each.before)
    return NoteChanges(kept, tuple(came), tuple(gone), tuple(changed))


def _pair(
    gone: list[BarNote],
    came: list[BarNote],
    changed: list[Changed],
    alike: Callable[[BarNote], Hashable],
    distance: Callable[[BarNote, BarNote], int | None],
) -> None:
    """Take pairs of notes that are alike out of both lists, those that are nearest first."""
    there: dict[Hashable, list[BarNote]] = {}
    for note in came:
        there.setdefault(alike(note), []).append(note)
    pairs = [(distance(old, new), old, new) for old in gone for new in there.get(alike(old), ())]
    for _, old, new in sorted((far, old, new) for far, old, new in pairs if far is not None):
        if old in gone and new in came:
            gone.remove(old)
            came.remove(new)
            changed.append(Changed(old, new))


def _length(old: BarNote, new: BarNote) -> int:
    return abs(old.duration - new.duration)


def _interval(old: BarNote, new: BarNote) -> int:
    return abs(old.pitch - new.pitch)


def _shift(old: BarNote, new: BarNote) -> int | None:
    far = abs(old.tick - new.tick)
    return far if far <= NEAR else None
