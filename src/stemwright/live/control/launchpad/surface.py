"""One Launchpad that is plugged in: its keys, its lights, and the way out of programmer mode."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from stemwright.live.control.actions import Action, release_of
from stemwright.live.control.launchpad.layout import Window, functions, is_free, pressed
from stemwright.live.control.launchpad.models import Model
from stemwright.live.control.launchpad.paint import lights
from stemwright.live.control.launchpad.protocol import (
    INQUIRY,
    Identity,
    Light,
    dark,
    enter,
    identity,
    leave,
    light,
)
from stemwright.live.midi.messages import Message
from stemwright.live.midi.parse import Parser
from stemwright.live.midi.port import Port, PortLost
from stemwright.live.shown_state import ShownState

_MOVES = ("up", "down", "left", "right")


@dataclass(slots=True)
class Heard:
    """What came from a Launchpad. `unused`: keys without a function and what else it plays, for mappings."""

    actions: list[Action] = field(default_factory=list)
    unused: list[Message] = field(default_factory=list)
    identity: Identity | None = None


class Surface:
    """A Launchpad. All but `leave` raise PortLost when it is gone."""

    def __init__(self, model: Model, port: Port, window: Window) -> None:
        self.model = model
        self.window = window
        self._port = port
        self._parser = Parser()
        self._shown: dict[int, Light] = {}
        self._held: dict[int, Action] = {}
        self._is_shifted = False
        self._is_entered = False

    def ask(self) -> None:
        """Asks who it is; `hear` has the answer."""
        self._port.send(INQUIRY)

    def enter(self) -> None:
        """Takes it over: programmer mode, all lights out."""
        self._is_entered = True  # before it is sent: whatever fails now, it is put back
        self._port.send(enter(self.model))
        for message in dark(self.model):
            self._port.send(message)
        self._shown = dict.fromkeys(self.model.lights, Light())

    def paint(self, state: ShownState) -> None:
        """Sends what is lit otherwise than before."""
        if not self._is_entered:
            return
        wanted = lights(self.model, self.window, self._is_shifted, state)
        changed = {number: one for number, one in wanted.items() if self._shown.get(number) != one}
        for message in light(self.model, changed):
            self._port.send(message)
        self._shown.update(changed)

    def hear(self, state: ShownState) -> Heard:
        """What came since the last call."""
        heard = Heard()
        for at, data in self._port.poll():
            for message in self._parser.feed(at, data):
                self._take(message, state, heard)
        return heard

    def released(self, at: int) -> list[Action]:
        """What letting go of every key that is down is."""
        held, self._held = self._held, {}
        self._is_shifted = False
        return [action for one in held.values() if (action := release_of(one, at)) is not None]

    def leave(self) -> None:
        """Puts it back into live mode with its lights out, and gives the port back. Raises nothing: it is
        called on every way out.
        """
        self._parser.vanished()
        try:
            if self._is_entered:
                for message in (*dark(self.model), leave(self.model)):
                    self._port.send(message)
        except (PortLost, OSError):
            pass  # gone: it starts in live mode when it is plugged in again
        self._is_entered = False
        with suppress(PortLost, OSError):
            self._port.close()

    def _take(self, message: Message, state: ShownState, heard: Heard) -> None:
        if message.kind == "sysex":
            heard.identity = identity(message.data) or heard.identity
        elif not self._is_entered or message.channel:
            heard.unused.append(message)
        elif message.kind in ("note_on", "note_off", "control"):
            is_down = message.kind != "note_off" and message.second > 0
            (self._press if is_down else self._release)(message, state, heard)
        else:
            heard.unused.append(message)

    def _press(self, message: Message, state: ShownState, heard: Heard) -> None:
        number = message.first
        function = functions(self.model, self._is_shifted).get(number)
        if function == "shift":
            self._is_shifted = True
        elif function in _MOVES:
            self.window = self.window.moved(function, state)
        else:
            action = pressed(
                self.model, number, message.second, self.window, self._is_shifted, state, message.at
            )
            if action is not None:
                self._held[number] = action
                heard.actions.append(action)
            elif is_free(self.model, number):
                heard.unused.append(message)

    def _release(self, message: Message, state: ShownState, heard: Heard) -> None:
        number = message.first
        if functions(self.model, False).get(number) == "shift":
            self._is_shifted = False
            return
        held = self._held.pop(number, None)
        action = None if held is None else release_of(held, message.at)
        if action is not None:
            heard.actions.append(action)
        elif is_free(self.model, number):
            heard.unused.append(message)
