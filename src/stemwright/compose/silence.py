"""Where no chord is (N.C.): there bass and harmony are silent; drums and a lead may go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stemwright.song.bar_lines import BarLines
from stemwright.song.harmony import Chord
from stemwright.song.score import Note

Span = tuple[int, int]
SHORTEST = 6
"""Ticks under which what a silence leaves of a note is not worth playing."""


def silent_spans(chords: Sequence[Chord | None], lines: BarLines, beat: int = 0) -> list[Span]:
    """Spans [first, last) of ticks without chord, in order. `chords`: one a beat of the song, from `beat`."""
    out: list[Span] = []
    for number, chord in enumerate(chords, beat):
        if chord is not None:
            continue
        first, last = lines.beat_tick(number), lines.beat_tick(number + 1)
        if out and out[-1][1] == first:
            out[-1] = out[-1][0], last
        else:
            out.append((first, last))
    return out


def hushed(notes: Iterable[Note], silent: Sequence[Span]) -> list[Note]:
    """Notes without what would sound in silent spans: they end where a silence begins, and what was to begin
    in one begins at its end if it lasts until there.
    """
    return [left for note in notes for left in _left(note, silent)]


def _left(note: Note, silent: Sequence[Span]) -> list[Note]:
    onset, end = note.onset, note.end
    for first, last in silent:
        if first <= onset < last:
            onset = last
        elif onset < first < end:
            end = first
    if (onset, end) == (note.onset, note.end):
        return [note]
    return [Note(onset, end - onset, note.pitch, note.velocity)] if end - onset >= SHORTEST else []
