"""The hardware: which sound devices and MIDI ports there are, and opening them. Nothing else in this room
touches any.
"""

from __future__ import annotations

import atexit
import sys
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from stemwright.errors import StemwrightError, UsageError, install, shown
from stemwright.live.midi.connection import Connection
from stemwright.live.midi.echoes import Echoes
from stemwright.live.midi.port import PortLost
from stemwright.live.naming import chosen, numbered
from stemwright.native.devices import (
    PERIODS,
    Device,
    JackDevice,
    JackLook,
    JackPort,
    Playable,
    SoundDevice,
    SoundName,
    sound_names,
)

CLIENT = "stemwright"
"""What other programs see us as."""
SYSTEMS = ("jack", "wasapi", "coreaudio", "pulse", "alsa", "null")
RATE = 48000
USUAL = "default"
"""What calibrations call the device that is taken where none is named."""
_THROUGH = "Midi Through"  # ALSA's own port, which gives back what it is sent

Opened = TypeVar("Opened", Device, Connection)

_open: set[Device | Connection] = set()  # they play on though nobody holds them


@dataclass(frozen=True)
class Wish:
    """Which sound device, and how. `device`: None (a JACK server that runs, else the usual one), "jack" or
    "jack:SERVER", a system ("alsa"), one of its devices ("alsa:PART OF THE NAME"), a part of a name, or
    "null", which plays into nothing.
    """

    device: str | None = None
    input: str = ""
    """A part of the name of the device to hear; "" for the usual one. JACK hears what is connected."""
    period: int = 256
    """Frames of a block; JACK's server has its own."""
    client: str = CLIENT
    connect: bool = True
    """Whether JACK's ports are connected to the machine's own."""
    midi_inputs: Mapping[int, str] = field(default_factory=dict)
    """JACK: the graph's MIDI in ports that it gets, and their names."""
    midi_outputs: Mapping[int, str] = field(default_factory=dict)


def rate_of(device: str | None) -> int:
    """The rate that a graph for `device` must have: a JACK server's own, else 48,000."""
    system, part = _system(device)
    if system == "jack" or (system is None and not part):
        try:
            return JackLook(part).rate
        except StemwrightError:
            if system == "jack":
                raise
    return RATE


def is_there(wish: Wish, rate: int = RATE) -> bool:
    """Whether opening it has a chance: its server runs at `rate`, its device is plugged in."""
    try:
        system, part = _system(wish.device)
        if system == "jack":
            return JackLook(part).rate == rate
        if system != "null":
            _sound(wish, system, part)
        return True
    except StemwrightError:
        return False


def open_audio(graph: Playable, wish: Wish) -> Device:
    """Plays the graph from now on, until `stop` or the end of the program.

    UsageError for names that fit nothing or several; StemwrightError where there is no device, no server,
    one of another rate than the graph's, or another program has it.
    """
    if not PERIODS[0] <= wish.period <= PERIODS[1]:
        raise UsageError(f"period: {shown(wish.period)} is not from {PERIODS[0]} to {PERIODS[1]} frames")
    system, part = _system(wish.device)
    if wish.device is None and _has_jack():
        system = "jack"
    if system == "jack":
        device: Device = _open_jack(graph, wish, part)
    else:
        output = _sound(wish, system, part)
        heard = graph.inputs > 0 and wish.input
        names = [name.name for name in sound_names() if name.system == output.system and not name.is_output]
        source = chosen(wish.input, names, f"input of {output.system}") if heard else ""
        device = SoundDevice(
            graph, system=output.system, output=output.name, input=source, period=wish.period
        )
    return _kept(device)


def _kept(device: Opened) -> Opened:
    """Stops it at the program's end: no note shall hang, and no driver call into what is gone."""
    atexit.unregister(stop_all)
    atexit.register(stop_all)
    _open.difference_update([one for one in _open if not one.alive])
    _open.add(device)
    return device


def stop_all() -> None:
    """Stops and closes all that was opened here."""
    for device in list(_open):
        device.stop()
    _open.clear()


def _system(device: str | None) -> tuple[str | None, str]:
    if device is None:
        return None, ""
    if not device.strip():
        raise UsageError(f"device: {shown(device)} names nothing; leave it out for the usual one")
    system, _, part = device.partition(":")
    return (system.lower(), part) if system.lower() in SYSTEMS else (None, device)


def _has_jack() -> bool:
    try:
        JackLook()
    except StemwrightError:
        return False
    return True


