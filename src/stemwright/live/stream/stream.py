"""Phrase after phrase: while one is heard, the next one is made; it enters where that one ends, or, where it
is late, a pass later.

A phrase is the bars of a section, anew. Its layers lie in two rows of the launcher, by turns. Where a
performer launches something else in a column, or stops it, the stream leaves that column alone until it is
given back. Words and density hold from the next phrase on; levels, mutes and filters are those of the
columns, and are heard at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from stemwright.errors import UsageError
from stemwright.live.clock.transport import Transport
from stemwright.live.launch.column import Column
from stemwright.live.launch.entries import reach
from stemwright.live.launch.quantise import Quantum, boundary
from stemwright.live.launch.queue import Launcher
from stemwright.live.launch.slots import Clip
from stemwright.live.stems.stem import Found
from stemwright.live.stream.prompts import Prompts, draws, playing
from stemwright.live.worker.jobs import Phrase

ROWS = 2
"""Rows of the launcher that it plays in."""
KEPT = 12
"""Seconds for which the sounds of a phrase that is over are kept: longer than columns plan ahead."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a stream needs. ``layers``: of the columns; ``sections``: first and last bar, and length in
    quarters, of each; ``first``: the first of its rows; ``order`` has a phrase made; ``load`` takes a stem of
    it in (UsageError); ``drop`` lets a clip go; ``say`` hears what a performer should know."""

    transport: Transport
    launcher: Launcher
    layers: tuple[str, ...]
    sections: Sequence[tuple[range, Fraction]]
    first: int
    seed: int
    order: Callable[[Phrase], None]
    load: Callable[[Phrase, str, Found], Clip]
    drop: Callable[[int], None]
    say: Callable[[str], None]


@dataclass(slots=True)
class _Coming:
    """A phrase that was ordered, into a row. ``arrived``: stems to be loaded; ``ready``: nothing is missing
    any more; ``asked``: the sample at which it was told to enter, in ``columns``."""

    phrase: Phrase
    row: int
    arrived: deque[tuple[str, Found]] = field(default_factory=deque)
    ready: bool = False
    asked: int | None = None
    columns: frozenset[int] = frozenset()


class Stream:
    """Off until it is switched on. ``chosen``: columns that it may play; ``density``: the share of them that
    play, 0 to 1."""

    def __init__(self, means: Means, check: Callable[[str], None]) -> None:
        self._means = means
        self.prompts = Prompts(check)
        self.density = 1.0
        self.on = False
        self.chosen = set(range(len(means.layers)))
        self._number = 0
        self._next: _Coming | None = None
        self._heard: _Coming | None = None
        self._sections: dict[int, int] = {}  # row -> section of what lies in it
        self._resting: set[int] = set()  # columns that are silent by its own will
        self._origin = Fraction(0)  # where a pass of what is heard began
        self._due: Fraction | None = None  # where the next one should enter
        self._old: deque[tuple[int, int]] = deque()  # clips to be let go, and when

    def section(self, row: int) -> int:
        """The section whose bars lie in one of its rows."""
        return self._sections.get(row, 0)

    @property
    def rows(self) -> range:
        """Its rows."""
        return range(self._means.first, self._means.first + ROWS)

    @property
    def words(self) -> str:
        """What is being made, for the screen."""
        return "" if self._next is None or self._next.ready else self._next.phrase.words or "the song's own"

    @property
    def waits_for_worker(self) -> bool:
        """Whether a phrase was ordered of which nothing came yet."""
        return self._next is not None and not self._next.ready and not self._next.arrived

    def waits(self, now: int) -> bool:
        """Whether time should stand still until the worker is ready: where nobody hears it pass."""
        coming = self._next
        if coming is None or coming.ready:
            return False
        return self._heard is None or self._opens(now)

    def play(self, on: bool, now: int) -> None:
        """Begin, with the next phrase of the song's form; or stop at the next boundary."""
        if on and not self.on:
            if not self.chosen:
                raise UsageError("no layer is given to it; give it one with: stream.column 0 on")
            self._order(self._beginning(now))
            self.on, self._resting = True, set(self.chosen)
        elif not on and self.on:
            self.on, self._next, self._heard, self._due = False, None, None, None
            for column in self._own():
                self._means.launcher.stop(column, now)

    def choose(self, column: int, on: bool | None, now: int) -> None:
        """Give a column to the stream, or take it away; the other way round for None."""
        self._means.launcher.column(column)
        wanted = column not in self.chosen if on is None else on
        if wanted:
            self.chosen.add(column)
            self._resting.add(column)
            return
        if self.on and column in self._own():
            self._means.launcher.stop(column, now)
        self.chosen.discard(column)
        self._resting.discard(column)

    def came(self, phrase: Phrase, stems: dict[str, Found], error: str) -> None:
        """The worker has made a phrase, or could not."""
        coming = self._next
        if coming is None or coming.phrase is not phrase:
            return
        if error and phrase.words:
            self._means.say(f"stream: {phrase.words}: {error}; the song's own style is taken")
            self._order(self._means.sections[phrase.scene][0].start, plain=True)
        elif error:
            self._means.say(f"stream: no more phrases come ({error}); switch it on again to go on")
            self.on, self._next = False, None
        coming.arrived.extend(stems.items())

    def tick(self, now: int, at_once: bool = False) -> None:
        """Time has come to a sample. A stem is loaded a call, so that none takes long, or all ``at_once``."""
        while self._old and self._old[0][0] <= now:
            self._means.drop(self._old.popleft()[1])
        coming = self._next
        if coming is None:
            return
        while coming.arrived:
            self._load(coming, *coming.arrived.popleft(), now)
            if not at_once:
                break
        if coming.asked is not None:
            self._enter(coming, now)
        elif self._heard is None:
            if coming.ready and self._means.transport.playing(now + self._means.launcher.block):
                self._launch(coming, Quantum.PHRASE, now)
        elif self._opens(now):
            if coming.ready:
                self._launch(coming, Quantum.BAR, now)
        else:
            self._missed(now)

    def _order(self, bar: int, plain: bool = False) -> None:
        """Have the phrase of the section in which a bar lies made; ``plain``: whatever the prompts."""
        means = self._means
        scene = next((i for i, (bars, _) in enumerate(means.sections) if bar in bars), 0)
        choice, seed = draws(means.seed, self._number, 2)
        layers = tuple(means.layers[column] for column in sorted(self.chosen))
        bars = means.sections[scene][0]
        words = "" if plain else self.prompts.drawn(choice)
        phrase = Phrase(self._number, scene, layers, (bars.start, bars.stop), words, 1 + (seed >> 33))
        means.order(phrase)
        self._number += 1
        other = self.rows[1] if self._heard is not None and self._heard.row == self.rows[0] else self.rows[0]
        self._next = _Coming(phrase, other)

    def _beginning(self, now: int) -> int:
        """The bar of the song at which the next phrase begins."""
        transport = self._means.transport
        earliest = now + self._means.launcher.block
        if not transport.playing(earliest):
            return 0
        return self._bar(boundary(transport.grid, Quantum.PHRASE, reach(transport, earliest)))

    def _bar(self, place: Fraction) -> int:
        """The bar of the song that lies at a place, as its form goes round."""
        left = place % sum((quarters for _, quarters in self._means.sections), Fraction(0))
        for bars, quarters in self._means.sections:
            if left < quarters:
                return bars.start
            left -= quarters
        return 0

    def _load(self, coming: _Coming, layer: str, stem: Found, now: int) -> None:
        means, row = self._means, coming.row
        column = means.layers.index(layer)
        slot = means.launcher.slot(column, row)
        try:
            clip = means.load(coming.phrase, layer, stem)
        except UsageError as error:
            means.launcher.fail(column, row, str(error), now)
        else:
            if slot.clip is not None:
                self._old.append((now + KEPT * means.transport.rate, slot.clip.index))
            self._sections[row] = coming.phrase.scene
            means.launcher.put(column, row, clip, now)
        coming.ready = not coming.arrived

    def _own(self) -> list[int]:
        """The chosen columns that play a phrase."""
        return [column for column in sorted(self.chosen) if self._plays(self._means.launcher.columns[column])]

    def _plays(self, column: Column) -> bool:
        if column.wish is not None and column.wish.row is not None:
            return column.wish.row in self.rows
        return column.base is not None and column.base.row in self.rows

    def _is_free(self, column: int) -> bool:
        """Whether nobody else plays in a column."""
        found = self._means.launcher.columns[column]
        waits = found.wish is not None or found.waiting is not None
        return not waits and (found.base is None or found.base.row is None)

    def _launch(self, coming: _Coming, quantum: Quantum, now: int) -> None:
        """Let a phrase enter: in the columns that are the stream's, as many of them as play."""
        launcher, row = self._means.launcher, coming.row
        earliest = now + launcher.block
        first = self._heard is None
        own = {*self._own(), *(column for column in self._resting if first or self._is_free(column))}
        columns = sorted(column for column in own & self.chosen if launcher.slot(column, row).ready)
        bits = draws(self._means.seed, coming.phrase.number, 2 + len(self._means.layers))[2:]
        loud = playing(self.density, columns, [bits[column] for column in columns])
        for column in sorted(own):
            if column in loud:
                launcher.columns[column].ask(row, quantum, earliest)
            elif self._plays(launcher.columns[column]):
                launcher.columns[column].ask(None, quantum, earliest)
        self._resting = own - loud
        coming.asked, coming.columns = earliest, loud
        transport = self._means.transport
        self._due = boundary(transport.grid, quantum, reach(transport, earliest))

    def _enter(self, coming: _Coming, now: int) -> None:
        """See whether what was asked for is heard."""
        transport, columns = self._means.transport, self._means.launcher.columns
        begun = [
            entry.origin
            for column in sorted(coming.columns)
            if (entry := columns[column].heard(now)) is not None
            and entry.row == coming.row
            and entry.sample >= (coming.asked or 0)
        ]
        position = transport.position(now)
        silent = all(columns[column].wish is None for column in coming.columns)
        if not begun and not (silent and self._due is not None and position >= self._due):
            return
        self._origin = begun[0] if begun else self._due or position
        self._heard, self._next, self._due = coming, None, None
        if self.chosen:
            self._order(self._bar(self._end(position)))
        else:
            self.on = False
            self._means.say("stream: no layer is given to it any more; it is off")

    def _end(self, position: Fraction) -> Fraction:
        """Where the pass of what is heard that lies at a place ends."""
        assert self._heard is not None
        length = self._means.sections[self._heard.phrase.scene][1]
        passed = max(position - self._origin, Fraction(0))  # its first sample may lie just before its place
        return self._origin + (floor(passed / length) + 1) * length

    def _opens(self, now: int) -> bool:
        """Whether what enters at the next bar enters where the pass ends."""
        transport, earliest = self._means.transport, now + self._means.launcher.block
        if self._heard is None or not transport.playing(earliest):
            return False
        self._follow(now)
        place = reach(transport, earliest)
        end = self._end(place)
        if self._due is not None and end > self._due:
            return False  # that one is missed
        opens = boundary(transport.grid, Quantum.BAR, place) >= end
        self._due = end if opens else None
        return opens

    def _missed(self, now: int) -> None:
        if self._due is not None and self._means.transport.playing(now + self._means.launcher.block):
            self._due = None
            self._means.say("stream: the next phrase is late; this one is heard again")

    def _follow(self, now: int) -> None:
        """Where the transport was moved, what is heard moved along."""
        assert self._heard is not None
        row = self._heard.row
        for column in self._means.launcher.columns:
            entry = column.heard(now)
            if entry is not None and entry.row == row:
                self._origin = entry.origin
                return
