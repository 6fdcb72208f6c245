"""Notes that sound, or are announced, and the promise that each of them ends.

A note is never posted without its end: its command carries the samples that it lasts at most, after which the
audio side ends it by itself, whatever becomes of the thread that posted it. An end that comes earlier is a
command of its own; where that is moved, the new one is posted before the old one is cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stemwright.live.commands import Command, Op, Tickets, cancel, packed

Key = tuple[int, int, int]
"""Node, MIDI channel 0..15, pitch."""


@dataclass(slots=True, eq=False)
class Note:
    """One note on an output, from sample `on` to `end`. `begun`: the ticket of its beginning, `ended` that of
    an end that was posted, 0 while there is none. `taken`: withdrawn before it began.
    """

    key: Key
    velocity: int
    on: int
    end: int
    begun: int
    ended: int = 0
    taken: bool = False

    @property
    def pitch(self) -> int:
        """Its pitch."""
        return self.key[2]


class Sounding:
    """All notes of some outputs.

    Of one pitch on one channel there is one note at a time: a second one ends the first.
    """

    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets
        self._notes: dict[Key, list[Note]] = {}

    def begin(self, key: Key, velocity: int, at: int, end: int, now: int, out: list[Command]) -> Note | None:
        """A note from sample `at` to `end` (after it); its commands are added to `out`. None where the same
        pitch is about to begin there anyhow.
        """
        notes = self._notes.setdefault(key, [])
        notes[:] = [note for note in notes if note.end > now and not note.taken]
        for other in notes:
            if other.on > at:
                end = min(end, other.on - 1)
            elif other.on == at:
                return None
        if end <= at:
            return None
        for other in notes:
            if other.on < at < other.end:
                self.end(other, at, now, out)
        note = Note(key, velocity, at, end, self._tickets.next())
        notes.append(note)
        out.append(_note(note, at, velocity, note.begun))
        return note

    def end(self, note: Note, at: int, now: int, out: list[Command]) -> None:
        """The note ends at a sample, where it would not end sooner anyhow; never before it begins."""
        at = max(at, note.on, now)
        if note.taken or at >= note.end:
            return
        before, note.ended, note.end = note.ended, self._tickets.next(), at
        out.append(_note(note, at, 0, note.ended))
        if before:
            out.append(cancel(before, note.key[0]))

    def stop(self, note: Note, now: int, out: list[Command]) -> None:
        """The note ends now; where it has not begun yet, it never does."""
        if note.on > now and not note.taken:
            note.taken = True
            out.append(cancel(note.begun, note.key[0]))
            if not any(other.on <= now for other in self.alive(now) if other.key == note.key):
                # It may have begun by now on the other side, which is ahead by what is on its way.
                out.append(_note(note, now, 0, 0))
            if note.ended:
                out.append(cancel(note.ended, note.key[0]))
        else:
            self.end(note, now, now, out)

    def stop_all(self, now: int, out: list[Command]) -> None:
        """Every note ends now."""
        for notes in list(self._notes.values()):
            for note in notes:
                self.stop(note, now, out)
        self._notes.clear()

    def alive(self, now: int) -> list[Note]:
        """The notes that have not ended by now."""
        return [note for notes in self._notes.values() for note in notes if note.end > now and not note.taken]

    def sent(self, channel: int, pitch: int, velocity: int, since: int, now: int) -> bool:
        """Whether such a note began between two samples on any output."""
        return any(
            note.velocity == velocity and since <= note.on <= now and not note.taken
            for key, notes in self._notes.items()
            if key[1:] == (channel, pitch)
            for note in notes
        )


def oldest(notes: Iterable[Note]) -> Note:
    """The note that began first."""
    return min(notes, key=lambda note: note.on)


def _note(note: Note, at: int, velocity: int, ticket: int) -> Command:
    """Its beginning, with the samples that it lasts at most, or (velocity 0) its end."""
    node, channel, pitch = note.key
    longest = float(note.end - note.on) if velocity else 0.0
    return Command(at, Op.NOTE, node, packed(pitch, velocity, channel), longest, ticket=ticket)
