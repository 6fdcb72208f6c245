"""What plays a graph in real time: a client of JACK, the machine's own sound system, and how long their
callbacks work. Which of them a user means, `live.devices` knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError

if TYPE_CHECKING:
    from stemwright.native import _live

MAX_CHANNELS = 64
PERIODS = (16, 8192)
"""Frames that a block of a device may have, least and most."""


class Playable(Protocol):
    """What a device can play: a graph, or `through`."""

    @property
    def native(self) -> _live.Processor:
        """What the audio thread calls."""

    @property
    def rate(self) -> int:
        """Samples a second."""

    @property
    def inputs(self) -> int:
        """Channels that it hears."""

    @property
    def outputs(self) -> int:
        """Channels that it plays."""

    @property
    def sample(self) -> int:
        """The next sample that it will play."""

    def clock(self) -> tuple[int, int, int]:
        """Of the block that began last: its first sample, its moment (`time.monotonic_ns`), its frames."""


class Through:
    """Plays what it hears, and nothing where it hears nothing; MIDI of an in port goes to the out port of the
    same number. It is the control of all that is measured in real time.
    """

    def __init__(self, rate: int, inputs: int, outputs: int) -> None:
        """`rate` in samples a second; `inputs` and `outputs` are channels."""
        from stemwright.native import _live

        self.rate, self.inputs, self.outputs = rate, inputs, outputs
        self._through = _live.Through(rate, inputs, outputs)

    @property
    def native(self) -> _live.Processor:
        return self._through

    @property
    def sample(self) -> int:
        return self._through.sample

    def clock(self) -> tuple[int, int, int]:
        return self._through.clock()


@dataclass(frozen=True)
class Work:
    """The callbacks of a device, from its beginning or between two readings (`since`)."""

    counts: npt.NDArray[np.uint64]
    """How many callbacks worked how long, int [classes]; a class is at most 3.2% wide."""
    callbacks: int
    frames: int
    longest: float
    """Milliseconds; between two readings the upper end of the last class."""
    over: int
    """Callbacks that worked longer than their block lasts."""
    xruns: int
    """How often the system said, or the clock showed, that a block came too late."""
    lost: int
    """Frames that went by without a block."""

    def percentile(self, percent: float) -> float:
        """The milliseconds within which `percent` of the callbacks were done; 0 where there were none."""
        total = int(self.counts.sum())
        if total == 0:
            return 0.0
        place = int(np.searchsorted(np.cumsum(self.counts), max(percent / 100 * total, 1)))
        return min(float(_milliseconds()[min(place, len(self.counts) - 1)]), self.longest)

    def since(self, earlier: Work) -> Work:
        """What came after an earlier reading of the same device."""
        counts = self.counts - earlier.counts
        used = np.flatnonzero(counts)
        longest = float(_milliseconds()[used[-1]]) if len(used) else 0.0
        return Work(
            counts,
            self.callbacks - earlier.callbacks,
            self.frames - earlier.frames,
            min(longest, self.longest),
            self.over - earlier.over,
            self.xruns - earlier.xruns,
            self.lost - earlier.lost,
        )


def _milliseconds() -> npt.NDArray[np.float64]:
    from stemwright.native import _live

    return np.asarray(_live.work_classes) / 1e6


@contextmanager
def _told() -> Iterator[None]:
    from stemwright.native import _live

    try:
        yield
    except _live.DeviceError as error:
        raise StemwrightError(str(error)) from error


class Device:
    """A graph being played. `stop` ends every note that sounds; then the graph may be played by another."""

    def __init__(self, graph: Playable, device: _live.Device) -> None:
        self.graph, self._device = graph, device

    @property
    def period(self) -> int:
        """Frames of the newest block."""
        return self._device.period

    @property
    def alive(self) -> bool:
        """Whether blocks come; not after `stop`, nor once the system is gone."""
        return self._device.alive

    @property
    def trouble(self) -> str:
        """What went wrong first, in one line; "" for nothing."""
        return self._device.trouble

    def sample_at(self, moment: int) -> int:
        """The graph's sample that belongs to a moment of `time.monotonic_ns`: that which is made then, if
        blocks come in time. Any thread; 0 before the first block.
        """
        sample, begun, frames = self.graph.clock()
        return max(sample + (moment - begun) * self.graph.rate // 1_000_000_000, 0) if frames else 0

    def work(self) -> Work:
        counts, callbacks, frames, longest, over, xruns, lost = self._device.figures()
        return Work(np.asarray(counts, np.uint64), callbacks, frames, longest / 1e6, over, xruns, lost)

    def stop(self) -> None:
        """Takes a few blocks, and nothing the second time."""
        self._device.stop()


class JackPort(NamedTuple):
    name: str
    midi: bool
    is_input: bool
    """Whether it can be connected to; else from."""
    physical: bool


class JackDevice(Device):
    """A client of a JACK server; MIDI ports go from the graph's number to a name."""

    def __init__(
        self,
        graph: Playable,
        *,
        client: str,
        server: str = "",
        inputs: Sequence[str],
        outputs: Sequence[str],
        midi_inputs: Mapping[int, str] | None = None,
        midi_outputs: Mapping[int, str] | None = None,
    ) -> None:
        """StemwrightError: no JACK, no server, one of another rate, a graph that is being played."""
        from stemwright.native import _live

        with _told():
            self._jack = _live.JackDevice(
                graph.native,
                client,
                server,
                list(inputs),
                list(outputs),
                list((midi_inputs or {}).items()),
                list((midi_outputs or {}).items()),
            )
        super().__init__(graph, self._jack)

    @property
    def client(self) -> str:
        """What the server calls us; it adds a number where the name is taken."""
        with _told():
            return self._jack.client()

    @property
    def realtime(self) -> bool:
        with _told():
            return self._jack.realtime()

    def ports(self) -> list[JackPort]:
        """All ports of the server, physical ones first within their kind."""
        with _told():
            return [JackPort(*port) for port in self._jack.ports()]

    def connect(self, start: str, end: str) -> None:
        """Ours by their short names, others by their whole ones. StemwrightError where one is not there, and
        where both are ours: what is played would come back as what is heard.
        """
        with _told():
            self._jack.connect(start, end)

    def connected(self, own: str) -> bool:
        with _told():
            return self._jack.connected(own)


