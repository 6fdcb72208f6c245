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
from stemwright.live.desk.desk import Desk
from stemwright.live.desk.journal import SessionLog
from stemwright.live.desk.setup import Setup
from stemwright.live.launch.queue import Launcher
from stemwright.live.launch.slots import Clip
from stemwright.live.session.faders import OPEN_LOW, Faders
from stemwright.live.session.opening import Opened, read_scene
from stemwright.live.session.recording import Recording
from stemwright.live.shown_state import Severity, ShownMessage
from stemwright.live.vibe.adviser import Adviser
from stemwright.live.vibe.effects import voice_parameters
from stemwright.live.vibe.listening import Listening
from stemwright.live.vibe.mood import Mood
from stemwright.live.vibe.suggesting import Taste
from stemwright.live.voices.making import Voices
from stemwright.live.worker.worker import Made, Worker
from stemwright.native.live_commands import Failure, Lost, Records, What

AHEAD = 0.25
"""Seconds for which clock and click are told ahead."""
MOOD = 0.02
"""Seconds between two readings of the mood while it moves."""
KEPT = 200
"""Messages that are remembered."""
FAILURES = {
    Failure.REFUSED: "its network does not run; what goes through it is silent, turn its blend to 0",
    Failure.NO_NUMBERS: "its network gave numbers that are none; it began anew",
}


@dataclass(slots=True)
class Parts:
    """What a set may have beside the song. ``voices``: a sound of its own for each companion; ``adviser``:
    a program that reads words; ``worker``: what makes more stems; ``is_offline``: on a virtual clock."""

    preset: Preset | None = None
    voices: list[Voices] = field(default_factory=list)
    adviser: Adviser | None = None
    worker: Worker | None = None
    seed: int = 0
    is_offline: bool = False


class LiveSet:
    """A song on the desk. ``folder``: the session's, which must be there and empty of a log."""

    def __init__(self, opened: Opened, folder: Path, setup: Setup, parts: Parts) -> None:
        self.opened, self.folder, self.parts, self.rate = opened, folder, parts, setup.rate
        self.messages: deque[ShownMessage] = deque(maxlen=KEPT)
        self.now = 0
        facts = {"song": opened.song.title, "seed": parts.seed, "bpm": str(opened.song.state.bpm)}
        self.log = SessionLog(folder, setup, facts)
        self.desk = Desk(setup, self.log)
        self.faders = Faders(self.desk.columns)
        self.main_level = 0.0
        self.transport = Transport.of_song(opened.song.state, self.rate)
        self.clock = TransportClock(self.transport)
        self.taps = TapTempo(self.rate)
        self._begin_time()
        self.mood = Mood(self.clock, self.rate)
        self.listening = Listening(self.mood, parts.adviser)
        self.taste = Taste()
        self._moved = dict(self.mood.values(0))
        self._looked = 0
        self.recording = Recording(self.desk, folder / "buses", self.say, threaded=not parts.is_offline)
        self.pending: dict[tuple[int, int], str] = {}  # slots that stems are made for, and the words
        self.ensemble = self._ensemble()
        self._load()

    def _begin_time(self) -> None:
        desk, tickets = self.desk, self.desk.tickets
        nodes = [channel.source for channel in desk.columns if channel.source is not None]
        assert desk.click.source is not None
        self.launcher = Launcher(
            self.transport,
            nodes,
            self.opened.columns,
            len(self.opened.scenes),
            tickets,
            self.say,
            0,  # `now` is the first sample that can still be reached
            self.parts.seed,
        )
        self.clock_out = MidiClockOut(self.transport, desk.ports[-1], tickets)
        self.click = Click(self.transport, desk.click.source, tickets)
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
        nodes = [
            port if channel.source is None else channel.source
            for channel, port in zip(self.desk.players, self.desk.ports, strict=False)
        ]
        harmony = SongHarmony(self.opened.song.state)
        return Ensemble(self.parts.preset, self.clock, harmony, nodes, self.rate, self.desk.tickets)

    def _load(self) -> None:
        for column, layer in enumerate(self.opened.columns):
            for row, scene in enumerate(self.opened.scenes):
                sound, frames = self.opened.sound(layer, row, self.rate, self.say)
                clip = self.desk.load(sound, f"{layer}, {scene.name}")
                self.launcher.put(column, row, self._clip(scene.name, clip, frames, row), 0)

    def _clip(self, name: str, clip: int, frames: int, row: int) -> Clip:
        cut = self.opened.scenes[row].cut
        return Clip(name, clip, frames, cut.bpm, cut.quarters)

    def start(self) -> None:
        """Begin: companions that play by themselves start."""
        if self.ensemble is not None:
            self.play(self.ensemble.start(0))

    def say(self, text: str, severity: Severity = "note") -> None:
        """A line for the performer and the log."""
        self.messages.append(ShownMessage(text, severity, self.now))
        self.log.write({"said": text, "severity": severity, "sample": self.now})

    def tick(self, now: int) -> None:
        """Do what time asks for. ``now``: the first sample that can still be reached; it never goes back."""
        self.now = max(now, self.now)
        self._reported(self.desk.pump())
        for made in self.parts.worker.results() if self.parts.worker is not None else ():
            self._made(made)
        until = self.now + round(AHEAD * self.rate)
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
        if self.log.problem is not None:
            problem, self.log.problem = self.log.problem, None
            self.messages.append(ShownMessage(problem, "error", self.now))

    def hear(self, sample: int, port: int, message: bytes) -> None:
        """A whole MIDI message came in for the companions."""
        if self.ensemble is not None:
            self.play(self.ensemble.hear(max(sample, self.now), port, message))

    def end(self) -> None:
        """Every note ends, the recording is finished, the log closed. To be called on every way out, after
        the device has stopped."""
        if self.ensemble is not None:
            self.play(self.ensemble.end(self.now))
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
            case What.XRUN:
                self.say(f"sound: {round(1000 * value / self.rate)} ms came too late", "warning")
            case What.DROPPED:
                self.say(f"sound: {round(value)} {Lost(int(report['index'])).name.lower()} lost", "warning")
            case What.BAD_INPUT:
                self.say("sound: an input gave no sound, only numbers that are none", "warning")
            case What.FAILED:
                self.say(f"timbre: {FAILURES[Failure(int(report['index']))]}", "error")

    def _made(self, made: Made) -> None:
        """A stem was made, or could not be."""
        job = made.job
        words = self.pending.pop((job.column, job.row), "")
        try:
            if made.stem is None:
                raise ValueError(made.error)
            cut = self.opened.scenes[job.row].cut
            sound, frames = read_scene(made.stem, cut, self.rate, self.say)
        except (ValueError, OSError) as error:
            self.launcher.fail(job.column, job.row, str(error), self.now)
            return
        name = f"{words or 'another'} {job.seed}"
        clip = self.desk.load(sound, f"{job.layer}, {self.opened.scenes[job.row].name}: {name}")
        self.launcher.put(job.column, job.row, self._clip(name, clip, frames, job.row), self.now)
        self.say(f"{job.layer} {job.row + 1} is ready: {name}")

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
