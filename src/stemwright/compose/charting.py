"""Chords of a song drawn from what real songs do (`learned.chords`): a bar's text for every bar, in degrees.

Every kind of section gets a loop or phrases of its own or another's, the verse first; a section that returns
has the chords that it had, but for the bars that lead into what follows. All is drawn from the song's seed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from stemwright.compose.degrees import chords_in
from stemwright.compose.form import material
from stemwright.compose.learned import chords as asked
from stemwright.compose.learned.tables import Table
from stemwright.compose.palette import Palette, dominant, lasting
from stemwright.compose.streams import Stream
from stemwright.song.state import Section

MOVING = ("chorus", "prechorus", "bridge")
"""Kinds of sections that are no vamp on one chord: a riff or words may carry that, an arranger's patterns do
not.
"""
CHANGES = "jazz"
"""The family that plays its solos over the changes of its themes, and no vamps."""
BLUESY = ("pop", "rock", "soul", "blues")
"""Families in which the tonic may be a dominant seventh."""
ENOUGH = 200
"""Chords of which a family's palette is made; with fewer it has that of all."""
TRIES = 8
"""How often a loop is drawn again that is too much or too little like another one."""
Bars = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The chords of one material: its bars at its longest, without the end that leaves them; `tail` bars lead
    on.
    """

    bars: Bars
    tail: int


@dataclass(frozen=True)
class Charting:
    """Who draws for one song. `genre`: a family of genres; `mode`: major or minor."""

    table: Table
    genre: str
    mode: str
    seed: int

    @property
    def home(self) -> str:
        """The tonic's triad."""
        return "1:m" if self.mode == "minor" else "1"

    def chart(self, sections: Sequence[Section]) -> list[str]:
        """The text of every bar, triads alone; the last one is the tonic."""
        plans = self._plans(sections)
        names = [material(section.name) for section in sections]
        out: list[str] = []
        for place, section in enumerate(sections):
            plan = plans[names[place]]
            bars = [plan.bars[bar % len(plan.bars)] for bar in range(section.bars)]
            if place + 1 < len(sections):
                ahead = plans[names[place + 1]].bars[0]
                self._lead_on(bars, plan.tail, chords_in(ahead)[0], names[place])
            else:
                self._end(bars)
            out += bars
        return out

    def colour(self, chord: str, allowed: Collection[str] | None = None) -> str | None:
        """The quality that a triad is played as, the same one all over the song; None where none is known."""
        contexts = asked.colour_contexts(self.genre, self.mode, chord)
        known = [context for context in contexts if context in self.table["colour"]]
        own = [context for context in known if not context.rpartition("|")[2].startswith(":")] or known
        there = {quality for context in own for quality in self.table["colour"].row(context)}
        fit = {quality for quality in there if lasting(chord, quality, self._bluesy)}
        fit = fit if allowed is None else fit & set(allowed)
        return self.table["colour"].draw(Stream(self.seed, "chart", "colour", chord), own, fit)

    @cached_property
    def _bluesy(self) -> bool:
        """Whether tonic and fourth degree are dominant sevenths, as in a song of so many."""
        contexts = asked.colour_contexts(self.genre, self.mode, "1")
        drawn = self.table["colour"].draw(Stream(self.seed, "chart", "bluesy"), contexts)
        return self.genre in BLUESY and drawn is not None and dominant(drawn)

    @cached_property
    def _palette(self) -> Palette:
        """The chords that the song keeps to."""
        rows = (self.table["palette"].row(c) for c in asked.palette_contexts(self.genre, self.mode))
        return Palette(next((row for row in rows if sum(row.values()) >= ENOUGH), {self.home: 1}), self.seed)

    def _plans(self, sections: Sequence[Section]) -> dict[str, Plan]:
        """Material -> its chords. Materials of a kind are drawn in the order in which they are heard."""
        longest: dict[str, int] = {}
        for section in sections:
            name = material(section.name)
            longest[name] = max(longest.get(name, 0), section.bars)
        order = sorted(longest, key=lambda name: asked.KINDS.index(asked.kind(name)))
        plans: dict[str, Plan] = {}
        firsts: dict[str, Bars] = {}
        for name in order:
            kind = asked.kind(name)
            plans[name] = self._plan(name, kind, longest[name], firsts)
            firsts.setdefault(kind, plans[name].bars)
        return plans

    def _plan(self, name: str, kind: str, bars: int, firsts: Mapping[str, Bars]) -> Plan:
        stream = Stream(self.seed, "chart", name)
        shape = self._shape(stream, kind, bars)
        _, plus, tail = shape.partition("+")
        left = int(tail) if plus else 0
        others = [other for other in ("verse", "chorus") if other in firsts and other != kind]
        said = asked.NEW
        if others and kind:
            contexts = asked.relation_contexts(self.genre, kind, " ".join(others))
            said = self.table["relation"].draw(stream, contexts) or asked.NEW
        if kind == "solo" and self.genre == CHANGES and "verse" in firsts:
            said = "verse" + asked.SAME
        other = firsts.get(said[:-1], ())
        if other and said.endswith(asked.SAME):
            return Plan(other, left)
        return Plan(self._unlike(name, kind, shape, bars, said, firsts), left)

    def _shape(self, stream: Stream, kind: str, bars: int) -> str:
        """How a section repeats: not one chord alone where it should lead somewhere."""
        contexts = asked.loop_contexts(self.genre, kind, bars)
        still = {"1+0", "1+1"} if kind in MOVING or self.genre == CHANGES else set()
        shapes = {shape for context in contexts for shape in self.table["loop"].row(context)} - still
        shapes = {shape for shape in shapes if not _wanders(shape)}
        return self.table["loop"].draw(stream, contexts, shapes) or "4+0"

    def _unlike(
        self, name: str, kind: str, shape: str, bars: int, said: str, firsts: Mapping[str, Bars]
    ) -> Bars:
        """Bars as unlike the verse's and the chorus's, or as like the one of them that `said` names, as one
        of a few draws is.
        """
        best: tuple[int, Bars] | None = None
        near = firsts.get(said[:-1])
        against = (
            [near] if near else [firsts[of] for of in ("verse", "chorus") if of in firsts and of != kind]
        )
        for number in range(TRIES):
            stream = Stream(self.seed, "chart", name, "bars", number)
            found = self._drawn(stream, kind, shape, bars)
            shared = max((_shared(found, other) for other in against), default=0)
            miss = (100 - shared if found != near else 101) if near else (shared if shared == 100 else 0)
            if best is None or miss < best[0]:
                best = miss, found
            if miss == 0:
                break
        assert best is not None
        return best[1]

    def _drawn(self, stream: Stream, kind: str, shape: str, bars: int) -> Bars:
        loop, plus, _ = shape.partition("+")
        if plus:
            length = min(int(loop), bars)
            return tuple(self._chain(stream, kind, [], length, int(loop)))
        out: list[str] = []
        phrases: dict[str, list[str]] = {}
        letters = shape.split()
        for number in range(-(-bars // asked.PHRASE)):
            letter, changed = letters[number % len(letters)][0], letters[number % len(letters)][1:]
            first = phrases.get(letter, [])
            size = min(asked.PHRASE, bars - len(out))
            kept = first[: size - int(changed or 0)] if size > int(changed or 0) else []
            before = len(out)
            out = self._chain(stream, kind, out + kept, before + size, 0)
            phrases.setdefault(letter, out[before:])
        return tuple(out)

    def _chain(self, stream: Stream, kind: str, bars: list[str], until: int, loop: int) -> list[str]:
        """Some bars gone on with until they are so many, in a loop of so many bars (0: none)."""
        out = list(bars)
        for place in range(len(bars), until):
            before = tuple(out[max(0, place - 2) : place])
            at = place if loop else place % (2 * asked.PHRASE)
            contexts = asked.bar_contexts(
                self.genre, self.mode, kind, loop, at, before, out[0] if out else ""
            )
            out.append(self.table["bar"].draw(stream, contexts, self._palette) or self.home)
        return out

    def _lead_on(self, bars: list[str], tail: int, ahead: str, name: str) -> None:
        """The end of a section that is not the last, where it leaves its loop."""
        tail = min(tail, len(bars) - 1) if len(bars) >= asked.PHRASE else 0
        for left in range(tail - 1, -1, -1):
            place = len(bars) - 1 - left
            stream = Stream(self.seed, "chart", name, "tail", left, ahead)
            contexts = asked.tail_contexts(self.genre, self.mode, left, bars[place - 1], ahead)
            bars[place] = self.table["tail"].draw(stream, contexts, self._palette) or bars[place]

    def _end(self, bars: list[str]) -> None:
        """The song's last bars: a bar that leads home, and home."""
        if len(bars) >= 2:
            before = bars[-3] if len(bars) > 2 else bars[-2]
            stream = Stream(self.seed, "chart", "end")
            contexts = asked.end_contexts(self.genre, self.mode, before)
            bars[-2] = self.table["end"].draw(stream, contexts, self._palette) or bars[-2]
        bars[-1] = self.home


def _wanders(shape: str) -> bool:
    """Whether a section is of three phrases or more, none of which comes again."""
    letters = [phrase[0] for phrase in shape.split()]
    return "+" not in shape and len(letters) > 2 and len(set(letters)) == len(letters)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Percent of the chords of both that both have."""
    first, second = ({chord for bar in bars for chord in chords_in(bar)} for bars in (one, other))
    return 100 * len(first & second) // max(1, len(first | second))