class SoundDevice(Device):
    """A device of ALSA, PulseAudio, CoreAudio or WASAPI, or "null", which plays into nothing in real time."""

    def __init__(
        self, graph: Playable, *, system: str, output: str = "", input: str = "", period: int = 256
    ) -> None:
        """`output`, `input`: names as `sound_names` has them, "" for the usual ones. `period`: frames wished
        for. StemwrightError where it cannot be opened.
        """
        from stemwright.native import _live

        with _told():
            self._sound = _live.SoundDevice(graph.native, system, output, input, period)
        super().__init__(graph, self._sound)

    @property
    def rate(self) -> int:
        """The device's own; where it is not the graph's, miniaudio converts."""
        return self._sound.rate()

    @property
    def latency(self) -> int:
        """Frames that the device holds in advance, at its rate."""
        return self._sound.latency()

    @property
    def channels(self) -> int:
        """How many of the graph's outputs are heard."""
        return self._sound.channels()


class SoundName(NamedTuple):
    system: str
    name: str
    is_output: bool
    usual: bool


def sound_names() -> list[SoundName]:
    """What the machine's sound systems have, "null" last."""
    from stemwright.native import _live

    return [SoundName(*name) for name in _live.sound_devices()]


class JackLook:
    """A look at a JACK server that stays: its rate in samples a second, its period in frames, its ports."""

    def __init__(self, server: str = "") -> None:
        """`server`: "" for JACK's default one. StemwrightError where none runs, or JACK is not installed."""
        from stemwright.native import _live

        with _told():
            self._look = _live.JackLook(server)
        self.rate, self.period = self._look.rate(), self._look.period()

    @property
    def alive(self) -> bool:
        """Whether the server still runs."""
        return self._look.alive

    def ports(self) -> list[JackPort]:
        """Physical ones first within their kind; none once the server is gone."""
        return [JackPort(*port) for port in self._look.ports()]
