"""What the model hears: everything that sounds, in order of time, when it sounds."""

from __future__ import annotations

from stemwright.live.companion.sounding import Note
from stemwright.symbolic.companion import Companion, Event, Query

_LONG = 60.0
"""Seconds of silence that are told at most; the model takes all above 10 alike."""


class Ear:
    """A model and its place in time. Notes of outputs are heard as they come to sound, however they are moved
    or withdrawn until then.
    """

    def __init__(self, companion: Companion, rate: int) -> None:
        self.companion = companion
        self._rate, self._last = rate, 0
        self._coming: list[tuple[Note, str]] = []
        self._heard: list[tuple[Note, str]] = []

    def since(self, sample: int) -> float:
        """Seconds from the last event heard to a sample, none where it is before it."""
        return min(max(0, sample - self._last) / self._rate, _LONG)

    def after(self, seconds: float) -> int:
        """The sample so many seconds after the last event heard."""
        return self._last + round(seconds * self._rate)

    def hear(self, sample: int, instrument: str, pitch: int, velocity: int) -> None:
        """Something sounds now."""
        self.catch_up(sample)
        self._feed(sample, instrument, pitch, velocity)

    def expect(self, note: Note, instrument: str) -> None:
        """A note of an output will sound: it is heard when it does."""
        self._coming.append((note, instrument))

    def catch_up(self, sample: int) -> None:
        """Hear what has come to sound by a sample, and what has ended; at one sample ends come first."""
        while True:
            self._coming = [each for each in self._coming if not each[0].taken]
            ends = [(each[0].end, 0, n) for n, each in enumerate(self._heard)]
            begins = [(each[0].on, 1, n) for n, each in enumerate(self._coming)]
            at, begin, which = min([*ends, *begins], default=(sample + 1, 0, 0))
            if at > sample:
                return
            note, instrument = (self._coming if begin else self._heard).pop(which)
            if begin:
                self._heard.append((note, instrument))
            self._feed(at, instrument, note.pitch, note.velocity if begin else 0)

    def query(self, query: Query) -> Event:
        """What could come next."""
        return self.companion.query(query)

    def _feed(self, sample: int, instrument: str, pitch: int, velocity: int) -> None:
        self.companion.feed(Event(instrument, pitch, self.since(sample), velocity))
        self._last = max(self._last, sample)