def _sound(wish: Wish, system: str | None, part: str) -> SoundName:
    """The output that is meant; its name is "" for the usual one."""
    names = [name for name in sound_names() if name.is_output]
    if system is None:
        names = [name for name in names if name.system != "null"]
        if not names:
            raise StemwrightError(
                "there is no sound device, and no JACK server runs: plug one in, start a server (jackd), or "
                "play into nothing with the device null"
            )
        if not part:
            return SoundName(names[0].system, "", True, True)
    else:
        names = [name for name in names if name.system == system]
        if not names:
            raise StemwrightError(f"device: the system {system} is not there, or has no output")
        if not part:
            return SoundName(system, "", True, True)
    wanted = chosen(part, [name.name for name in names], "device")
    return next(name for name in names if name.name == wanted)


def _open_jack(graph: Playable, wish: Wish, server: str) -> JackDevice:
    outputs = ["main_left", "main_right", *(f"out_{number + 1}" for number in range(2, graph.outputs))]
    inputs = [f"in_{number + 1}" for number in range(graph.inputs)]
    device = JackDevice(
        graph,
        client=wish.client,
        server=server,
        inputs=inputs,
        outputs=outputs[: graph.outputs],
        midi_inputs=wish.midi_inputs,
        midi_outputs=wish.midi_outputs,
    )
    if wish.connect:
        ports = [port for port in device.ports() if port.physical and not port.midi]
        for own, port in zip(outputs[:2], [port for port in ports if port.is_input], strict=False):
            device.connect(own, port.name)
        for port, own in zip([port for port in ports if not port.is_input], inputs, strict=False):
            device.connect(port.name, own)
    return device


def connect(device: JackDevice, own: str, wanted: str) -> None:
    """Connects a port of ours, by its short name, with another program's, by its name or a part of it.

    UsageError where names fit none or several; StemwrightError where the server refuses.
    """
    ports = device.ports()
    ours = next((port for port in ports if port.name == f"{device.client}:{own}"), None)
    if ours is None:
        raise UsageError(f"JACK: we have no port named {shown(own)}")
    others = [
        port.name
        for port in ports
        if port.midi == ours.midi
        and port.is_input != ours.is_input
        and not port.name.startswith(f"{device.client}:")
    ]
    other = chosen(wanted, others, f"JACK port for {own}")
    device.connect(*((other, own) if ours.is_input else (own, other)))


