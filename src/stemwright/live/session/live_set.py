"""A set: everything but its devices. Whoever plays it, a device's thread or a virtual clock, calls ``tick``
with the first sample that can still be reached; what performers do comes as actions.

Equal seeds, actions, inputs and ticks give equal commands, and these give equal sound.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from stemwright.live.clock.click import Click
from stemwright.live.clock.midi_out import MidiClockOut
from stemwright.live.clock.tap import TapTempo
from stemwright.live.clock.transport import Transport
from stemwright.live.commands import Command, Op, records
from stemwright.live.companion.ensemble import Ensemble
from stemwright.live.companion.harmony import SongHarmony
from stemwright.live.companion.locking import TransportClock
from stemwright.live.companion.presets import Preset
from stemwright.live.cv.store import DeviceCalibration
from stemwright.live.desk.desk import Desk
from stemwright.live.desk.journal import SessionLog
from stemwright.live.desk.setup import Setup
from stemwright.live.launch.queue import Launcher
from stemwright.live.session.bars import BarLog
from stemwright.live.session.clocking import Clocking
from stemwright.live.session.faders import OPEN_LOW, Faders
from stemwright.live.session.offered import Offered, Place, Values
from stemwright.live.session.opening import Opened
from stemwright.live.session.recording import Recording
from stemwright.live.session.stems import Room, Stems
from stemwright.live.session.voltages import Voltages
from stemwright.live.session.voltages_in import DirectCurrent, VoltagesIn
from stemwright.live.shown_state import Severity, ShownMessage
from stemwright.live.stream.stream import ROWS
from stemwright.live.vibe.adviser import Adviser
from stemwright.live.vibe.effects import voice_parameters
from stemwright.live.vibe.listening import Listening
from stemwright.live.vibe.mood import Mood
from stemwright.live.vibe.suggesting import Taste
from stemwright.live.voices.making import Voices
from stemwright.live.worker.worker import Worker
from stemwright.models import Bundle
from stemwright.native.live_commands import Failure, Lost, Records, What

AHEAD = 0.25
"""Seconds for which clock and click are told ahead."""
MOOD = 0.02
"""Seconds between two readings of the mood while it moves."""
SYSTEM = 0xF0
"""The first status byte that belongs to no channel."""
KEPT = 200
"""Messages that are remembered."""
FAILURES = {
    Failure.REFUSED: "its network does not run; what goes through it is silent, turn its blend to 0",
    Failure.NO_NUMBERS: "its network gave numbers that are none; it began anew",
}


@dataclass(slots=True)
class Parts:
    """What a set may have beside the song. ``voices``: a sound of its own for each companion; ``adviser``:
    a program that reads words; ``worker``: what makes more stems; ``is_offline``: on a virtual clock;
    ``calibration``: of the device's channels for voltages; ``companion``: the bundle that companions are."""

    preset: Preset | None = None
    voices: list[Voices] = field(default_factory=list)
    adviser: Adviser | None = None
    worker: Worker | None = None
    seed: int = 0
    is_offline: bool = False
    calibration: DeviceCalibration | None = None
    companion: Bundle | str = "companion"


