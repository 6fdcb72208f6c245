"""What the voices of one companion share, and how a note of theirs comes to sound."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from stemwright.live.commands import Command
from stemwright.live.companion.ear import Ear
from stemwright.live.companion.harmony import Harmony, Tones, until
from stemwright.live.companion.locking import Clock, locked, nearest, place_of
from stemwright.live.companion.settings import FREE, LONGEST, PartnerSettings
from stemwright.live.companion.sounding import Note, Sounding, oldest
from stemwright.live.companion.voice import Played, Source, Voice

_STROKE = 0.1
"""Seconds of a drum's note, which has no end of its own."""


@dataclass(slots=True)
class World:
    """What all companions share. `rate`: samples a second."""

    clock: Clock
    harmony: Harmony
    rate: int
    sounding: Sounding
    out: list[Command] = field(default_factory=list)
    """Commands that wait to be posted, in order."""


@dataclass(slots=True)
class Stage:
    """One companion's voices, and its model's ear."""

    world: World
    settings: PartnerSettings
    voices: list[Voice]
    ear: Ear

    @property
    def out(self) -> list[Command]:
        """Where commands are put that are to be posted."""
        return self.world.out

    def samples(self, seconds: float) -> int:
        """Seconds as samples."""
        return round(seconds * self.world.rate)

    def near(self, voice: Voice, sample: int, earliest: int) -> int:
        """Where on its grid, from `earliest` on, a voice plays by itself what it thinks of for a sample."""
        own = voice.settings
        return nearest(self.world.clock, sample, own.division, own.swing, earliest)

    def place(self, voice: Voice, sample: int) -> int:
        """Where on its grid a voice answers what is heard at a sample."""
        own = voice.settings
        grace = self.samples(own.grace / 1000)
        return locked(self.world.clock, sample, own.division, own.swing, grace)

    def tones(self, sample: int) -> Tones:
        """What fits at a sample."""
        return self.world.harmony.at(place_of(self.world.clock, sample))

    def play(
        self,
        voice: Voice,
        pitch: int,
        velocity: int,
        at: int,
        now: int,
        source: Source | None = None,
        shift: int = 0,
        latest: int | None = None,
    ) -> Note | None:
        """A voice's note from sample `at` on, until it is ended, at the latest at `latest`. None where there
        is no room for it.
        """
        end = self._end(voice, pitch, at)
        end = end if latest is None else min(end, max(latest, at + self.samples(voice.settings.shortest)))
        if end - at < min(self.samples(voice.settings.shortest), self.samples(_STROKE)):
            return None
        if not self._make_room(voice, at, now):
            return None
        note = self.world.sounding.begin(voice.key(pitch), velocity, at, end, now, self.out)
        if note is not None:
            voice.played.append(Played(note, source, shift))
            self.ear.expect(note, voice.settings.instrument)
        return note

    def end(self, played: Iterable[Played], voice: Voice, at: int, now: int) -> None:
        """Notes of a voice end at a sample, each later by its shift, and not before its shortest length."""
        shortest = self.samples(voice.settings.shortest)
        for each in played:
            end = max(at + each.shift, each.note.on + shortest)
            self.world.sounding.end(each.note, end, now, self.out)

    def stop(self, voice: Voice, now: int) -> None:
        """All notes of a voice end now."""
        for each in voice.played:
            self.world.sounding.stop(each.note, now, self.out)
        voice.played.clear()

    def _end(self, voice: Voice, pitch: int, at: int) -> int:
        """The sample at which a note ends at the latest: at its longest, or where its pitch stops to fit."""
        own, clock = voice.settings, self.world.clock
        if voice.drums:
            return at + self.samples(_STROKE)
        end = at + max(1, self.samples(min(own.longest, LONGEST)))
        place = clock.quarters(at)
        if own.keep != FREE and place is not None:
            change = until(self.world.harmony, place, pitch, own.keep)
            end = end if change is None else min(end, clock.sample(change))
        return end

    def _make_room(self, voice: Voice, at: int, now: int) -> bool:
        """The oldest notes end where a voice has all that it may; False where they begin no sooner."""
        voice.forget(now)
        while True:
            there = [each.note for each in voice.played if each.note.end > at and not each.note.taken]
            if len(there) < voice.settings.polyphony:
                return True
            first = oldest(there)
            if first.on >= at:
                return False
            self.world.sounding.end(first, at, now, self.out)