class MidiPorts:
    """The machine's MIDI ports (`midi.port.Ports`), by python-rtmidi: ALSA, else JACK where a server runs;
    CoreMIDI; Windows' own. Our own ports are not among them.
    """

    def __init__(
        self,
        sample_at: Callable[[int], int],
        client: str = CLIENT,
        system: str | None = None,
        loops: bool = False,
    ) -> None:
        """`sample_at`: the graph's sample of a moment of `time.monotonic_ns`. `system`: "alsa" or "jack",
        where both are there. `loops`: what is sent may come back, as for a measurement; else `echoes` stops
        it after a few. StemwrightError where the package or a MIDI system is missing.
        """
        self.echoes = None if loops else Echoes()
        self._rtmidi = _package()
        self._api = _api(self._rtmidi, system)
        self._sample_at, self._client = sample_at, client
        self._lookers: tuple[Any, Any] | None = None
        self._look: JackLook | None = None
        self._ends: weakref.WeakKeyDictionary[Connection, tuple[str, str]] = weakref.WeakKeyDictionary()

    def inputs(self) -> list[str]:
        return self._names(0)

    def outputs(self) -> list[str]:
        return self._names(1)

    def open(self, source: str, target: str) -> Connection:
        """Listens to `source` and sends to `target`, named whole or in part; "" for neither.

        UsageError where names fit none or several, or where what is sent would come back; PortLost where
        another program holds it.
        """
        heard = self._chosen(source, 0)
        sent = self._chosen(target, 1)
        opened = [ends for port, ends in self._ends.items() if port.alive] + [(heard, sent)]
        if all(any(_THROUGH in ends[way] for ends in opened) for way in (0, 1)):
            raise UsageError(f"MIDI: {_THROUGH} gives back what it is sent; use it in one direction alone")
        ends = (
            self._opened(self._rtmidi.MidiIn, heard, 0) if heard else None,
            self._opened(self._rtmidi.MidiOut, sent, 1) if sent else None,
        )
        return self._port(heard or sent, ends, (heard, sent), lambda: self._present(heard, sent))

    def virtual(self, name: str) -> Connection:
        """A port of our own, in and out, for other programs to connect to. StemwrightError on Windows."""
        ends = []
        for kind in (self._rtmidi.MidiIn, self._rtmidi.MidiOut):
            try:
                end = self._made(kind)
                end.open_virtual_port(name)
            except (self._rtmidi.RtMidiError, NotImplementedError) as error:
                raise StemwrightError(f"MIDI: no port of our own can be made here ({error})") from error
            ends.append(end)
        return self._port(name, (ends[0], ends[1]), ("", ""), lambda: True)

    def _port(
        self, name: str, ends: tuple[Any, Any], names: tuple[str, str], present: Callable[[], bool]
    ) -> Connection:
        port = Connection(name, ends, present, self._sample_at, self.echoes)
        self._ends[port] = names
        return _kept(port)

    def _made(self, kind: Any) -> Any:
        end = kind(self._api, name=self._client)
        end.set_error_callback(_ignored)  # it would print; ports that are gone are found by their names
        return end

    def _listed(self, way: int) -> list[str]:
        """All names as the system gives them, each unlike the others."""
        if self._api == self._rtmidi.API_UNIX_JACK:  # RtMidi does not notice when the server is gone
            return [port.name for port in self._jack_ports() if port.midi and port.is_input == (way == 1)]
        try:
            if self._lookers is None:
                self._lookers = (self._made(self._rtmidi.MidiIn), self._made(self._rtmidi.MidiOut))
            return numbered(self._lookers[way].get_ports())
        except self._rtmidi.RtMidiError:  # the system was restarted: the next call looks anew
            self._lookers = None
            return []

    def _jack_ports(self) -> list[JackPort]:
        try:
            if self._look is None or not self._look.alive:
                self._close_those_gone()
                self._look = JackLook()
            return self._look.ports()
        except StemwrightError:
            return []

    def _close_those_gone(self) -> None:
        """libjack frees what is left of a dead server when it meets the next; RtMidi must not do so again."""
        for port in list(self._ends):
            port.close()

    def _names(self, way: int) -> list[str]:
        return [name for name in self._listed(way) if not self._is_ours(name)]

    def _is_ours(self, name: str) -> bool:
        owner = name.partition(":")[0]
        return owner == self._client or owner.startswith(f"{self._client}-")

    def _chosen(self, wanted: str, way: int) -> str:
        if not wanted:
            return ""
        what = "MIDI output" if way else "MIDI input"
        names = self._listed(way)
        if wanted in names and self._is_ours(wanted):
            raise UsageError(f"{what}: {shown(wanted)} is a port of our own: what is sent would come back")
        return chosen(wanted, [name for name in names if not self._is_ours(name)], what)

    def _opened(self, kind: Any, name: str, way: int) -> Any:
        end = self._made(kind)
        try:
            end.open_port(numbered(end.get_ports()).index(name), "out" if way else "in")
        except (self._rtmidi.RtMidiError, ValueError) as error:
            end.delete()
            raise PortLost(f"{name}: the port cannot be opened; another program may hold it") from error
        return end

    def _present(self, heard: str, sent: str) -> bool:
        return all(not name or name in self._listed(way) for way, name in enumerate((heard, sent)))


def _ignored(*_: object) -> None:
    """RtMidi's warnings."""


def _package() -> Any:
    try:
        import rtmidi
    except ImportError as error:
        raise StemwrightError(f"python-rtmidi is not installed ({install('python-rtmidi')})") from error
    return rtmidi


def _api(rtmidi: Any, system: str | None) -> int:
    """RtMidi's number of the MIDI system to use."""
    if system not in (None, "alsa", "jack"):
        raise UsageError(f"MIDI system: {shown(system)} is neither alsa nor jack")
    if system is None and sys.platform != "linux":
        return int(rtmidi.API_UNSPECIFIED)
    compiled = rtmidi.get_compiled_api()
    if system != "jack" and rtmidi.API_LINUX_ALSA in compiled and Path("/dev/snd/seq").exists():
        return int(rtmidi.API_LINUX_ALSA)
    if system != "alsa" and rtmidi.API_UNIX_JACK in compiled and _has_jack():
        return int(rtmidi.API_UNIX_JACK)
    raise StemwrightError(
        "this machine has no MIDI system: neither ALSA's sequencer (modprobe snd-seq) nor a JACK server"
    )


@dataclass(frozen=True)
class Listing:
    """What there is."""

    sounds: list[SoundName]
    jack: list[JackPort]
    midi_inputs: list[str]
    midi_outputs: list[str]
    notes: list[str]
    """Why some of it is not there, a line each."""


def listing(server: str = "") -> Listing:
    """All sound devices, ports of the JACK server and MIDI ports of the machine."""
    notes: list[str] = []
    jack: list[JackPort] = []
    inputs: list[str] = []
    outputs: list[str] = []
    try:
        jack = JackLook(server).ports()
    except StemwrightError as error:
        notes.append(str(error))
    try:
        ports = MidiPorts(lambda _: 0)
        inputs, outputs = ports.inputs(), ports.outputs()
    except StemwrightError as error:
        notes.append(str(error))
    return Listing(sound_names(), jack, inputs, outputs, notes)
