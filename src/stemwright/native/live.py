"""The live graph: sound and MIDI that go on whatever Python does.

The audio side renders blocks: a plan, which is a list of nodes in the order of rendering, each with those
that flow into it. Python makes nodes, clips and plans, posts commands with the absolute sample at which each
holds (`live_commands`), and reads what the audio side says. The same commands give equal bytes for every
block size, on a device or offline: nothing depends on where blocks begin.

Time is `sample`, counted from the graph's first one. Sound is float32 at the graph's rate, level 1 is full
scale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, UsageError, shown
from stemwright.models.onnx_session import library
from stemwright.models.timbre import TimbreFiles
from stemwright.native import checks
from stemwright.native.live_commands import COMMAND, METER, MIDI, REPORT, Records, joined

if TYPE_CHECKING:
    from stemwright.native import _live

Floats = npt.NDArray[np.float32]
Given = ParamSpec("Given")
Got = TypeVar("Got")

MOST_BLOCK = 1 << 24
PITCHES = 128


def _told(call: Callable[Given, Got], *given: Given.args, **named: Given.kwargs) -> Got:
    """What the C++ part gives; UsageError with its line where it refuses."""
    try:
        return call(*given, **named)
    except ValueError as error:
        raise UsageError(str(error)) from None


class Graph:
    """A graph of `rate` samples a second, with so many channels from and to a device (`outputs`: 2 to 64;
    the first two are main left and right). Any thread may call it.

    The `add_` functions make a node and give its number; it sounds once a plan that has it was posted.
    UsageError for whatever is out of range.
    """

    def __init__(self, rate: int = 48000, inputs: int = 0, outputs: int = 2) -> None:
        from stemwright.native import _live

        if (COMMAND.itemsize, REPORT.itemsize, MIDI.itemsize) != (
            _live.command_bytes,
            _live.report_bytes,
            _live.midi_bytes,
        ):
            raise StemwrightError("native part: it is of another version: build it again")
        self.rate = checks.whole("rate", rate, 8000, 384000)
        self.inputs = checks.whole("inputs", inputs, 0, 64)
        self.outputs = checks.whole("outputs", outputs, 2, 64)
        self._native = _live.Graph(self.rate, self.inputs, self.outputs)
        self._lock = Lock()

    @property
    def native(self) -> _live.Graph:
        """The C++ graph, which a device plays."""
        return self._native

    @property
    def sample(self) -> int:
        """The first sample that no block has rendered yet."""
        return self._native.sample

    @property
    def latency(self) -> int:
        """Samples by which main outputs come later, for the limiter to look ahead."""
        return self._native.latency

    def clock(self) -> tuple[int, int, int]:
        """Of the block that began last: its first sample, time.monotonic_ns() when it began, and its
        frames."""
        return self._native.clock()

    def add_player(self) -> int:
        """A column of the launcher: takes LAUNCH and STOP."""
        return self._add(self._native.add_player)

    def add_strip(self) -> int:
        """Gain, pan, mute, low-pass and high-pass of the sum that flows in: takes SET."""
        return self._add(self._native.add_strip)

    def add_sum(self) -> int:
        """The sum of what flows in, rounded once."""
        return self._add(self._native.add_sum)

    def add_main(self) -> int:
        """The sum of what flows in, with sample peaks limited to -1 dBFS, to outputs 0 and 1, `latency`
        later."""
        return self._add(self._native.add_main)

    def add_input(self, left: int, right: int | None = None, *, steady: bool = False) -> int:
        """Two of the device's inputs, or one on both sides. `steady`: keeps a constant voltage, which is
        else taken out (high-pass at 5 Hz)."""
        count = self.inputs - 1
        channels = [checks.whole("input", it, 0, count) for it in (left, left if right is None else right)]
        return self._add(lambda: self._native.add_input(channels[0], channels[1], bool(steady)))

    def add_output(self, left: int, right: int) -> int:
        """The sum of what flows in, to two of the device's outputs."""
        channels = [checks.whole("output", it, 0, self.outputs - 1) for it in (left, right)]
        return self._add(lambda: self._native.add_output(channels[0], channels[1]))

    def add_cv(self, output: int) -> int:
        """One of the device's outputs as a voltage: takes SET (its level) and PULSE."""
        channel = checks.whole("output", output, 0, self.outputs - 1)
        return self._add(lambda: self._native.add_cv(channel))

    def add_midi(self, port: int) -> int:
        """A MIDI out port, 0 to 63, of one node: takes NOTE, MIDI and ALL_OFF, in a plan or not."""
        number = checks.whole("port", port, 0, 63)
        return self._add(lambda: self._native.add_midi(number))

    def add_click(self) -> int:
        """The metronome: takes NOTE of CLICK_ACCENT and CLICK_BEAT."""
        return self._add(self._native.add_click)

    def add_tap(self, seconds: float) -> int:
        """What flows in flows out; from RECORD on it also waits in a ring of so many seconds (.1 to 600),
        for `read`."""
        if not checks.is_real(seconds):
            raise UsageError(f"seconds: {shown(seconds)} is not a number")
        return self._add(lambda: self._native.add_tap(float(seconds)))

    def add_voices(
        self,
        clips: Sequence[int],
        ratios: Sequence[float],
        *,
        polyphony: int = 32,
        release: float = 0.1,
    ) -> int:
        """Notes played by clips: takes NOTE and ALL_OFF.

        clips: [128], that of each pitch, -1 for none; they stay in memory. ratios: [128], how much faster
        than recorded, 1/16 to 16. polyphony: 1 to 128; a note beyond ends the oldest. release: seconds that
        a note fades after its end, 0 to 60; 0: it sounds to the end of its clip, as drums do.
        """
        if len(clips) != PITCHES or len(ratios) != PITCHES:
            raise UsageError(
                f"voices: {len(clips)} clips and {len(ratios)} ratios are not {PITCHES}, one a pitch"
            )
        numbers = [checks.whole("clips", clip, -1, 2**31 - 1) for clip in clips]
        if not all(map(checks.is_real, [*ratios, release])):
            raise UsageError("voices: a ratio or the release is not a number")
        many = checks.whole("polyphony", polyphony, 1, 128)
        factors = [float(ratio) for ratio in ratios]
        return self._add(lambda: self._native.add_voices(numbers, factors, many, float(release)))

    def add_timbre(self, played: TimbreFiles, seed: int = 0) -> int:
        """What flows in, played by another instrument (`models.timbre`), `played.latency` samples later:
        takes SET. `seed`, 0 to 2**63 - 1: of the way that it wanders.
        """
        number = checks.whole("seed", seed, 0, 2**63 - 1)
        sizes = (played.encoder_state, played.decoder_state, played.latent, played.delay)
        files = str(library()), played.encoder, played.decoder
        return self._add(lambda: self._native.add_timbre(*files, sizes, played.memory, number))

    def clip(self, samples: npt.NDArray[np.floating]) -> int:
        """A sound for players and voices, copied: [frames, 2] at the graph's rate, finite, levels up to
        64."""
        given = checks.array("clip", samples)
        if given.dtype.kind != "f" or given.ndim != 2 or given.shape[1] != 2:
            raise UsageError(f"clip: {given.dtype.name} {list(given.shape)} is not float [frames, 2]")
        with self._lock:
            return _told(self._native.clip, np.ascontiguousarray(given, np.float32))

    def drop_clip(self, clip: int) -> None:
        """The clip can no longer be launched; its memory is free once nothing plays it."""
        with self._lock:
            _told(self._native.drop_clip, checks.whole("clip", clip, 0, 2**31 - 1))

    def clips(self) -> int:
        """How many clips are in memory."""
        with self._lock:
            return self._native.clips()

    def plan(self, wires: Sequence[tuple[int, Sequence[int]]]) -> int:
        """A plan's number, for one PLAN command: nodes in the order of rendering, each with the nodes that
        flow into it, which come before it and are summed in this order. UsageError where that is not so, or
        two nodes write one output."""
        steps = [
            (checks.whole("plan", node, 0, 65534), [checks.whole("plan", it, 0, 65534) for it in inputs])
            for node, inputs in wires
        ]
        with self._lock:
            return _told(self._native.plan, steps)

    def post(self, commands: Records | Sequence[Records]) -> int:
        """Commands, arrays of COMMAND, go to the audio side; how many of them found room, the first ones.

        UsageError, and none is posted, where one names what is not there or is out of range.
        """
        given = commands if isinstance(commands, np.ndarray) else joined(commands)
        if given.dtype != COMMAND or given.ndim != 1:
            raise UsageError(
                f"commands: {given.dtype.name} {list(given.shape)} is not an array [n] of COMMAND"
            )
        with self._lock:
            return _told(self._native.post, np.ascontiguousarray(given).view(np.uint8))

    def render(self, frames: int, inputs: Floats | None = None) -> Floats:
        """The next block, offline: float32 [frames, outputs], of inputs float32 [frames, inputs] or silence.

        StemwrightError where a device plays the graph.
        """
        count = checks.whole("frames", frames, 0, MOST_BLOCK)
        given = None
        if inputs is not None:
            given = checks.array("inputs", inputs)
            if given.dtype != np.float32 or given.shape != (count, self.inputs):
                raise UsageError(
                    f"inputs: {given.dtype.name} {list(given.shape)} is not float32 [{count}, {self.inputs}]"
                )
            given = np.ascontiguousarray(given)
        return self._alone(lambda: self._native.render(count, given))

    def feed(self, port: int, data: bytes, offset: int = 0) -> None:
        """Bytes come in at a MIDI port, so many samples into the next block, as from a device (offline)."""
        number, place = checks.whole("port", port, 0, 63), checks.whole("offset", offset, 0, MOST_BLOCK)
        self._alone(lambda: self._native.feed(place, number, bytes(data)))

    def end(self) -> None:
        """Every note that sounds is ended, offline: the last words of `midi`. A device does so by itself."""
        self._alone(self._native.end)

    def reports(self) -> Records:
        """What the audio side has said since the last call: an array of REPORT, in the order of
        happening."""
        with self._lock:
            return self._native.reports().view(REPORT)

    def midi(self) -> Records:
        """Messages for MIDI ports that no device takes, since the last call: an array of MIDI, by their
        samples."""
        with self._lock:
            found = self._native.midi().view(MIDI)
        return found[np.argsort(found["sample"], kind="stable")]

    def midi_in(self) -> Records:
        """Bytes that came in at MIDI ports since the last call: an array of MIDI; long messages in several
        pieces."""
        with self._lock:
            return self._native.midi_in().view(MIDI)

    def read(self, tap: int, maximum: int) -> Floats:
        """The oldest recorded frames of a tap that were not read yet, at most so many: float32 [n, 2]."""
        node, most = checks.whole("tap", tap, 0, 65534), checks.whole("maximum", maximum, 0, 1 << 40)
        with self._lock:
            return _told(self._native.read, node, most)

    def meters(self) -> Records:
        """Peak and RMS of each node's two sides since the last call: an array [nodes, 2] of METER."""
        with self._lock:
            return self._native.meters().reshape(-1).view(METER).reshape(-1, 2)

    def work(self) -> npt.NDArray[np.int64]:
        """How many blocks took up to 20, 40, 60 ... us to make, int64 [500]; the last one: 10 ms and
        more."""
        return self._native.work()

    def _add(self, make: Callable[[], int]) -> int:
        with self._lock:
            return _told(make)

    def _alone(self, work: Callable[[], Got]) -> Got:
        try:
            return _told(work)
        except RuntimeError as error:
            raise StemwrightError(f"{error}: stop that first") from None
