"""A set on a device: the loop of the control thread. Nothing that happens here can stop the sound, which the
device's own thread makes.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.control.actions import Action
from stemwright.live.control.launchpad.hotplug import Launchpads
from stemwright.live.control.osc import OscServer
from stemwright.live.devices import MidiPorts, Wish, is_there, open_audio
from stemwright.live.keeping import Keeper
from stemwright.live.midi.port import Port, PortLost
from stemwright.live.screen.keys import Keyboard, pressed
from stemwright.live.screen.screen import Screen
from stemwright.live.screen.terminal import Keys, typed
from stemwright.live.session.acting import act
from stemwright.live.session.inputs import MidiInputs, presets
from stemwright.live.session.leaving import told_to_end
from stemwright.live.session.live_set import LiveSet
from stemwright.live.session.showing import shown
from stemwright.live.shown_state import ShownState
from stemwright.native.devices import Device

TURN = 0.0015
"""Seconds between two turns of the loop."""
SWITCH = 0.0002
"""Seconds after which a thread of Python gives way to another."""
SHOW = 0.1
"""Seconds between two pictures of the screen; drawing one holds up answers by some milliseconds."""
PORTS = 4
"""MIDI inputs that a JACK client has."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a set is played by. ``midi_in``, ``midi_out``: parts of names of ports; ``launchpads``: whether
    they are looked for; ``osc``: a UDP port to listen at, None for none."""

    device: Wish
    midi_in: tuple[str, ...] = ()
    midi_out: tuple[str, ...] = ()
    launchpads: bool = True
    osc: int | None = None


class Stage:
    """A set that is being played. ``keys``: what is typed; ``screen``: where it is shown."""

    def __init__(self, live: LiveSet, means: Means, screen: Screen, keys: Keys) -> None:
        self.live, self.means = live, means
        self._screen, self._keys = screen, keys
        self._keyboard = Keyboard()
        self._keeper: Keeper | None = None
        self._drawn = float("-inf")
        self._fault = ""
        self.inputs = MidiInputs(live, self._do, presets())
        self._sources: dict[int, Port] = {}
        self._targets: dict[int, Port] = {}
        self._pads: Launchpads | None = None
        self._osc: OscServer | None = None
        self._state = shown(live)
        self.ended = False

    def run(self) -> None:
        """Play until somebody leaves. UsageError or StemwrightError where it cannot begin."""
        with told_to_end(self._end), quick_turns(), ExitStack() as closing:
            for number in range(PORTS):
                self.inputs.add(number, f"in {number + 1}")
            self._keeper = Keeper(
                self._open_device(),
                is_back=lambda: is_there(self.means.device, self.live.rate),
                again=self._open_device,
                spare=lambda: open_audio(self.live.desk.graph, Wish("null")),
                tell=lambda line: self.live.say(f"sound: {line}", "warning"),
            )
            closing.callback(self._keeper.stop)
            self._open_midi(closing)
            if self.means.osc is not None:
                self._osc = closing.enter_context(OscServer(self.means.osc))
            while not self.ended:
                try:
                    self.turn()
                except Exception as error:  # the music goes on: whatever it is, the next turn is tried
                    self._faulty(error)
                time.sleep(TURN)

    def turn(self) -> None:
        """Hear, act, go on, show."""
        live, period = self.live, 0
        if self._keeper is not None:
            self._keeper.tend()
            period = self._keeper.device.period
        live.now = max(live.now, live.desk.graph.sample + period)
        live.clocking.ahead = period / live.rate
        self._hear()
        live.tick(live.now)
        self._send()
        now = time.monotonic()
        if now - self._drawn >= SHOW:
            self._drawn = now
            surfaces = self._pads.names if self._pads is not None else ()
            self._state = shown(live, surfaces)
            self._screen.show(self._state, self._keyboard.cursor, self._keyboard.entry)

    def _faulty(self, error: Exception) -> None:
        """Say what went wrong, where it is another thing than before."""
        line = f"fault: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
        if line != self._fault:
            self._fault = line
            where = [*traceback.extract_tb(error.__traceback__)][-1]
            self.live.say(f"{line} ({Path(where.filename).name}, line {where.lineno})", "error")

    def _do(self, action: Action) -> None:
        action = replace(action, sample=max(action.sample, self.live.now))
        if action.name == "learn.start":
            try:
                self.inputs.learn(str(action.arguments["line"]))
            except UsageError as error:
                self.live.say(f"learn: {error}", "warning")
        elif action.name == "learn.cancel":
            self.inputs.forget()
        else:
            act(self.live, action)

    def _hear(self) -> None:
        """What came from keys, pads, ports and the network."""
        live, state = self.live, self._state
        actions, remarks = pressed(self._keyboard, self._keys(), state, live.now)
        if self._keyboard.wants_out:
            self.ended = True
        for record in live.desk.graph.midi_in():
            port, length = int(record["port"]), int(record["length"])
            self.inputs.feed(port, int(record["sample"]), bytes(record["bytes"][:length]))
        for number, source in list(self._sources.items()):
            try:
                for at, data in source.poll():
                    self.inputs.feed(number, at, data)
            except PortLost as error:
                live.say(str(error), "warning")
                self.inputs.lost(number)
                del self._sources[number]
        if self._pads is not None:
            turn = self._pads.tick(time.monotonic(), state)
            actions, remarks = [*actions, *turn.actions], [*remarks, *turn.remarks]
            for name, message in turn.unused:
                self.inputs.take(name, [message])
        if self._osc is not None:
            received = self._osc.poll(live.now, self._sample_of)
            actions, remarks = [*actions, *received.actions], [*remarks, *received.remarks]
        self.inputs.turn()
        for remark in remarks:
            live.say(remark, "warning")
        for action in actions:
            self._do(action)

    def _sample_of(self, seconds: float) -> int:
        """The sample of a time in seconds since 1970."""
        return self.live.now + round((seconds - time.time()) * self.live.rate)

    def _send(self) -> None:
        """What no port of the device takes."""
        for record in self.live.desk.graph.midi():
            target = self._targets.get(int(record["port"]))
            if target is None:
                continue
            try:
                target.send(bytes(record["bytes"][: int(record["length"])]))
            except PortLost as error:
                self.live.say(str(error), "warning")
                del self._targets[int(record["port"])]

    def _end(self) -> None:
        self.ended = True

    def _open_device(self) -> Device:
        ports = len(self.live.desk.ports)
        names = {number: f"player_{number + 1}" for number in range(ports - 1)} | {ports - 1: "clock"}
        wish = replace(
            self.means.device,
            midi_inputs={number: f"midi_in_{number + 1}" for number in range(PORTS)},
            midi_outputs=names,
        )
        return open_audio(self.live.desk.graph, wish)

    def _open_midi(self, closing: ExitStack) -> None:
        """Ports that were named, and Launchpads. Where there is no MIDI, a set is played without."""
        try:
            ports = MidiPorts(self._sample_at)
        except StemwrightError as error:
            if self.means.midi_in or self.means.midi_out:
                raise
            self.live.say(f"MIDI: {error}")
            return
        for number, name in enumerate(self.means.midi_in):
            port = ports.open(name, "")
            closing.callback(port.close)
            self._sources[number] = port
            self.inputs.add(number, port.name)
        for number, name in enumerate(self.means.midi_out):
            target = ports.open("", name)
            closing.callback(target.close)
            self._targets[number] = target
        if self.means.launchpads:
            self._pads = closing.enter_context(Launchpads(ports))

    def _sample_at(self, moment: int) -> int:
        return self._keeper.device.sample_at(moment) if self._keeper is not None else self.live.now


@contextmanager
def quick_turns() -> Iterator[None]:
    """Within it a thread that is ready waits for another one's Python for `SWITCH` at most, where the
    interpreter's own choice is 5 ms: what a note waits for is this, when something else is at work."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def play(live: LiveSet, means: Means, console: Console) -> ShownState:
    """Play a set on a terminal until somebody leaves; what was shown last."""
    with Screen(console) as screen, typed() as keys:
        stage = Stage(live, means, screen, keys)
        stage.run()
    return shown(live)
