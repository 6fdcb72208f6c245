"""One MIDI controller on its port: what its controls do, what they learn, and what it plays besides."""

from __future__ import annotations

from collections.abc import Iterable
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


class Controller:
    """A controller with its mappings. It is over when `is_lost`; what it held down has then been let go."""

    def __init__(self, port: Port, mapped: Iterable[Mapped], current: Current, rate: int) -> None:
        """`current`: as `Mappings`; `rate`: samples a second. UsageError where a mapping cannot work."""
        self.mappings = Mappings(mapped, current)
        self.is_lost = False
        self._port, self._rate = port, rate
        self._parser, self._decoder = Parser(), Decoder()
        self._learner: Learner | None = None

    @property
    def name(self) -> str:
        return self._port.name

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

    def poll(self, now: int) -> Polled:
        """What came since the last call; `now`: the sample. Nothing once it is lost."""
        polled = Polled()
        if self.is_lost:
            return polled
        try:
            heard = [message for at, data in self._port.poll() for message in self._parser.feed(at, data)]
        except (PortLost, OSError):
            self._lose(now, polled)
            return polled
        if self._learner is not None:
            self._learn(self._learner, heard, now, polled)
            return polled
        movements: list[Movement] = []
        for message in heard:
            found = self._decoder.movements([message])
            taken = [movement for movement in found if self.mappings.uses(movement.source)]
            movements += taken
            polled.unused += [] if taken else [message]
        polled.actions += self.mappings.actions(movements)
        return polled

    def close(self) -> None:
        """Gives the port back."""
        self.is_lost = True
        with suppress(PortLost, OSError):
            self._port.close()

    def _learn(self, learner: Learner, heard: list[Message], now: int, polled: Polled) -> None:
        """While it learns, nothing that moves does anything, but keys are let go."""
        movements = self._decoder.movements(heard)
        ups = [movement for movement in movements if movement.source.kind == "note" and not movement.value]
        polled.actions += self.mappings.actions(ups)
        try:
            found = learner.feed(movements, now)
        except UsageError as error:
            self._learner = None
            polled.remarks.append(f"{self.name}: learnt nothing: {error}")
            return
        if found is not None:
            self._learner = None
            self.mappings.learn(found)
            polled.remarks.append(f"{self.name}: {found.source} is {found.action} now ({found.mode})")

    def _lose(self, now: int, polled: Polled) -> None:
        self._parser.vanished()
        polled.actions += self.mappings.released(now)
        faults = f"; until then {self._parser.faults}" if self._parser.faults else ""
        polled.remarks.append(f"{self.name}: is gone{faults}")
        self.close()
