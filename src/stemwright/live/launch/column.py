"""A column of the launcher: one layer, of which one clip is heard at a time.

What is to come is planned some seconds ahead and told the audio side as commands with tickets. Whenever
something changes it is planned anew from what can no longer be changed; only the difference is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from stemwright.live.clock.transport import Act, State, Transport
from stemwright.live.commands import Command, Tickets, cancel
from stemwright.live.launch.entries import Entry, Kind, Planner, Wish, reach
from stemwright.live.launch.quantise import Quantum, boundary
from stemwright.live.launch.slots import Slot

AHEAD = 4
"""Seconds for which it is planned, so that Python may be away for as long."""
_MOST = 256  # entries planned at a time
_KEPT = 16  # entries kept of what was


class Column:
    """`node`: its player; `index`: its number, with `seed` what its random draws are made of. Samples called
    `earliest` are the first that can still be reached.
    """

    def __init__(
        self,
        transport: Transport,
        node: int,
        index: int,
        slots: list[Slot],
        tickets: Tickets,
        seed: int,
        say: Callable[[str], None],
        name: str,
    ) -> None:
        self.node, self.slots, self.name = node, slots, name
        self.legato = False
        self.wish: Wish | None = None
        self.waiting: tuple[int, Quantum] | None = None
        """A row that enters as soon as it is ready."""
        self.held: int | None = None
        self.repeat: Quantum | None = None
        self.out: list[Command] = []
        self._transport, self._tickets, self._say = transport, tickets, say
        self._index, self._seed = index, seed
        self._done: list[Entry] = []  # what can no longer be changed
        self._ahead: list[Entry] = []
        self._forced: Entry | None = None  # what the plan begins with
        self._paused: Entry | None = None  # what was heard when the transport stopped
        self._told: set[int] = set()  # rows of which was said that they are not ready

    @property
    def base(self) -> Entry | None:
        """The last entry that can no longer be changed."""
        return self._done[-1] if self._done else None

    @property
    def _sounding(self) -> Entry | None:
        """The base, where it is a clip that is still there."""
        base = self.base
        return base if base and base.row is not None and self.slots[base.row].clip is not None else None

    def heard(self, sample: int) -> Entry | None:
        """The entry that holds at a sample."""
        found = [entry for entry in (*self._done, *self._ahead) if entry.sample <= sample]
        return found[-1] if found else None

    def next_change(self, sample: int) -> Entry | None:
        """The first entry after a sample at which another row is heard, or the same one anew."""
        changes = (Kind.ASKED, Kind.FOLLOW, Kind.END)
        later = (e for e in (*self._done, *self._ahead) if e.sample > sample and e.kind in changes)
        return next(later, None)

    def _planner(self) -> Planner:
        return Planner(self._transport, self.slots, self._index, self._seed, self.legato, self.repeat)

    def commit(self, earliest: int) -> None:
        """What begins before a sample can no longer be changed."""
        while self._ahead and self._ahead[0].sample < earliest:
            entry = self._ahead.pop(0)
            self._done.append(entry)
            if self._forced is not None and entry.sample == self._forced.sample:
                self._forced = None
                if entry.row is not None:
                    self._paused = None
            if self.wish is not None and entry.kind is Kind.ASKED and entry.place == self.wish.place:
                self.wish = None
            if entry.kind is Kind.END and entry.awaits is not None and self.wish is None:
                self._await(entry.awaits, self.slots[entry.awaits].quantum or Quantum.BAR, earliest)
        del self._done[:-_KEPT]

    def ask(self, row: int | None, quantum: Quantum, earliest: int) -> None:
        """Play a row, or None, from the next boundary on, in place of whatever else was asked for."""
        self.commit(earliest)
        self.waiting = None
        if row is None:
            self._paused = self._paused if self._transport.playing(earliest) else None
        if row is not None and not self.slots[row].ready:
            self._await(row, quantum, earliest)
            return
        self.wish = self._placed(Wish(row, quantum, earliest), earliest)
        self.plan(earliest)

    def forget(self, earliest: int) -> None:
        """Take back what was asked for."""
        self.commit(earliest)
        self.wish, self.waiting = None, None
        self.plan(earliest)

    def _await(self, row: int, quantum: Quantum, earliest: int) -> None:
        if self.slots[row].ready:
            self.wish = self._placed(Wish(row, quantum, earliest), earliest)
            return
        self.waiting = (row, quantum)
        self._not_ready(row, f"it enters at the first boundary ({quantum}) after it is")

    def _not_ready(self, row: int, then: str) -> None:
        if row not in self._told:
            self._told.add(row)
            self._say(f"{self.name} {row + 1} is not ready yet; {then}")

    def changed(self, row: int, earliest: int) -> None:
        """A slot is another than it was."""
        self.commit(earliest)
        if self.slots[row].ready:
            self._told.discard(row)
        if self.waiting is not None and self.waiting[0] == row and self.slots[row].ready:
            quantum, self.waiting = self.waiting[1], None
            self.wish = self._placed(Wish(row, quantum, earliest), earliest)
            self._say(f"{self.name} {row + 1} is ready and enters at the next boundary ({quantum})")
        if self.wish is not None and self.wish.row == row and not self.slots[row].ready:
            self.wish = None
        self.plan(earliest)

    def _placed(self, wish: Wish, earliest: int) -> Wish:
        """The wish at its boundary, or nowhere while the transport stands still."""
        start = self._playing_from(max(earliest, wish.earliest))
        if start is None:
            return replace(wish, place=None)
        place = boundary(self._transport.grid, wish.quantum, reach(self._transport, start))
        return replace(wish, place=place)

    def _playing_from(self, earliest: int) -> int | None:
        """The first sample at or after one at which the transport plays, as far as is known."""
        if self._transport.playing(earliest):
            return earliest
        later = self._transport.states(earliest, 2**62)
        return next((state.sample for state in later if state.playing), None)

    def extend(self, earliest: int) -> None:
        """Plan on, as time has gone on."""
        self.commit(earliest)
        last = self._ahead[-1] if self._ahead else self.base
        goes_on = last is not None and last.row is not None and last.sample < self._until(earliest)
        if goes_on or (self.wish is not None and not self._ahead):
            self.plan(earliest)

    def _until(self, earliest: int) -> int:
        return earliest + AHEAD * self._transport.rate

    def plan(self, earliest: int) -> None:
        """Plan what is to come anew, and tell the audio side what is different."""
        planned: list[Entry] = []
        entry = self.base
        if self._forced is not None:
            entry = self._forced
            planned.append(entry)
        start = self._playing_from(earliest)
        if start is not None:
            self._go_on(planned, entry, start)
        self._reconcile(planned)

    def _go_on(self, planned: list[Entry], entry: Entry | None, start: int) -> None:
        planner, wish, until = self._planner(), self.wish, self._until(start)
        while len(planned) < _MOST and (wish is not None or entry is None or entry.sample < until):
            found = planner.after(entry) if entry is not None else None
            if found is not None and found.sample < start:
                found = (
                    planner.resumed(found, start) if found.row is not None else replace(found, sample=start)
                )
            if wish is not None and wish.place is not None:
                asked = planner.begun(wish.row, wish.place, Kind.ASKED, entry)
                if found is None or asked.sample <= found.sample:
                    found, wish = asked, None
            if found is None or (entry is not None and found.sample < entry.sample):
                return
            if found.awaits is not None:
                self._not_ready(found.awaits, "what plays goes on until it is")
            planned.append(found)
            entry = found

    def _reconcile(self, planned: list[Entry]) -> None:
        """Keep the tickets of what stays, cancel what does not, and tell what is new."""
        old, kept, new = [e for e in self._ahead if e.told], [], []
        for entry in planned:
            match = next((e for e in old if e.same(entry)), None)
            if match is not None:
                old.remove(match)
                entry = replace(entry, ticket=match.ticket)
            elif entry.told:
                entry = replace(entry, ticket=self._tickets.next())
                new.append(entry)
            kept.append(entry)
        planner = self._planner()
        self.out += [cancel(entry.ticket, self.node) for entry in old]
        self.out += [planner.command(entry, self.node) for entry in new]
        if self._forced is not None and kept:
            self._forced = kept[0]
        self._ahead = kept

    def retime(self, sample: int) -> None:
        """From a sample on time is another than it was: tempo, meter, or what the transport does."""
        self.commit(sample)
        acts = self._transport.states(sample, sample + 1)
        if acts:
            self._acted(acts[-1], sample)
        elif self._forced is not None and self._forced.sample < sample:
            self._forced = None
        if self.wish is not None:
            self.wish = self._placed(self.wish, sample)
        self.plan(sample)

    def _acted(self, state: State, sample: int) -> None:
        self._forced = None
        heard = self._sounding
        if not state.playing:
            if heard is not None and state.act is Act.STOP:
                self._paused = heard
                while self._done and self._done[-1].sample >= sample:
                    self.out.append(cancel(self._done.pop().ticket, self.node))
                self._forced = Entry(sample, state.position, Kind.PASS, None, draws=heard.draws)
            if self.wish is not None and self.wish.row is None:
                self.wish = None
        elif state.act is Act.LOCATE:
            if heard is not None:
                moved = state.position - self._before(sample)
                self._forced = replace(
                    heard,
                    sample=sample,
                    kind=Kind.MOVED,
                    place=state.position,
                    origin=heard.origin + moved,
                    begun=heard.begun + moved,
                    ticket=0,
                )
        elif self._paused is not None and self.slots[self._paused.row or 0].clip is not None:
            self._forced = self._again(self._paused, state)

    def _before(self, sample: int) -> Fraction:
        """The position that was reached when the transport was moved."""
        return self._transport.tempo.at(sample - 1).place(sample)

    def _again(self, paused: Entry, state: State) -> Entry:
        """What was heard when the transport stopped, where the transport begins again."""
        assert paused.row is not None
        if state.act is Act.CONTINUE:
            return self._planner().resumed(paused, state.sample)
        found = replace(paused, sample=state.sample, place=state.position, kind=Kind.PASS, offset=0, ticket=0)
        return replace(found, origin=state.position, begun=state.position)

    def late(self, ticket: int, earliest: int) -> None:
        """The audio side dropped a command because its sample was over: what plays joins in where it should
        be by now; what a performer asked for waits for the next boundary.
        """
        entries = [*self._done, *self._ahead]
        found = next((i for i, entry in enumerate(entries) if entry.ticket == ticket), None)
        if found is None:
            return
        entry = entries[found]
        kept = [e for e in entries[:found] if e.sample < earliest]
        self._ahead = [e for e in entries[found + 1 :] if e.sample >= earliest]
        self._done = kept
        before = self._sounding
        if entry.kind is Kind.ASKED:
            quantum = self.wish.quantum if self.wish else self._quantum(entry.row)
            if self.wish is None:
                self.wish = self._placed(Wish(entry.row, quantum, earliest), earliest)
            self._say(f"{self.name}: what was asked for came too late; it waits for the next boundary")
        else:
            before = entry if entry.row is not None else before
        if before is not None and self._transport.playing(earliest):
            self._forced = self._planner().resumed(before, earliest)
        self.plan(earliest)

    def _quantum(self, row: int | None) -> Quantum:
        return (self.slots[row].quantum if row is not None else None) or Quantum.BAR
