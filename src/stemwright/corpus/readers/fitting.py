"""Notes, tempi and drums of any source as songs have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from stemwright.song.drums import DRUM_PIECES, PIECE_PITCH, piece_of
from stemwright.song.score import Note, Score
from stemwright.song.tempo import MAX_BPM, MIN_BPM

FOLD = {"bass": (24, 60), "harmony": (36, 96), "lead": (45, 96)}
"""The lowest and the highest pitch of a layer."""


def fitted(score: Score, layer: str) -> Score:
    """The score in its layer's range: moved as a whole by the octaves that leave fewest notes outside, so
    that a tune keeps its steps, then the rest note by note.
    """
    low, high = FOLD[layer]
    pitches = Counter(n.pitch for n in score.notes)

    def outside(octaves: int) -> tuple[int, int]:
        moved = ((pitch + 12 * octaves, count) for pitch, count in pitches.items())
        return sum(count for pitch, count in moved if not low <= pitch <= high), abs(octaves)

    octaves = min(range(-8, 9), key=outside)
    notes = (
        Note(n.onset, n.duration, n.pitch + 12 * octaves, n.velocity)
        for n in score.notes
        if 0 <= n.pitch + 12 * octaves <= 127
    )
    return fold(Score.from_notes(notes), low, high)


def fold(score: Score, low: int, high: int) -> Score:
    """Notes outside ``low``..``high`` moved by octaves into it."""
    out = []
    for n in score.notes:
        pitch = n.pitch
        while pitch < low:
            pitch += 12
        while pitch > high:
            pitch -= 12
        out.append(Note(n.onset, n.duration, pitch, n.velocity))
    return Score.from_notes(out).without_overlaps()


def playable_bpm(bpm: Fraction) -> Fraction:
    """A tempo in range by doubling or halving, on two decimals."""
    while bpm < MIN_BPM:
        bpm *= 2
    while bpm > MAX_BPM:
        bpm /= 2
    return max(Fraction(MIN_BPM), min(Fraction(MAX_BPM), Fraction(round(bpm * 100), 100)))


def canonical_drums(notes: Iterable[Note]) -> Score:
    """Any General MIDI drum notes on the pitches that stand for the drum pieces."""
    mapped = (
        Note(n.onset, n.duration, PIECE_PITCH[DRUM_PIECES[piece_of(n.pitch)]], n.velocity) for n in notes
    )
    return Score.from_notes(mapped).without_overlaps()
