"""The pitches that each pitched layer's instruments are asked for, lowest and highest, and how notes come
into the range of an instrument that has fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from stemwright.song.score import PPQ, Note, Score

RANGES = {"bass": (26, 57), "harmony": (40, 88), "lead": (53, 91)}
WHOLE = (21, 108)
"""The keyboard of a piano: all pitches that a performer is told apart."""
REST = PPQ
"""Ticks of silence that part two phrases."""


def folded(pitch: int, low: int, high: int) -> int:
    """A pitch moved by octaves, as few as it takes, into ``low``..``high`` (an octave wide at least)."""
    if pitch < low:
        return pitch + 12 * -(-(low - pitch) // 12)
    if pitch > high:
        return pitch - 12 * -(-(pitch - high) // 12)
    return pitch


def within(score: Score, low: int, high: int) -> Score:
    """A score that an instrument of this range can play.

    First the whole part moves by as many octaves as leave the fewest notes outside (the smallest move of
    several), then what is still outside moves note by note: a melody keeps its shape for as long as it can.
    """
    return _in_range(score, low, high, [score.notes])


def fitted(score: Score, low: int, high: int) -> Score:
    """As `within`, but once the whole part has moved, each phrase does so too where some of it is outside,
    before its notes move one by one: a tune keeps its contour from rest to rest.
    """
    return _in_range(score, low, high, _phrases(score.notes))


def _in_range(score: Score, low: int, high: int, phrases: Iterable[Sequence[Note]]) -> Score:
    pitches = [note.pitch for note in score.notes]
    if all(low <= pitch <= high for pitch in pitches):
        return score
    whole = _move(pitches, low, high)
    moved: list[Note] = []
    for phrase in phrases:
        move = whole + _move([note.pitch + whole for note in phrase], low, high)
        moved += (Note(n.onset, n.duration, folded(n.pitch + move, low, high), n.velocity) for n in phrase)
    return Score.from_notes(moved).without_overlaps()


def _move(pitches: Sequence[int], low: int, high: int) -> int:
    """The semitones, whole octaves, that leave the fewest pitches outside; the smallest move of several."""

    def outside(octaves: int) -> int:
        return sum(not low <= pitch + 12 * octaves <= high for pitch in pitches)

    return 12 * min(range(-21, 22), key=lambda octaves: (outside(octaves), abs(octaves), octaves))


def _phrases(notes: Sequence[Note]) -> Iterator[list[Note]]:
    """Notes in the order of their onsets, parted where nothing sounds for `REST`."""
    phrase: list[Note] = []
    end = 0
    for note in notes:
        if phrase and note.onset - end >= REST:
            yield phrase
            phrase = []
        phrase.append(note)
        end = max(end, note.end)
    if phrase:
        yield phrase
