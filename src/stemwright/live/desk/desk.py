"""The graph of a set: columns of stems, companions, inputs and a click, each through a strip and a tap; their
sum through the main strip and the limiter.

Everything that changes what is heard goes through ``post`` as commands at absolute samples, and is told to
the journal, with the sounds that were loaded: so it can be played again to the last bit (``desk.replay``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError
from stemwright.live.commands import Tickets
from stemwright.live.desk.setup import InputTimbre, Setup
from stemwright.live.timbre.loading import load_timbre
from stemwright.models.timbre import TimbreFiles
from stemwright.native import live_commands as lc
from stemwright.native.live import Graph
from stemwright.native.live_commands import Records

Sound = npt.NDArray[np.float32]
CLICK, SUM, MAIN = "click", "sum", "main"
EAR = 2.0
"""Seconds of an input that may wait to be heard by a beat tracker, or as voltages."""
VOICES = 24
"""Notes that a companion's own sound may hold."""


class Journal(Protocol):
    """What hears of everything that decides what sounds."""

    def keep(self, sound: Sound) -> str:
        """Keep a sound, in whatever thread; the file that it is in."""

    def loaded(self, clip: int, file: str, source: str) -> None:
        """A sound that is kept has this number from now on."""

    def voiced(self, player: int, clips: Sequence[int], ratios: Sequence[float], release: float) -> None:
        """A companion's own sound."""

    def posted(self, commands: Records) -> None:
        """Commands, each with a ticket of its own."""

    def reported(self, reports: Records) -> None:
        """What the audio side said."""


