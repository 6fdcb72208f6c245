"""The companion: hears events one by one and says what could come next, with any part fixed or bounded.

In the manner of Notochord (Shepardson et al., arXiv 2403.12000): what is fixed is told first, and the other
parts are drawn from what is left. For one thread at a time; nothing here waits, reads files or starts
threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from stemwright.compose.streams import Stream
from stemwright.errors import UsageError, shown
from stemwright.models import Bundle, find, load_bundle
from stemwright.song.layers import is_drums
from stemwright.symbolic.companion import state
from stemwright.symbolic.companion.deciding import INSTRUMENT, PITCH, TIME, VELOCITY, Decider
from stemwright.symbolic.companion.events import (
    RESOLUTION,
    START,
    Event,
    check_whole,
    next_bin,
    pitch_of,
    token_of,
)
from stemwright.symbolic.companion.network import Network
from stemwright.symbolic.companion.query import Query
from stemwright.symbolic.companion.support import Support

ANY = Query()
MAX_PROMPT = 100_000
"""Events of a prompt."""


class Companion:
    """A model and what it remembers. `instruments`: the names it knows.

    The same bundle, seed, events and queries on one machine give the same answers: random numbers are those
    of (seed, events heard, queries since, part), so a query more or less changes nothing after the next
    event.
    """

    def __init__(self, bundle: Bundle, seed: int = 0) -> None:
        config = bundle.manifest.architecture
        self._seed = check_whole("seed", seed, 0, state.MAX_SEED)
        self._bundle = bundle.sha256
        self.instruments: tuple[str, ...] = tuple(config["instruments"])
        self._holds = [not is_drums(name) for name in self.instruments]
        self._network = Network(config, bundle.tensors())
        self._decider = Decider(self._network, config)
        self._now = self._empty()
        self.reset()

    @classmethod
    def load(cls, bundle: Bundle | Path | str = "companion", seed: int = 0) -> Companion:
        """The companion of a bundle, by name or folder. UsageError where there is none or it does not fit."""
        made = bundle if isinstance(bundle, Bundle) else load_bundle(find(bundle), kind="companion")
        if made.manifest.kind != "companion":
            raise UsageError(f"{made.path}: is a {made.manifest.kind}, a companion is needed")
        return cls(made, seed)

    @property
    def held(self) -> list[tuple[str, int]]:
        """(instrument, pitch) of the notes that sound, in the order they began."""
        return [(self.instruments[note // 128], note % 128) for note in self._now.held]

    @property
    def seconds(self) -> float:
        """Seconds that have passed since the beginning."""
        return self._now.seconds

    @property
    def steps(self) -> int:
        """Events heard since the beginning."""
        return self._now.steps

    def silence(self, instrument: str) -> float:
        """Seconds from an instrument's last event (or the beginning) to the last event of all."""
        return float(self._now.silence[self._index(instrument)])

    def reset(self, start: bool = True) -> None:
        """Forget everything. `start`: what comes is a song's beginning, not some place in its middle."""
        self._now = self._empty()
        self._network.hidden = self._now.hidden
        if start:
            self._network.hear(len(self.instruments), START, 0, 0)

    def feed(self, event: Event) -> None:
        """Hear an event. UsageError for an instrument it does not know.

        The end of a drum, or of a note that does not sound, only lets time pass. A note that begins while it
        is held ends first.
        """
        index = self._index(event.instrument)
        token = token_of(event.instrument, event.pitch)
        note = index * 128 + event.pitch
        now = self._now
        now.silence += event.time
        now.silence[index] = 0.0
        now.seconds += event.time
        sounds = self._holds[index] and note in now.held
        if event.velocity == 0 and not sounds:
            now.late += event.time
            return
        number, now.late = next_bin(now.late, event.time)
        now.steps, now.draws = now.steps + 1, 0
        if sounds:
            self._network.hear(index, token, number, 0)
            del now.held[note]
            number = 0
        if event.velocity:
            self._network.hear(index, token, number, event.velocity)
            if self._holds[index]:
                now.held[note] = None

    def query(self, query: Query = ANY) -> Event:
        """The next event, drawn from what the query leaves open; nothing is heard of it until it is fed.

        UsageError where the query names what is not known, or its bounds contradict each other or the notes
        that are held, saying which.
        """
        now = self._now
        support = Support(self.instruments, now.held, query)
        stream = Stream(self._seed, "companion", now.steps, now.draws)
        uniforms = [(stream.word() << 20 | stream.word() >> 12) / 2**52 for _ in range(4)]
        now.draws += 1
        self._network.ask(now.held)
        chosen = [0, 0, 0, 0]
        for letter in query.parts_in_order():
            part = "iptv".index(letter)
            chosen[part] = self._decider.decide(part, uniforms[part], query, support, now.late)
            self._network.tell(part, chosen[part])
        return Event(
            self.instruments[chosen[INSTRUMENT]],
            pitch_of(chosen[PITCH]),
            _between(chosen[TIME] * RESOLUTION - now.late, query.times),
            chosen[VELOCITY],
        )

    def feed_query(self, event: Event, query: Query = ANY) -> Event:
        """Hear an event and say what could come next."""
        self.feed(event)
        return self.query(query)

    def query_feed(self, query: Query = ANY) -> Event:
        """The next event, which is heard at once."""
        event = self.query(query)
        self.feed(event)
        return event

    def prompt(self, events: Iterable[Event]) -> int:
        """Hear what was played before; returns how many events. UsageError for more than 100,000."""
        count = 0
        for event in events:
            if count == MAX_PROMPT:
                raise UsageError(
                    f"prompt: has more than {MAX_PROMPT} events; give its end alone", field="prompt"
                )
            self.feed(event)
            count += 1
        return count

    def save_state(self) -> bytes:
        """All that it remembers, for `restore` with the same bundle."""
        return state.dump(self._now, self._seed, self._bundle)

    def restore(self, data: bytes) -> None:
        """Remember what was saved, its seed too. UsageError for damaged bytes and those of another bundle."""
        self._now, self._seed = state.load(data, self._holds, len(self._now.hidden), self._bundle)
        self._network.hidden = self._now.hidden

    def reseed(self, seed: int) -> None:
        """From now on, the random numbers of another seed; what was heard stays. UsageError for one that is
        none.
        """
        self._seed = check_whole("seed", seed, 0, state.MAX_SEED)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Whatever is fed and asked inside is forgotten afterwards."""
        kept = self._now.copy()
        try:
            yield
        finally:
            self._now = kept
            self._network.hidden = kept.hidden

    def _index(self, instrument: str) -> int:
        if instrument not in self.instruments:
            raise UsageError(
                f"instrument: {shown(instrument)} is not known; "
                f"this companion has {', '.join(self.instruments)}",
                field="instrument",
            )
        return self.instruments.index(instrument)

    def _empty(self) -> state.State:
        size = len(self._network.hidden)
        return state.State(np.zeros(size, np.float32), np.zeros(len(self.instruments)), {})


def _between(value: float, bounds: Sequence[float]) -> float:
    return min(max(value, bounds[0]), bounds[1])
