"""Voices that play by themselves: the next event of all of them together, decided again whenever something is
heard, until it is so near that it is posted.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from stemwright.errors import UsageError
from stemwright.live.companion.choosing import Wish, in_range
from stemwright.live.companion.following import follow, let_go
from stemwright.live.companion.stage import Stage
from stemwright.live.companion.voice import Voice

_AGAIN = 0.005
"""Seconds to the next try where an event came to nothing; the model's own resolution."""
_STARVED = 2.0
"""Seconds, divided by its density, after which a voice that plays nothing is asked by itself: who is not
heard is not thought of either.
"""
_AT_ONCE = 32
"""Events of one instant."""


@dataclass(frozen=True, slots=True)
class _Next:
    at: int
    voice: Voice
    pitch: int
    velocity: int


class Improviser:
    """The voices of a stage that play by themselves."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._next: _Next | None = None
        self._earliest, self._last, self._many = 0, -1, 0

    @property
    def due(self) -> int | None:
        """The sample at which the next event is to be posted; None while there is none."""
        ahead = self._stage.samples(self._stage.settings.ahead / 1000)
        return None if self._next is None else self._next.at - ahead

    def plan(self, now: int) -> None:
        """Decide the next event anew."""
        self._next = None
        if self._stage.settings.mute:
            return
        groups: dict[tuple[float, ...], list[Voice]] = {}
        for voice in self._stage.voices:
            own = voice.settings
            if voice.plays:
                groups.setdefault((own.density, own.height, own.temperature, own.rest), []).append(voice)
        if groups:
            self._stage.ear.catch_up(now)
        found = [each for voices in groups.values() if (each := self._ask(voices, now)) is not None]
        self._next = min(found, key=lambda each: each.at, default=None)

    def post(self, now: int) -> None:
        """The next event comes to sound; then the one after it is decided."""
        event, self._next = self._next, None
        if event is None:
            return
        at = max(event.at, now)
        self._many = self._many + 1 if at == self._last else 0
        self._last = at
        went = self._begin(event, at, now) if event.velocity else self._end(event, at, now)
        self._stage.ear.catch_up(at)
        if not went or self._many >= _AT_ONCE:
            self._earliest = at + self._stage.samples(_AGAIN)
        self.plan(now)

    def _begin(self, event: _Next, at: int, now: int) -> bool:
        stage, voice = self._stage, event.voice
        note = stage.play(voice, event.pitch, event.velocity, at, now)
        if note is None:
            return False
        follow(stage, voice, event.pitch, event.velocity, at, now, note.end)
        return True

    def _end(self, event: _Next, at: int, now: int) -> bool:
        stage, voice = self._stage, event.voice
        voice.forget(now)
        own = [each for each in voice.played if each.note.pitch == event.pitch]
        if not own:
            return False
        before = [each.note.end for each in own]
        stage.end(own, voice, at, now)
        let_go(stage, voice, event.pitch, at, now)
        return [each.note.end for each in own] != before

    def _ask(self, voices: list[Voice], now: int) -> _Next | None:
        """The next event of voices that are steered alike."""
        stage = self._stage
        rested = self._rested(voices[0], now)
        if rested is None:
            return None
        low = max(now, rested, self._earliest)
        pitches = {v.settings.instrument: self._allowed(v, low, held=True) for v in voices if not v.drums}
        names = tuple(
            v.settings.instrument
            for v in self._starved(voices, low) or voices
            if v.drums or pitches[v.settings.instrument]
        )
        with suppress(UsageError):  # no event is left within the bounds: it waits for the next one heard
            wish = Wish(pitches, names, voices[0].settings)
            event = stage.ear.query(wish.query(stage.ear.since(low)))
            voice = next(v for v in voices if v.settings.instrument == event.instrument)
            at = max(low, stage.ear.after(event.time))
            if event.velocity == 0:
                return _Next(at, voice, event.pitch, 0)
            return self._placed(voice, stage.near(voice, at, low), event.pitch, event.velocity)
        return None

    def _starved(self, voices: list[Voice], at: int) -> list[Voice]:
        """The one of several voices that has been silent for longest, and for too long."""
        ear, waits = self._stage.ear, _STARVED / max(voices[0].settings.density, 0.05)
        silent = {
            voice.name: ear.companion.silence(voice.settings.instrument) + ear.since(at)
            for voice in voices
            if len(voices) > 1 and not any(each.note.end > at for each in voice.played)
        }
        longest = max(silent, key=lambda name: silent[name], default=None)
        if longest is None or silent[longest] < waits:
            return []
        return [voice for voice in voices if voice.name == longest]

    def _placed(self, voice: Voice, at: int, pitch: int, velocity: int) -> _Next | None:
        """A beginning at its place on the grid, with a pitch that fits there."""
        stage, own = self._stage, voice.settings
        fit = self._allowed(voice, at, held=False)
        if not voice.drums and pitch not in fit:
            if not fit:
                return None
            since = stage.ear.since(at)
            wish = Wish({own.instrument: fit}, (own.instrument,), own).query(since, since)
            pitch = stage.ear.query(replace(wish, min_velocity=1)).pitch
        return _Next(at, voice, pitch, min(max(velocity, own.soft), own.loud))

    def _allowed(self, voice: Voice, at: int, held: bool) -> frozenset[int]:
        """Pitches that a voice may begin at a sample, with those that it holds (and may end) or without."""
        own = voice.settings
        sounding = {pitch for name, pitch in self._stage.ear.companion.held if name == own.instrument}
        fit = in_range(own, self._stage.tones(at))
        return fit | sounding if held else fit - sounding

    def _rested(self, voice: Voice, now: int) -> int | None:
        """The sample from which on a voice that waits for its players may play; None while they play."""
        rest = self._stage.samples(voice.settings.rest)
        if not rest:
            return now
        inputs = [each for each in self._stage.voices if each.is_input]
        if any(each.keys for each in inputs):
            return None
        return max((each.idle for each in inputs if each.idle is not None), default=now - rest) + rest