class LiveSet:
    """A song on the desk. ``folder``: the session's, which must be there and empty of a log."""

    def __init__(self, opened: Opened, folder: Path, setup: Setup, parts: Parts) -> None:
        self.opened, self.folder, self.parts, self.rate = opened, folder, parts, setup.rate
        self.messages: deque[ShownMessage] = deque(maxlen=KEPT)
        self.now = 0
        state, run = opened.song.state, opened.run
        facts = {"song": opened.song.title, "seed": parts.seed, "bpm": str(state.bpm), "run": run}
        self.log = SessionLog(folder, setup, facts)
        self.desk = Desk(setup, self.log)
        self.faders = Faders(self.desk.columns)
        self.main_level = 0.0
        self.transport = Transport.of_song(opened.song.state, self.rate)
        self.clock = TransportClock(self.transport)
        self.clocking = Clocking(self.transport, self.say, self.desk, parts.is_offline)
        self.taps = TapTempo(self.rate)
        self._begin_time()
        self.mood = Mood(self.clock, self.rate)
        self.listening = Listening(self.mood, parts.adviser)
        self.taste = Taste()
        self._suggested: set[str] = set()
        self._moved = dict(self.mood.values(0))
        self._looked = 0
        self.recording = Recording(self.desk, folder / "buses", self.say, threaded=not parts.is_offline)
        self.ensemble = self._ensemble()
        calibration = parts.calibration or DeviceCalibration("")
        self.voltages = Voltages(self.desk, calibration, self._played(), self.desk.tickets)
        self.voltages_in, self.direct = VoltagesIn(self.desk, calibration), DirectCurrent(self.desk)
        self.stems.load()

    def _begin_time(self) -> None:
        desk, tickets = self.desk, self.desk.tickets
        nodes = [channel.source for channel in desk.columns if channel.source is not None]
        assert desk.click.source is not None
        self.launcher = Launcher(
            self.transport,
            nodes,
            self.opened.columns,
            len(self.opened.scenes) + ROWS,
            tickets,
            self.say,
            0,  # `now` is the first sample that can still be reached
            self.parts.seed,
        )
        self.clock_out = MidiClockOut(self.transport, desk.ports[-1], tickets)
        self.click = Click(self.transport, desk.click.source, tickets)
        self.offered = Offered(self.launcher, lambda now: self.mood.values(now), self._skipped)
        room = Room(self.opened, desk, self.launcher, self.offered, self.transport, self.say, self.log.write)
        self.stems = Stems(room, self.parts.worker, self.parts.seed)
        self.bars = BarLog(
            self.transport,
            self.launcher,
            self.opened.song.state,
            self.stems.cut,
            self.faders.silent,
            self.log.write,
        )
        self.transport.listeners.append(self._time_changed)

    def _ensemble(self) -> Ensemble | None:
        """The companions: each plays its own sound where it has one, else its MIDI port."""
        if self.parts.preset is None:
            return None
        for player, voices in enumerate(self.parts.voices[: len(self.desk.players)]):
            clips = [self.desk.load(sound, f"player {player + 1}") for sound in voices.sounds if len(sound)]
            numbers = iter(clips)
            placed = [next(numbers) if len(sound) else -1 for sound in voices.sounds]
            which = [-1 if note < 0 else placed[note] for note in voices.which]
            self.desk.give_voices(player, which, voices.ratios, voices.release)
        harmony = SongHarmony(self.opened.song.state)
        nodes, tickets, bundle = self._played(), self.desk.tickets, self.parts.companion
        return Ensemble(self.parts.preset, self.clock, harmony, nodes, self.rate, tickets, bundle)

    def _played(self) -> list[int]:
        """The nodes that companions play on."""
        desk = self.desk
        return [
            port if channel.source is None else channel.source
            for channel, port in zip(desk.players, desk.ports, strict=False)
        ]

    def start(self) -> None:
        """Begin: companions that play by themselves start."""
        if self.ensemble is not None:
            self.play(self.ensemble.start(0))

    def say(self, text: str, severity: Severity = "note") -> None:
        """A line for the performer and the log."""
        self.messages.append(ShownMessage(text, severity, self.now))
        self.log.write({"said": text, "severity": severity, "sample": self.now})

    def keep(self) -> None:
        """What was just heard is worth keeping."""
        self._tasted(True, self.mood.values(self.now))

    def _skipped(self, place: Place, values: Values) -> None:
        self.log.write({"skipped": [*place], "sample": self.now})
        self._tasted(False, values)

    def _tasted(self, kept: bool, values: Values) -> None:
        """Say what could be tried, each line once."""
        self.taste.note(kept, values)
        for suggestion in self.taste.suggestions(self.mood.values(self.now)):
            if suggestion.text not in self._suggested:
                self._suggested.add(suggestion.text)
                self.say(f"try: {suggestion.text}")

    def tick(self, now: int) -> None:
        """Do what time asks for. ``now``: the first sample that can still be reached; it never goes back."""
        self.now = max(now, self.now)
        self.voltages_in.listen()
        self._reported(self.desk.pump())
        for note in self.voltages_in.notes():
            self.hear(*note)
        for line in self.direct.lines(self.now):
            self.say(line, "warning")
        self.stems.turn(self.now, self.parts.is_offline)
        until = self.now + round(AHEAD * self.rate)
        self.clocking.tick(self.now)
        self.transport.extend(until)
        self._follow_mood()
        commands = [
            *self.launcher.pump(self.now),
            *self.clock_out.commands(self.now, until),
            *self.click.commands(self.now, until),
        ]
        if self.ensemble is not None:
            commands += self.ensemble.advance(self.now)
        self.play(commands)
        self.recording.turn(self.now)
        self.bars.turn(self.now)
        self.offered.turn(self.now)
        if self.log.problem is not None:
            problem, self.log.problem = self.log.problem, None
            self.messages.append(ShownMessage(problem, "error", self.now))

    def hear(self, sample: int, port: int, message: bytes) -> None:
        """A whole MIDI message came in, or a note as voltages: for the clock that is followed, or the
        companions."""
        if self.clocking.hear(port, sample, self.now, message):
            return
        if self.ensemble is not None:
            self.play(self.ensemble.hear(max(sample, self.now), port, message))
        if message and message[0] < SYSTEM:  # after it was answered: no disk is waited for
            self.log.write({"heard": [sample, port, message.hex()]})

    def end(self) -> None:
        """Every note ends, the recording is finished, the log closed. To be called on every way out, after
        the device has stopped."""
        if self.ensemble is not None:
            self.play(self.ensemble.end(self.now))
        self.play(self.voltages.rest(self.now))
        self.clocking.close(self.now)
        self._reported(self.desk.pump())
        self.recording.close()
        if self.parts.worker is not None:
            self.parts.worker.close()
        self.log.close(self.desk.graph.sample)

    def post(self, commands: list[Records]) -> None:
        """Commands for the desk, at once."""
        self.desk.post(commands)

    def play(self, commands: list[Command]) -> None:
        """Commands of companions and of time."""
        voices = {channel.source for channel in self.desk.players}
        kept = [each for each in commands if not (each.op is Op.MIDI and each.node in voices)]
        kept += self.voltages.of(commands)
        if kept:
            self.desk.post([records(kept)])

    def _time_changed(self, sample: int) -> None:
        if self.ensemble is not None:
            self.play(self.ensemble.again(sample))

    def _reported(self, reports: Records) -> None:
        for report in reports:
            self._report(report)

    def _report(self, report: Records) -> None:
        value, at = float(report["value"]), int(report["at"])
        match int(report["what"]):
            case What.LATE:
                self.launcher.late(int(report["ticket"]), self.now)
            case What.OVERRUN:
                self.recording.lost(int(report["node"]), at, round(value))
                self.voltages_in.lost(int(report["node"]), at, round(value))
            case What.XRUN:
                lost = f"; {1000 * value / self.rate:.1f} ms are lost" if value > 0 else ""
                self.say(f"sound: {int(report['index'])} blocks came too late{lost}", "warning")
            case What.DROPPED:
                self.say(f"sound: {round(value)} {Lost(int(report['index'])).name.lower()} lost", "warning")
            case What.BAD_INPUT if int(report["node"]) not in self.direct.nodes:  # which hear it as well
                self.say("sound: an input gave no sound, only numbers that are none", "warning")
            case What.FAILED:
                self.say(f"timbre: {FAILURES[Failure(int(report['index']))]}", "error")

    def _follow_mood(self) -> None:
        """Pass on what words have moved."""
        for said in self.listening.poll(self.now):
            if said.line:
                self.say(f"{said.text!r}: {said.line}", "warning")
        if self.now - self._looked < MOOD * self.rate:
            return
        self._looked = self.now
        values = self.mood.values(self.now)
        if values == self._moved:
            return
        before, self._moved = self._moved, values
        self._apply_mood(before, values)

    def _apply_mood(self, before: dict[str, float], values: dict[str, float]) -> None:
        old, new = voice_parameters(before), voice_parameters(values)
        for name, value in new.items():
            if value != old[name] and self.ensemble is not None:
                for partner, voices in self.ensemble.partners.items():
                    for voice in voices.voices:
                        self.play(self.ensemble.set(self.now, f"{partner}/{voice.name}/{name}", value))
        if any(values[name] != before[name] for name in ("level", "brightness")):
            self.post(self.faders.shade(values["level"], _cutoff(values["brightness"])))


def _cutoff(brightness: float) -> float:
    """The low-pass that a brightness of 0 to 1 means: off from the middle on, 300 Hz at 0."""
    return OPEN_LOW if brightness >= 0.5 else 300.0 * (OPEN_LOW / 300) ** (2 * brightness)
