"""A layer's score: notes in ticks, and the canonical bytes that its SHA-256 is made of.

Canonical bytes (little-endian): `SWS1`, u32 number of notes, then per note, in order,
u32 onset, u32 duration, u8 pitch, u8 velocity. One score has exactly one such form.
"""

from __future__ import annotations

import hashlib
import struct
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from stemwright.errors import UsageError

PPQ = 96
"""Ticks (pulses) per quarter note."""
MAX_NOTES = 200_000
MAX_TICK = 2**31 - 1
"""No note sounds later than this tick."""

_MAGIC = b"SWS1"
_HEAD = struct.Struct("<4sI")
_NOTE = struct.Struct("<IIBB")
_order = attrgetter("onset", "duration", "pitch", "velocity")


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note: onset (ticks from song start), duration (ticks, >= 1), pitch 0..127, velocity 1..127."""

    onset: int
    duration: int
    pitch: int
    velocity: int

    def __post_init__(self) -> None:
        if (
            self.onset >= 0
            and 1 <= self.duration <= MAX_TICK - self.onset
            and 0 <= self.pitch <= 127
            and 1 <= self.velocity <= 127
        ):
            return
        raise UsageError(
            f"note at tick {self.onset}: needs onset >= 0, duration >= 1 (is {self.duration}), "
            f"pitch 0..127 (is {self.pitch}), velocity 1..127 (is {self.velocity})"
        )

    @property
    def end(self) -> int:
        """First tick after the note."""
        return self.onset + self.duration


@dataclass(frozen=True, slots=True)
class Score:
    """Notes, always sorted (onset, duration, pitch, velocity) and without doubles."""

    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        if len(self.notes) > MAX_NOTES:
            raise UsageError(f"score: {len(self.notes)} notes, at most {MAX_NOTES} are allowed")
        keys = [_order(note) for note in self.notes]
        if any(a >= b for a, b in pairwise(keys)):
            raise UsageError("score: notes are not in order or are double; build it with Score.from_notes")

    @classmethod
    def from_notes(cls, notes: Iterable[Note]) -> Score:
        """A score of any notes in any order; equal notes become one."""
        return cls(tuple(sorted(set(notes), key=_order)))

    @classmethod
    def from_bytes(cls, data: bytes, name: str = "score") -> Score:
        """The score whose canonical bytes these are. UsageError (naming `name`) for anything else."""
        if len(data) < _HEAD.size or data[:4] != _MAGIC:
            raise UsageError(f"{name}: is not a score (should begin with SWS1)")
        count = _HEAD.unpack_from(data)[1]
        if count > MAX_NOTES:
            raise UsageError(f"{name}: holds {count} notes, at most {MAX_NOTES} are allowed")
        if len(data) != _HEAD.size + count * _NOTE.size:
            raise UsageError(f"{name}: has {len(data)} bytes, which is wrong for {count} notes")
        try:
            return cls(tuple(Note(*fields) for fields in _NOTE.iter_unpack(memoryview(data)[_HEAD.size :])))
        except UsageError as error:
            raise UsageError(f"{name}: {error.marked}") from None

    def canonical_bytes(self) -> bytes:
        """The one byte form of this score (see the head of this file)."""
        body = b"".join(_NOTE.pack(n.onset, n.duration, n.pitch, n.velocity) for n in self.notes)
        return _HEAD.pack(_MAGIC, len(self.notes)) + body

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical bytes, 64 hex digits."""
        return hashlib.sha256(self.canonical_bytes()).hexdigest()

    @property
    def end_tick(self) -> int:
        """First tick after the last sounding note; 0 for an empty score."""
        return max((note.end for note in self.notes), default=0)

    def slice(self, start_tick: int, end_tick: int, shift: bool = True) -> Score:
        """Notes with onset in [start_tick, end_tick), clipped to its end; `shift`: start becomes tick 0."""
        low = bisect_left(self.notes, start_tick, key=attrgetter("onset"))
        high = bisect_left(self.notes, end_tick, key=attrgetter("onset"))
        back = start_tick if shift else 0
        return Score.from_notes(
            Note(n.onset - back, min(n.duration, end_tick - n.onset), n.pitch, n.velocity)
            for n in self.notes[low:high]
        )

    def shifted(self, ticks: int) -> Score:
        """All notes `ticks` later."""
        return Score(tuple(Note(n.onset + ticks, n.duration, n.pitch, n.velocity) for n in self.notes))

    def without_overlaps(self) -> Score:
        """A score in which no pitch sounds twice at once.

        A note ends where its pitch begins again; of two that begin together the longest duration and the
        loudest velocity remain.
        """
        out: list[Note] = []
        open_at: dict[int, int] = {}
        for note in self.notes:
            at = open_at.get(note.pitch)
            if at is not None and out[at].onset == note.onset:
                last = out[at]
                out[at] = Note(
                    note.onset,
                    max(last.duration, note.duration),
                    note.pitch,
                    max(last.velocity, note.velocity),
                )
                continue
            if at is not None and out[at].end > note.onset:
                last = out[at]
                out[at] = Note(last.onset, note.onset - last.onset, last.pitch, last.velocity)
            open_at[note.pitch] = len(out)
            out.append(note)
        return Score.from_notes(out)
