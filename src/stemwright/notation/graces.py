"""Grace notes as they are played: 32nds before the note that they lead to, in the time of what comes before.

At the very beginning, where nothing comes before, they sound with their note.
"""

from __future__ import annotations

from dataclasses import replace

from stemwright.notation.sheet import Part, Printed
from stemwright.song.score import Note

LENGTH = 12
"""Ticks of a grace note."""
MOST = 8
"""Grace notes before one note; of more the last ones are played."""


class Graces:
    """The grace notes of a part that wait for the note they lead to."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.waiting: dict[tuple[int, str], list[list[tuple[int, int]]]] = {}

    def add(self, pitch: int, velocity: int, staff: int, voice: str, chord: bool) -> None:
        """One more grace note, or one that sounds with the last one (`chord`)."""
        found = self.waiting.setdefault((staff, voice), [])
        if chord and found:
            found[-1].append((pitch, velocity))
        else:
            found.append([(pitch, velocity)])

    def lead_to(self, onset: int, staff: int, voice: str) -> None:
        """Play what waits before a note at `onset`, which is the last one of the part; notes of its voice
        that would sound on end earlier.
        """
        found = self.waiting.pop((staff, voice), [])[-MOST:]
        if not found:
            return
        start = max(0, onset - LENGTH * len(found))
        self._give_way(start, onset, staff, voice)
        for place, chord in enumerate(found):
            at = min(start + LENGTH * place, max(0, onset - 1))
            length = max(1, min(LENGTH, onset - at)) if onset else LENGTH
            self.part.notes += [Printed(Note(at, length, pitch, v), staff, voice) for pitch, v in chord]

    def _give_way(self, start: int, onset: int, staff: int, voice: str) -> None:
        notes = self.part.notes
        for index in range(len(notes) - 1, max(-1, len(notes) - 40), -1):
            one = notes[index]
            note = one.note
            if (one.staff, one.voice) == (staff, voice) and note.onset < start < note.end <= onset:
                notes[index] = one._replace(note=replace(note, duration=start - note.onset))
