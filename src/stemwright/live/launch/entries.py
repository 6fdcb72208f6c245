"""What a column does at which place: entries, one after the other, each planned from the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from math import floor

from stemwright.live.clock.transport import Transport
from stemwright.live.commands import Command, Flag, Op
from stemwright.live.launch.follow import FollowAction, chosen, draw
from stemwright.live.launch.quantise import Quantum, boundary
from stemwright.live.launch.slots import Slot


class Kind(Enum):
    """Why an entry is there."""

    ASKED = "asked"
    """A performer asked for it."""
    PASS = "pass"
    """The next pass of a loop, or the rest of one."""
    FOLLOW = "follow"
    END = "end"
    """A clip that does not loop is over."""
    MOVED = "moved"
    """What is heard goes on, at a new place."""


@dataclass(frozen=True, slots=True)
class Entry:
    """From `sample` on, which is that of `place`, `row` is heard from frame `offset`; None: nothing is.

    Passes of a loop lie at `origin` and whole lengths after it; `begun`: where its row began. `draws`: random
    draws of the column up to here. `ticket`: 0 where the audio side needs no command.
    """

    sample: int
    place: Fraction
    kind: Kind
    row: int | None
    origin: Fraction = Fraction(0)
    begun: Fraction = Fraction(0)
    offset: int = 0
    draws: int = 0
    ticket: int = 0
    clip: int = 0
    """The clip of its row."""
    awaits: int | None = None
    """The row that would come if it were ready."""

    @property
    def told(self) -> bool:
        """Whether the audio side needs a command for it."""
        return self.kind not in (Kind.END, Kind.MOVED)

    def same(self, other: Entry) -> bool:
        """Whether the audio side does the same thing for both."""
        if not (self.told and other.told):
            return False
        mine = (self.sample, self.row, self.clip, self.offset)
        return mine == (other.sample, other.row, other.clip, other.offset)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a performer asked for: a row, None to stop, at the first boundary of a unit from a sample on.
    `place`: that boundary, None while the transport stands still.
    """

    row: int | None
    quantum: Quantum
    earliest: int
    place: Fraction | None = None


def reach(transport: Transport, earliest: int) -> Fraction:
    """The first place whose rounded sample is `earliest` or later, while the transport plays."""
    half = Fraction(2 * earliest - 1, 2)
    segment = transport.tempo.at(earliest)
    if segment.sample > half and not segment.jump:
        segment = transport.tempo.at(half)
    return segment.place(max(half, segment.sample) if segment.jump else half)


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans entries of one column: by its slots, at a transport's time."""

    transport: Transport
    slots: Sequence[Slot]
    column: int
    seed: int
    legato: bool = False
    repeat: Quantum | None = None
    """The unit at which what is held begins again."""

    def length(self, row: int, sample: int) -> Fraction:
        """Quarter notes of a row's clip."""
        clip = self.slots[row].clip
        assert clip is not None
        return clip.length(self.transport.tempo.bpm(sample), self.transport.rate)

    def _clip(self, row: int) -> int:
        clip = self.slots[row].clip
        return clip.index if clip is not None else 0

    def command(self, entry: Entry, node: int) -> Command:
        """What the audio side is told for an entry with a ticket."""
        if entry.row is None:
            return Command(entry.sample, Op.STOP, node, ticket=entry.ticket)
        clip = self.slots[entry.row].clip
        assert clip is not None
        assert clip.index == entry.clip
        flags = Flag.ON_TIME | (Flag.LOOP if clip.loop and clip.quarters is None else Flag.NONE)
        return Command(entry.sample, Op.LAUNCH, node, clip.index, entry.offset, flags, entry.ticket)

    def begun(self, row: int | None, place: Fraction, kind: Kind, before: Entry | None) -> Entry:
        """An entry by which a row begins; in legato it goes on where the one before is."""
        sample = self.transport.tempo.sample(place)
        draws = before.draws if before else 0
        if row is None:
            return Entry(sample, place, kind, None, place, place, 0, draws)
        begun = Entry(sample, place, kind, row, place, place, 0, draws, clip=self._clip(row))
        if self.legato and before is not None and before.row is not None:
            return self.inside(replace(begun, origin=before.origin))
        return begun

    def inside(self, entry: Entry) -> Entry:
        """The entry with the offset that its place has in the pass in which it lies."""
        assert entry.row is not None
        clip = self.slots[entry.row].clip
        assert clip is not None
        length = self.length(entry.row, entry.sample)
        frame = clip.frame((entry.place - entry.origin) % length, length)
        return replace(entry, offset=frame, clip=clip.index)

    def resumed(self, entry: Entry, earliest: int) -> Entry:
        """The rest of the pass of an entry's row that lies at a sample."""
        place = self.transport.tempo.quarters(earliest)
        return self.inside(replace(entry, sample=earliest, place=place, kind=Kind.PASS, ticket=0))

    def after(self, entry: Entry) -> Entry | None:
        """What comes after an entry by itself; None where nothing does."""
        if entry.row is None or self.slots[entry.row].clip is None:
            return None
        if self.repeat is not None:
            place = boundary(self.transport.grid, self.repeat, reach(self.transport, entry.sample + 1))
            return replace(self.begun(entry.row, place, Kind.ASKED, None), draws=entry.draws)
        follow, length = self.slots[entry.row].follow, self.length(entry.row, entry.sample)
        turn = floor((entry.place - entry.origin) / length) + 1
        again = entry.origin + turn * length
        clip = self.slots[entry.row].clip
        assert clip is not None
        if follow.action is not FollowAction.NONE:
            place = entry.begun + follow.count * length
            if place <= entry.place:  # what was to follow was not ready
                place = boundary(self.transport.grid, Quantum.BAR, reach(self.transport, entry.sample + 1))
                place = place if clip.quarters is None else again
            if clip.quarters is None or not clip.loop or place <= again:
                found = self._followed(entry, place)
                if found.row is None or self.slots[found.row].ready:
                    return found
                return self._passed(entry, again, found.row)
        return self._passed(entry, again, None)

    def _passed(self, entry: Entry, again: Fraction, awaits: int | None) -> Entry | None:
        """The next pass, or the end, of an entry's row."""
        assert entry.row is not None
        clip = self.slots[entry.row].clip
        assert clip is not None
        if not clip.loop:
            return replace(self.begun(None, again, Kind.END, entry), awaits=awaits)
        if clip.quarters is None and awaits is None:
            return None
        sample = self.transport.tempo.sample(again)
        kind = Kind.PASS if clip.quarters is not None else Kind.MOVED
        found = replace(entry, sample=sample, place=again, kind=kind, clip=clip.index, awaits=awaits)
        return replace(found, offset=0, ticket=0)

    def _followed(self, entry: Entry, place: Fraction) -> Entry:
        assert entry.row is not None
        bits = (
            draw(self.seed, self.column, 2 * entry.draws),
            draw(self.seed, self.column, 2 * entry.draws + 1),
        )
        filled = [not slot.empty and not slot.problem for slot in self.slots]
        row = chosen(self.slots[entry.row].follow, filled, entry.row, bits)
        found = self.begun(row, place, Kind.FOLLOW, entry)
        return replace(found, draws=entry.draws + 1)
