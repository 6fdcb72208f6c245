"""A partner: one model that hears one performer, and voices that are played, follow, or play alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from stemwright.errors import UsageError, shown
from stemwright.live.commands import Command, Op, packed
from stemwright.live.companion.ear import Ear
from stemwright.live.companion.following import follow, let_go
from stemwright.live.companion.improvising import Improviser
from stemwright.live.companion.incoming import Heard, Kind
from stemwright.live.companion.parameters import Value, changed
from stemwright.live.companion.settings import (
    INPUT,
    LONGEST,
    PASS,
    SETUP,
    PartnerSettings,
    VoiceSettings,
    voice_with,
)
from stemwright.live.companion.stage import Stage, World
from stemwright.live.companion.voice import Played, Voice
from stemwright.symbolic.companion import Companion, Event

Setup = Mapping[str, Mapping[str, Value]]
"""Voice -> parameters that are set together."""

_NEW_VOICE = ("mode", "mute", "instrument", "port", "channel", "out", "out_channel", "thru", "source")
"""Parameters of which a change ends all that a voice sounds and hears."""


class Partner:
    """One companion of one performer. Its calls add commands to those of its world.

    All calls give samples that do not go back; one call at a time. `nodes`: of the outputs.
    """

    def __init__(
        self,
        name: str,
        settings: PartnerSettings,
        voices: Mapping[str, VoiceSettings],
        companion: Companion,
        world: World,
        nodes: Sequence[int],
        setups: Sequence[Setup] = (),
    ) -> None:
        self.name = name
        self._nodes, self._setups = nodes, setups
        self._done = 0  # the sample of what was done last; how often `advance` is called makes no difference
        self._heard: int | None = None  # the sample after which what plays alone is still to be decided
        made = [Voice(each, own, self._node(own)) for each, own in voices.items()]
        _check({voice.name: voice.settings for voice in made})
        self._stage = Stage(world, settings, made, Ear(companion, world.rate))
        self._alone = Improviser(self._stage)

    @property
    def voices(self) -> list[Voice]:
        """Its voices."""
        return self._stage.voices

    @property
    def settings(self) -> PartnerSettings:
        """What its voices have in common."""
        return self._stage.settings

    @property
    def due(self) -> int | None:
        """The sample at which `advance` has something to do next; None while there is nothing."""
        found = self._next()
        return self._done if self._heard is not None else None if found is None else found[0]

    def prompt(self, events: Iterable[Event]) -> None:
        """Hear what was played before, such as a song's notes; what still sounds at its end, ends."""
        model = self._stage.ear.companion
        model.prompt(events)
        for name, pitch in model.held:
            model.feed(Event(name, pitch, 0.0, 0))

    def start(self, now: int) -> None:
        """Programs are sent; voices that play by themselves begin."""
        for voice in self.voices:
            self._send_program(voice, voice.settings.program, now)
        self._alone.plan(now)

    def hear(self, now: int, port: int, channel: int, heard: Heard, answer: bool = True) -> None:
        """Something that came in; `answer`: whether it may be answered.

        What plays alone is decided with the next call, so that the answers need not wait for it.
        """
        self._come_to(now)
        for voice in self.voices:
            if voice.listens(port, channel) and self._hear(voice, heard, now, answer):
                self._heard = now

    def advance(self, now: int) -> None:
        """Time has come to a sample: what is due by then is posted, in order."""
        if self._heard is not None:
            self._alone.plan(self._heard)
            self._heard = None
        while (due := self._next()) is not None and due[0] <= now:
            self._done = max(self._done, due[0])
            if due[1] is None:
                self._alone.post(self._done)
            else:
                self._give_back(due[1], self._done)
        self._stage.ear.catch_up(now)

    def set(self, now: int, voice: str | None, name: str, value: object) -> None:
        """Set a parameter of a voice, or (None) of the partner. UsageError for what is not known or not in
        range; then nothing is changed.
        """
        self._come_to(now)
        if voice is None:
            self._stage.settings = changed(self._stage.settings, name, value)
            if name == "seed":
                self._stage.ear.companion.reseed(self._stage.settings.seed)
            if self._stage.settings.mute:
                self._silence(now)
        else:
            self._set(self._voice(voice), name, value, now)
        self._alone.plan(now)

    def again(self, now: int) -> None:
        """Tempo, place or chords have changed: what is not posted yet is decided anew."""
        self._come_to(now)
        self._alone.plan(now)

    def end(self, now: int) -> None:
        """All notes end, and all that is held is let go; it can go on playing afterwards."""
        self._done = max(self._done, now)
        for voice in self.voices:
            self._release(voice, now)
        self._stage.ear.catch_up(now)

    def _next(self) -> tuple[int, Voice | None] | None:
        """What is due next: a voice that is given back, or (None) an event of those that play alone."""
        alone = self._alone.due
        found: list[tuple[int, Voice | None]] = [] if alone is None else [(alone, None)]
        found += [(at, voice) for voice in self.voices if (at := self._punch_out(voice)) is not None]
        return min(found, key=lambda each: each[0], default=None)

    def _come_to(self, now: int) -> None:
        self.advance(now)
        self._done = max(self._done, now)

    def _hear(self, voice: Voice, heard: Heard, now: int, answer: bool) -> bool:
        if heard.kind is Kind.PROGRAM:
            self._program(heard.number, now)
            return True
        if heard.kind is Kind.END:
            return self._key_up(voice, heard.number, now)
        if voice.settings.mode != INPUT and not voice.punched:
            self._release(voice, now)
            voice.punched = True
        self._key_down(voice, heard.number, heard.value, now, answer)
        return True

    def _key_down(self, voice: Voice, pitch: int, velocity: int, now: int, answer: bool) -> None:
        stage = self._stage
        stage.ear.hear(now, voice.settings.instrument, pitch, velocity)
        voice.keys[pitch], voice.idle = None, None
        if voice.settings.thru:
            end = now + stage.samples(LONGEST)
            key = voice.key(pitch)
            note = stage.world.sounding.begin(key, velocity, now, end, now, stage.out)
            if note is not None:
                voice.played.append(Played(note, (voice.name, pitch)))
        if answer and not stage.settings.mute:
            follow(stage, voice, pitch, velocity, now, now, None)

    def _key_up(self, voice: Voice, pitch: int, now: int) -> bool:
        if pitch not in voice.keys:
            return False
        del voice.keys[pitch]
        if not voice.keys:
            voice.idle = now
        self._stage.ear.hear(now, voice.settings.instrument, pitch, 0)
        let_go(self._stage, voice, pitch, now, now)
        return True

    def _punch_out(self, voice: Voice) -> int | None:
        if not voice.punched or voice.idle is None:
            return None
        return voice.idle + self._stage.samples(voice.settings.punch_out)

    def _give_back(self, voice: Voice, now: int) -> None:
        self._release(voice, now)
        self._alone.plan(now)

    def _release(self, voice: Voice, now: int) -> None:
        """Whatever a voice sounds or hears ends, and what follows it."""
        for pitch in list(voice.keys):
            self._key_up(voice, pitch, now)
        for each in list(voice.played):
            let_go(self._stage, voice, each.note.pitch, now, now)
        self._stage.stop(voice, now)
        self._stage.ear.catch_up(now)
        voice.punched = False

    def _silence(self, now: int) -> None:
        for voice in self.voices:
            self._stage.stop(voice, now)
        self._stage.ear.catch_up(now)

    def _set(self, voice: Voice, name: str, value: object, now: int) -> None:
        own = voice_with(voice.settings, name, value)
        if own == voice.settings and name != "program":
            return
        _check({each.name: own if each is voice else each.settings for each in self.voices})
        node = self._node(own)
        if name in _NEW_VOICE:
            self._release(voice, now)
        voice.settings, voice.node = own, node
        if name == "program":
            self._send_program(voice, own.program, now)

    def _program(self, number: int, now: int) -> None:
        mode = self._stage.settings.programs
        if mode == PASS:
            for voice in self.voices:
                if not voice.is_input:
                    self._send_program(voice, number, now)
        elif mode == SETUP and number < len(self._setups):
            self.set_up(number, now)

    def set_up(self, number: int, now: int) -> None:
        """Take one of its setups, from 0. UsageError where it has none of that number."""
        if not 0 <= number < len(self._setups):
            raise UsageError(f"{self.name}: setup {number} is none; there are {len(self._setups)}, from 0")
        for name, values in self._setups[number].items():
            for parameter, value in values.items():
                self._set(self._voice(name), parameter, value, now)

    def forget(self) -> None:
        """What it heard so far is as if it had not been."""
        self._stage.ear.companion.reset()

    def _send_program(self, voice: Voice, number: int, now: int) -> None:
        """The notes of the old program end first: some synthesisers lose them otherwise."""
        if number < 0:
            return
        self._stage.stop(voice, now)
        status = 0xC0 | voice.settings.out_channel - 1
        self._stage.out.append(Command(now, Op.MIDI, voice.node, packed(status, number)))

    def _voice(self, name: str) -> Voice:
        for voice in self.voices:
            if voice.name == name:
                return voice
        known = ", ".join(voice.name for voice in self.voices)
        raise UsageError(f"{self.name}: has no voice {shown(name)}; it has {known}")

    def _node(self, own: VoiceSettings) -> int:
        if own.out < len(self._nodes):
            return self._nodes[own.out]
        raise UsageError(
            f"{self.name}: out {own.out} is not there; outputs are 0 to {len(self._nodes) - 1}", field="out"
        )


def _check(voices: Mapping[str, VoiceSettings]) -> None:
    """That no two voices have one instrument, and that sources are voices."""
    seen: dict[str, str] = {}
    for name, own in voices.items():
        if own.instrument in seen:
            raise UsageError(
                f"voice {name}: instrument {own.instrument} is that of {seen[own.instrument]} already; "
                "give each voice of a companion another one",
                field="instrument",
            )
        seen[own.instrument] = name
        if own.source and (own.source not in voices or own.source == name):
            others = ", ".join(each for each in voices if each != name) or "none"
            raise UsageError(f"voice {name}: source {own.source!r} is none of {others}", field="source")
