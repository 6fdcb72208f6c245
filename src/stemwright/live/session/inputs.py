"""MIDI that comes in: to what its controls are mapped, or learn to be; else to the companions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from stemwright.errors import StemwrightError
from stemwright.live.config import own_folder, plain_name
from stemwright.live.control.actions import Action
from stemwright.live.control.controller import Controls, Polled
from stemwright.live.control.parameters import Value
from stemwright.live.control.presets import Preset, read_preset, write_preset
from stemwright.live.midi.messages import Message
from stemwright.live.midi.parse import Parser
from stemwright.live.session.live_set import LiveSet

Do = Callable[[Action], None]
FOLDER = "controllers"


def presets(folder: Path | None = None) -> list[Preset]:
    """The user's controllers. UsageError for a file that is none."""
    place = own_folder(FOLDER) if folder is None else folder
    return [read_preset(path) for path in sorted(place.glob("*.toml"))] if place.is_dir() else []


class MidiInputs:
    """What comes in at all ports of a set. ``do`` acts; ``folder``: where what is learnt is kept."""

    def __init__(self, live: LiveSet, do: Do, found: Iterable[Preset], folder: Path | None = None) -> None:
        self._live, self._do = live, do
        self._folder = own_folder(FOLDER) if folder is None else folder
        self._presets = list(found)
        self._controls: dict[str, Controls] = {}
        self._names: dict[int, str] = {}
        self._parsers: dict[int, Parser] = {}

    def add(self, port: int, name: str) -> None:
        """A port is there, whose keys companions hear under its number."""
        self._names[port], self._parsers[port] = name, Parser()
        self._known(name)

    def lost(self, port: int) -> None:
        """A port is gone: what it held is let go."""
        self._parsers[port].vanished()
        for action in self._known(self._names[port]).mappings.released(self._live.now):
            self._do(action)
        if self._live.ensemble is not None:
            self._live.play(self._live.ensemble.lost(self._live.now, port))

    def learn(self, line: str) -> None:
        """The next control that moves does this. UsageError where it is no action."""
        for controls in self._controls.values():
            controls.learn(line)
        self._live.say(f"move the control that is to do {line}")

    def forget(self) -> None:
        """Learn nothing after all."""
        for controls in self._controls.values():
            controls.cancel_learning()

    def feed(self, port: int, sample: int, data: bytes) -> None:
        """Bytes that came in at a port."""
        messages = self._parsers[port].feed(sample, data)
        for message in self._took(self._names[port], messages):
            self._live.hear(message.at, port, message.encoded())

    def take(self, name: str, messages: list[Message]) -> None:
        """Keys of a surface that it has no use for itself."""
        self._took(name, messages)

    def turn(self) -> None:
        """Time has gone on, which whoever learns waits for."""
        for name in self._controls:
            self._took(name, [])

    def _known(self, name: str) -> Controls:
        if name not in self._controls:
            mapped = [one for preset in self._presets if preset.fits(name) for one in preset.mapped]
            self._controls[name] = Controls(name, mapped, self._current, self._live.rate)
        return self._controls[name]

    def _took(self, name: str, messages: list[Message]) -> list[Message]:
        """Do what the messages mean; those that mean nothing here."""
        controls = self._known(name)
        before = len(controls.mappings.mapped), [*controls.mappings.mapped]
        polled: Polled = controls.take(messages, self._live.now)
        for action in polled.actions:
            self._do(action)
        for remark in polled.remarks:
            self._live.say(remark)
        if polled.remarks:
            self.forget()
            if before != (len(controls.mappings.mapped), [*controls.mappings.mapped]):
                self._keep(controls)
        return polled.unused

    def _keep(self, controls: Controls) -> None:
        """Write what a controller has learnt, for the next set."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = self._folder / f"{plain_name(controls.name, 60) or 'controller'}.toml"
            write_preset(controls.preset(controls.name), file)
        except (OSError, StemwrightError) as error:
            self._live.say(f"learnt, but not kept: {error}", "warning")

    def _current(self, name: str, arguments: Mapping[str, Value]) -> Value | None:
        """What a knob's parameter is now."""
        live = self._live
        if name == "main.level":
            return live.main_level
        column = arguments.get("column")
        if not name.startswith("column.") or not isinstance(column, int):
            return None
        if column >= len(live.faders.faders):
            return None
        value: Value | None = getattr(live.faders.faders[column], name.partition(".")[2], None)
        return value
