"""One MIDI controller: what its controls do, what they learn, and what it plays besides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from stemwright.errors import UsageError
from stemwright.live.control.actions import Action, read_part
from stemwright.live.control.learn import Learner
from stemwright.live.control.mapping import Current, Mapped, Mappings
from stemwright.live.control.presets import Preset
from stemwright.live.control.sources import Decoder, Movement
from stemwright.live.midi.messages import Message
from stemwright.live.midi.parse import Parser
from stemwright.live.midi.port import Port, PortLost


@dataclass(slots=True)
class Polled:
    """What came. `unused`: messages that no mapping takes, for whoever plays with them."""

    actions: list[Action] = field(default_factory=list)
    unused: list[Message] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class Controls:
    """The controls of one device with their mappings, wherever its messages come from: the free keys of a
    Launchpad come from `launchpad.hotplug`.
    """

    def __init__(self, name: str, mapped: Iterable[Mapped], current: Current, rate: int) -> None:
        """`current`: as `Mappings`; `rate`: samples a second. UsageError where a mapping cannot work."""
        self.name = name
        self.mappings = Mappings(mapped, current)
        self._rate = rate
        self._decoder = Decoder()
        self._learner: Learner | None = None

    def learn(self, line: str) -> None:
        """The next control that moves does this: an action, and of its arguments those that are fixed, as
        `read_part` reads them. UsageError where there is no such action.
        """
        self._learner = Learner(*read_part(line), self._rate)

    def cancel_learning(self) -> None:
        self._learner = None

    def preset(self, name: str) -> Preset:
        """All mappings as they are now, for ports of this name."""
        return Preset(name, (self.name,), tuple(self.mappings.mapped))

    def take(self, messages: Sequence[Message], now: int) -> Polled:
        """What the messages mean at the sample `now`. To be called also while there are none."""
        if self._learner is not None:
            return self._learn(self._learner, messages, now)
        polled = Polled()
        movements: list[Movement] = []
        for message in messages:
            found = self._decoder.movements([message])
            taken = [movement for movement in found if self.mappings.uses(movement.source)]
            movements += taken
            polled.unused += [] if taken else [message]
        polled.actions += self.mappings.actions(movements)
        return polled

    def _learn(self, learner: Learner, messages: Sequence[Message], now: int) -> Polled:
        """While it learns, nothing that moves does anything, but keys are let go."""
        polled = Polled()
        movements = self._decoder.movements(messages)
        ups = [movement for movement in movements if movement.source.kind == "note" and not movement.value]
        polled.actions += self.mappings.actions(ups)
        try:
            found = learner.feed(movements, now)
        except UsageError as error:
            self._learner = None
            polled.remarks.append(f"{self.name}: learnt nothing: {error}")
            return polled
        if found is not None:
            self._learner = None
            polled.actions += self.mappings.released(now, found.source)
            self.mappings.learn(found)
            polled.remarks.append(f"{self.name}: {found.source} is {found.action} now ({found.mode})")
        return polled


class Controller(Controls):
    """A controller on its port. It is over when `is_lost`; what it held down has then been let go."""

    def __init__(self, port: Port, mapped: Iterable[Mapped], current: Current, rate: int) -> None:
        """As `Controls`."""
        super().__init__(port.name, mapped, current, rate)
        self.is_lost = False
        self._port = port
        self._parser = Parser()

    def poll(self, now: int) -> Polled:
        """What came since the last call; `now`: the sample. Nothing once it is lost."""
        if self.is_lost:
            return Polled()
        try:
            heard = [message for at, data in self._port.poll() for message in self._parser.feed(at, data)]
        except (PortLost, OSError):
            return self._lose(now)
        return self.take(heard, now)

    def close(self) -> None:
        """Gives the port back."""
        self.is_lost = True
        with suppress(PortLost, OSError):
            self._port.close()

    def _lose(self, now: int) -> Polled:
        self._parser.vanished()
        self.close()
        faults = f"; until then {self._parser.faults}" if self._parser.faults else ""
        return Polled(self.mappings.released(now), [], [f"{self.name}: is gone{faults}"])
