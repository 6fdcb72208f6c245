"""MIDI that comes in: to what its controls are mapped, to the learner, and else to the companions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import platformdirs

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.control.actions import Action, read_line
from stemwright.live.control.learn import Learner
from stemwright.live.control.mapping import Mapped, Mappings
from stemwright.live.control.parameters import Value
from stemwright.live.control.presets import Preset, read_preset, write_preset
from stemwright.live.control.sources import Decoder, Movement
from stemwright.live.midi.messages import Message
from stemwright.live.midi.parse import Parser
from stemwright.live.session.live_set import LiveSet

Do = Callable[[Action], None]
LEARNT = "learnt"


def own_folder() -> Path:
    """The folder of the user's controllers, there or not."""
    return Path(platformdirs.user_config_dir("stemwright", appauthor=False)) / "controllers"


def presets(folder: Path | None = None) -> list[Preset]:
    """The user's controllers. UsageError for a file that is none."""
    place = own_folder() if folder is None else folder
    return [read_preset(path) for path in sorted(place.glob("*.toml"))] if place.is_dir() else []


class MidiInputs:
    """What comes in at all ports of a set, by their numbers. ``do`` acts; ``folder``: where what is learnt is
    kept."""

    def __init__(self, live: LiveSet, do: Do, found: Iterable[Preset], folder: Path | None = None) -> None:
        self._live, self._do = live, do
        self._folder = own_folder() if folder is None else folder
        self._presets = list(found)
        self._names: dict[int, str] = {}
        self._parsers: dict[int, Parser] = {}
        self._decoders: dict[int, Decoder] = {}
        self._mappings: dict[int, Mappings] = {}
        self._learner: Learner | None = None

    def add(self, port: int, name: str) -> None:
        """A port is there."""
        self._names[port] = name
        self._parsers[port], self._decoders[port] = Parser(), Decoder()
        mapped = [one for preset in self._presets if preset.fits(name) for one in preset.mapped]
        self._mappings[port] = Mappings(mapped, self._current)

    def lost(self, port: int) -> None:
        """A port is gone: what it held is let go."""
        self._parsers[port].vanished()
        for action in self._mappings[port].released(self._live.now):
            self._do(action)
        if self._live.ensemble is not None:
            self._live.play(self._live.ensemble.lost(self._live.now, port))

    def learn(self, line: str) -> None:
        """The next control that moves does this. UsageError where it is no action."""
        action = read_line(line) if " " in line.strip() else None
        name = line.split()[0] if action is None else action.name
        self._learner = Learner(name, {} if action is None else action.arguments, self._live.rate)
        self._live.say(f"move the control that is to do {line}")

    def forget(self) -> None:
        """Learn nothing after all."""
        self._learner = None

    def feed(self, port: int, sample: int, data: bytes) -> None:
        """Bytes that came in at a port."""
        self.take(port, self._parsers[port].feed(sample, data))

    def take(self, port: int, messages: Iterable[Message]) -> None:
        """Messages that came in at a port."""
        for message in messages:
            movements = self._decoders[port].movements([message])
            mappings = self._mappings[port]
            if self._learner is not None:
                self._learn(port, movements)
            elif any(mappings.uses(movement.source) for movement in movements):
                for action in mappings.actions(movements):
                    self._do(action)
            else:
                self._live.hear(message.at, port, message.encoded())

    def turn(self) -> None:
        """Time has gone on, which the learner waits for."""
        if self._learner is not None:
            self._learn(None, [])

    def _learn(self, port: int | None, movements: list[Movement]) -> None:
        assert self._learner is not None
        try:
            found = self._learner.feed(movements, self._live.now)
        except UsageError as error:
            self._live.say(f"learn: {error}", "warning")
            return
        if found is not None:
            self._learner = None
            for number in self._mappings if port is None else (port,):
                self._mappings[number].learn(found)
            self._keep(port, found)

    def _keep(self, port: int | None, found: Mapped) -> None:
        self._live.say(f"learnt: {found.source} does {found.action}")
        name = self._names.get(port, "") if port is not None else ""
        mapped = tuple(one for mappings in self._mappings.values() for one in mappings.mapped)
        unique = tuple(dict.fromkeys(_Same(one) for one in mapped))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            kept = tuple(one.mapped for one in unique)
            write_preset(Preset(LEARNT, (name,) if name else (), kept), self._folder / f"{LEARNT}.toml")
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
        return getattr(live.faders.faders[column], name.partition(".")[2], None)


class _Same:
    """A mapping by its control, since its arguments cannot be hashed."""

    def __init__(self, mapped: Mapped) -> None:
        self.mapped = mapped

    def __hash__(self) -> int:
        return hash(self.mapped.source)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.mapped.source == other.mapped.source
