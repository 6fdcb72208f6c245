"""All companions of a session: whose messages go to which of them, and what is too much of them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence

from stemwright.errors import UsageError, shown
from stemwright.live.commands import Command, Tickets
from stemwright.live.companion.harmony import Harmony
from stemwright.live.companion.incoming import Channel, Heard, Kind
from stemwright.live.companion.locking import Clock
from stemwright.live.companion.parameters import Parameter, table
from stemwright.live.companion.partner import Partner
from stemwright.live.companion.presets import PartnerSheet, Preset
from stemwright.live.companion.settings import PartnerSettings, VoiceSettings
from stemwright.live.companion.sounding import Sounding
from stemwright.live.companion.stage import World
from stemwright.models import Bundle, find, load_bundle
from stemwright.symbolic.companion import Companion

ECHO = 0.015
"""Seconds in which a note that comes in just as it went out is taken for its echo, from a cable or an
instrument that sends back what it hears."""
WINDOW = 0.1
"""Seconds over which notes are counted."""
ANSWERED, HEARD = 32, 128
"""Notes of one input in that time that are answered, and that are heard at all."""


class Ensemble:
    """Companions on one clock. Inputs are (sample, port, bytes), outputs are commands with their samples.

    A sample that lies before that of an earlier call is taken for that one; one call at a time, from one
    thread. The same preset, seeds, inputs and times give the same commands.
    """

    def __init__(
        self,
        preset: Preset,
        clock: Clock,
        harmony: Harmony,
        nodes: Sequence[int],
        rate: int = 48_000,
        tickets: Tickets | None = None,
        bundle: Bundle | str = "companion",
    ) -> None:
        """`nodes`: of the graph, what `out` of a voice numbers. UsageError for a preset that does not fit."""
        if not nodes:
            raise UsageError("companion: there is no output to play on; give a MIDI port or a sound")
        self._sounding = Sounding(tickets or Tickets())
        self._rate = rate
        self._world = World(clock, harmony, rate, self._sounding)
        made = bundle if isinstance(bundle, Bundle) else load_bundle(find(bundle), kind="companion")
        self._partners = {sheet.name: self._partner(sheet, made, nodes) for sheet in preset.partners}
        self._order = list(self._partners.values())
        self._channels: dict[tuple[int, int], Channel] = {}
        self._recent: dict[int, deque[int]] = {}
        self._now = 0
        self.ignored: Counter[str] = Counter()
        """How many notes were ignored as an `echo`, not `answered` or not `heard`, as there were too many."""

    @property
    def partners(self) -> Mapping[str, Partner]:
        """The companions by name."""
        return self._partners

    def start(self, now: int) -> list[Command]:
        """Begin: programs are sent, and voices that play by themselves start."""
        for partner in self._order:
            partner.start(now)
        return self._take()

    def hear(self, sample: int, port: int, data: bytes) -> list[Command]:
        """A complete MIDI message came in; what is to be done about it. Post that, then call `advance`, which
        does the work that no answer waits for.
        """
        now = self._time(sample)
        channel = data[0] & 0x0F if data and data[0] < 0xF0 else -1
        ends = [channel] if channel >= 0 else [c for p, c in self._channels if p == port]
        for each in ends:
            state = self._channels.setdefault((port, each), Channel())
            for heard in state.hear(data):
                self._pass_on(now, port, each, heard)
        return self._take()

    def advance(self, now: int) -> list[Command]:
        """Time has come to a sample; to be called every few milliseconds."""
        self._time(now)
        return self._take()

    def set(self, now: int, path: str, value: object) -> list[Command]:
        """Set a parameter, "keys/bass/density" or "keys/mute". UsageError for an unknown one or a wrong
        value, which changes nothing.
        """
        partner, voice, name = self._found(path)
        partner.set(self._time(now), voice, name, value)
        return self._take()

    def set_up(self, now: int, partner: str, number: int) -> list[Command]:
        """Have a companion take one of its setups. UsageError where there is none."""
        self._partners[partner].set_up(number, self._time(now))
        return self._take()

    def turn(self, now: int, path: str, place: float) -> list[Command]:
        """Set a parameter to a controller's place, 0..1. UsageError for an unknown one and for a name."""
        partner, voice, name = self._found(path)
        known = table(PartnerSettings if voice is None else VoiceSettings)
        if name not in known:
            raise UsageError(f"{shown(path)} is no parameter; there are {', '.join(known)}")
        partner.set(self._time(now), voice, name, known[name].turned(place))
        return self._take()

    def parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Every parameter by its path."""
        for name, partner in self._partners.items():
            yield from ((f"{name}/{key}", entry) for key, entry in table(partner.settings).items())
            for voice in partner.voices:
                entries = table(voice.settings).items()
                yield from ((f"{name}/{voice.name}/{key}", entry) for key, entry in entries)

    def value(self, path: str) -> object:
        """What a parameter is now. UsageError for an unknown one."""
        partner, voice, name = self._found(path)
        own: object = partner.settings
        if voice is not None:
            own = next((each.settings for each in partner.voices if each.name == voice), None)
        if own is None or name not in table(own):
            raise UsageError(f"{shown(path)} is no parameter of a companion")
        return getattr(own, name)

    def again(self, now: int) -> list[Command]:
        """Tempo, place or chords have changed."""
        now = self._time(now)
        for partner in self._order:
            partner.again(now)
        return self._take()

    def end(self, now: int) -> list[Command]:
        """Every note ends, also those that are announced; to be called on every way out."""
        now = self._time(now)
        for partner in self._order:
            partner.end(now)
        out = self._take()
        self._sounding.stop_all(now, out)
        self._channels.clear()
        return out

    def lost(self, now: int, port: int) -> list[Command]:
        """An input has vanished: whatever it held is let go."""
        now = self._time(now)
        for (own, channel), state in list(self._channels.items()):
            if own == port:
                for heard in state.hear(b"\xff"):
                    self._pass_on(now, port, channel, heard)
                del self._channels[own, channel]
        return self._take()

    def _time(self, sample: int) -> int:
        """The sample, or that of an earlier call which lies after it. What is due until then is done, in the
        order of time across all companions.
        """
        self._now = max(self._now, sample)
        while True:
            due = [(at, place) for place, each in enumerate(self._order) if (at := each.due) is not None]
            at, place = min(due, default=(self._now + 1, 0))
            if at > self._now:
                break
            self._order[place].advance(at)
        for partner in self._order:
            partner.advance(self._now)
        return self._now

    def _pass_on(self, sample: int, port: int, channel: int, heard: Heard) -> None:
        answer = True
        if heard.kind is Kind.BEGIN:
            since = sample - round(ECHO * self._rate)
            if self._sounding.sent(channel, heard.number, heard.value, since, sample):
                self.ignored["echo"] += 1
                return
            recent = self._lately(port, sample)
            if len(recent) > HEARD:
                self.ignored["heard"] += 1
                return
            answer = len(recent) <= ANSWERED
            self.ignored["answered"] += not answer
        for partner in self._order:
            partner.hear(sample, port, channel, heard, answer)

    def _lately(self, port: int, sample: int) -> deque[int]:
        """The samples of an input's notes in the window, this one too."""
        recent = self._recent.setdefault(port, deque(maxlen=HEARD + 1))
        recent.append(sample)
        while recent[0] < sample - round(WINDOW * self._rate):
            recent.popleft()
        return recent

    def _found(self, path: str) -> tuple[Partner, str | None, str]:
        parts = path.split("/")
        if not 2 <= len(parts) <= 3 or parts[0] not in self._partners:
            known = ", ".join(self._partners)
            raise UsageError(
                f"{shown(path)} is no parameter; write COMPANION/NAME or COMPANION/VOICE/NAME; there are "
                f"{known}"
            )
        return self._partners[parts[0]], parts[1] if len(parts) == 3 else None, parts[-1]

    def _take(self) -> list[Command]:
        out, self._world.out = self._world.out, []
        return out

    def _partner(self, sheet: PartnerSheet, bundle: Bundle, nodes: Sequence[int]) -> Partner:
        companion = Companion.load(bundle, sheet.settings.seed)
        return Partner(sheet.name, sheet.settings, sheet.voices, companion, self._world, nodes, sheet.setups)
