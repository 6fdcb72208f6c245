"""The pitches that each pitched layer's instruments are asked for, lowest and highest, and how notes come
into the range of an instrument that has fewer.
"""

from __future__ import annotations

from stemwright.song.score import Note, Score

RANGES = {"bass": (26, 57), "harmony": (40, 88), "lead": (53, 91)}
WHOLE = (21, 108)
"""The keyboard of a piano: all pitches that a performer is told apart."""


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
    pitches = [note.pitch for note in score.notes]
    if all(low <= pitch <= high for pitch in pitches):
        return score

    def outside(octaves: int) -> int:
        return sum(not low <= pitch + 12 * octaves <= high for pitch in pitches)

    move = 12 * min(range(-8, 9), key=lambda octaves: (outside(octaves), abs(octaves), octaves))
    moved = (Note(n.onset, n.duration, folded(n.pitch + move, low, high), n.velocity) for n in score.notes)
    return Score.from_notes(moved).without_overlaps()