class Silent:
    """A journal that forgets."""

    def keep(self, sound: Sound) -> str:
        """Forgotten."""
        return ""

    def loaded(self, clip: int, file: str, source: str) -> None:
        """Forgotten."""

    def voiced(self, player: int, clips: Sequence[int], ratios: Sequence[float], release: float) -> None:
        """Forgotten."""

    def posted(self, commands: Records) -> None:
        """Forgotten."""

    def reported(self, reports: Records) -> None:
        """Forgotten."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way through the desk. ``source``: a player, voices, an input or the click; None: voices that are
    not there yet. ``timbre``: what its source goes through before the strip."""

    name: str
    source: int | None
    strip: int
    tap: int
    timbre: int | None = None

    @property
    def wires(self) -> list[tuple[int, list[int]]]:
        """Its part of a plan; nothing without a source."""
        way = [node for node in (self.source, self.timbre, self.strip, self.tap) if node is not None]
        if self.source is None:
            return []
        return [(way[0], []), *((node, [before]) for before, node in pairwise(way))]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two of the device's inputs as they come, with their direct current; the tap keeps them from sample 0
    on. ``first``: the left one, from 0."""

    first: int
    node: int
    tap: int


class Desk:
    """A graph that is wired for a setup. Samples count from the graph's first. Every command is given a
    ticket, so that the audio side says when it held. ``again``: it is played from a log, whose commands are
    all that is posted."""

    def __init__(self, setup: Setup, journal: Journal | None = None, *, again: bool = False) -> None:
        self.setup, self.journal, self._again = setup, journal or Silent(), again
        graph = self.graph = Graph(setup.rate, setup.heard, 2 + setup.cv)
        self.columns = [self._channel(name, graph.add_player()) for name in setup.columns]
        self.players = [self._channel(f"player-{n + 1}", None) for n in range(setup.players)]
        self.inputs = [self._channel(f"input-{n + 1}", graph.add_input(n)) for n in range(setup.inputs)]
        self.timbres = [self._turn(each) for each in setup.timbres]
        self.click = self._channel(CLICK, graph.add_click())
        self.ports = [graph.add_midi(n) for n in range(setup.players + 1)]
        """MIDI out: one a companion, and the last one for clock."""
        self.cv = [graph.add_cv(2 + n) for n in range(setup.cv)]
        self._sum = (graph.add_sum(), graph.add_tap(setup.buffer))
        self.main = graph.add_strip()
        self._out = (graph.add_main(), graph.add_tap(setup.buffer))
        self._ear = graph.add_tap(EAR) if setup.inputs else None
        self.cv_in = [self._pair(n, n + 1) for n in range(setup.inputs, setup.heard, 2)]
        """Left is the pitch, right the gate."""
        watched = range(0, setup.inputs if setup.watches else 0, 2)
        self.watched = [self._pair(n, min(n + 1, setup.inputs - 1)) for n in watched]
        """The inputs for sound."""
        self._backlog: deque[Records] = deque()
        self.tickets = Tickets()
        self.wire()
        if not again:
            self.post([lc.record(pair.tap, True, at=0) for pair in (*self.cv_in, *self.watched)])

    def _pair(self, left: int, right: int) -> Pair:
        return Pair(left, self.graph.add_input(left, right, steady=True), self.graph.add_tap(EAR))

    def _channel(self, name: str, source: int | None) -> Channel:
        graph = self.graph
        return Channel(name, source, graph.add_strip(), graph.add_tap(self.setup.buffer))

    def _turn(self, wanted: InputTimbre) -> tuple[int, TimbreFiles]:
        """Let an input go through its timbre; the node, and what it plays."""
        files = load_timbre(wanted)
        node = self.graph.add_timbre(files, wanted.seed)
        self.inputs[wanted.input] = replace(self.inputs[wanted.input], timbre=node)
        return node, files

    @property
    def channels(self) -> list[Channel]:
        """All that sounds, in the order in which it is summed."""
        return [*self.columns, *self.players, *self.inputs, self.click]

    @property
    def taps(self) -> dict[str, int]:
        """Bus -> its tap: the channels, their sum before the limiter, and what goes to the device."""
        found = {channel.name: channel.tap for channel in self.channels if channel.source is not None}
        return {**found, SUM: self._sum[1], MAIN: self._out[1]}

    def wire(self) -> None:
        """Make the plan of what is there, and post it."""
        sounding = [channel for channel in self.channels if channel.source is not None]
        wires = [wire for channel in sounding for wire in channel.wires]
        total, sum_tap = self._sum
        limiter, main_tap = self._out
        wires += [(total, [channel.tap for channel in sounding]), (sum_tap, [total]), (self.main, [sum_tap])]
        wires += [(limiter, [self.main]), (main_tap, [limiter]), *((cv, []) for cv in self.cv)]
        if self._ear is not None and self.inputs[0].source is not None:
            wires.append((self._ear, [self.inputs[0].source]))
        for pair in (*self.cv_in, *self.watched):
            wires += [(pair.node, []), (pair.tap, [pair.node])]
        plan = self.graph.plan(wires)
        if not self._again:
            self.post([lc.plan(plan)])

    def listen(self, on: bool, at: int) -> None:
        """Keep what comes in at the first input from a sample on, for `heard`. UsageError where there is
        none."""
        if self._ear is None:
            raise UsageError("this set has no input: begin it with one")
        self.post([lc.record(self._ear, on, at=at)])

    def heard(self) -> Sound:
        """What came in since the last call, [frames, 2]."""
        return self.graph.read(self._ear, 1 << 18) if self._ear is not None else np.zeros((0, 2), np.float32)

    def came(self, pair: Pair) -> Sound:
        """What came in at two inputs since the last call, [frames, 2]."""
        return self.graph.read(pair.tap, 1 << 18)

    def load(self, sound: Sound, source: str, file: str | None = None) -> int:
        """Put a sound [frames, 2] into the pool; its number. ``source``: where it is from, for the log;
        ``file``: that it is kept in already."""
        clip = self.graph.clip(sound)
        self.journal.loaded(clip, self.journal.keep(sound) if file is None else file, source)
        return clip

    def give_voices(self, player: int, clips: Sequence[int], ratios: Sequence[float], release: float) -> None:
        """Let a companion be heard on the desk: clip and transposition of each pitch."""
        source = self.graph.add_voices(clips, ratios, polyphony=VOICES, release=release)
        old = self.players[player]
        self.players[player] = Channel(old.name, source, old.strip, old.tap)
        self.journal.voiced(player, clips, ratios, release)
        self.wire()

    def post(self, commands: Iterable[Records]) -> None:
        """Commands for the audio side. What finds no room now is posted by the next ``pump``, in order."""
        made = lc.joined(commands)
        if not len(made):
            return
        for row in np.flatnonzero(made["ticket"] == 0):
            made["ticket"][row] = self.tickets.next()
        self._backlog.append(made)
        self._push()
        self.journal.posted(made)

    def pump(self) -> Records:
        """Post what waits; what the audio side has said since the last call."""
        self._push()
        reports = self.graph.reports()
        if len(reports):
            self.journal.reported(reports)
        return reports

    def _push(self) -> None:
        while self._backlog:
            first = self._backlog.popleft()
            sent = self.graph.post(first)
            if sent < len(first):
                self._backlog.appendleft(first[sent:])
                return
