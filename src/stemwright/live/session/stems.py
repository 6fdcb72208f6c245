"""Stems in the launcher: those of the song, those that are asked for while it plays, those of the stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError
from stemwright.live.clock.transport import Transport
from stemwright.live.desk.desk import Desk
from stemwright.live.launch.queue import Launcher
from stemwright.live.launch.slots import Clip
from stemwright.live.session.offered import Offered
from stemwright.live.session.opening import Opened
from stemwright.live.stems.stem import Cut, Found, Prepared, read_cut
from stemwright.live.stream.stream import Means, Stream
from stemwright.live.worker.jobs import Job, Order, Phrase, commands
from stemwright.live.worker.worker import Made, Worker


@dataclass(frozen=True, slots=True)
class Room:
    """What stems are put into, and who is told. ``offered``: of those that are asked for; ``write``: a line
    for the log."""

    opened: Opened
    desk: Desk
    launcher: Launcher
    offered: Offered
    transport: Transport
    say: Callable[[str], None]
    write: Callable[[Mapping[str, Any]], None]


class Stems:
    """``pending``: slots that stems are being made for, and the words; ``stream``: the background, whose rows
    come after those of the song. ``worker``: None where nobody makes any."""

    def __init__(self, room: Room, worker: Worker | None, seed: int) -> None:
        self._room, self._worker, self._seed = room, worker, seed
        self.pending: dict[tuple[int, int], str] = {}
        self._asked = 0
        self._said: set[str] = set()
        self._runs: dict[int, int] = {}  # phrase -> the run that made it
        self.stream = self._stream()

    def load(self) -> None:
        """The song's own."""
        room = self._room
        for column, layer in enumerate(room.opened.columns):
            for row, scene in enumerate(room.opened.scenes):
                sound, frames = room.opened.sound(layer, row, room.desk.setup.rate, room.say)
                clip = room.desk.load(sound, f"{layer}, {scene.name}")
                room.launcher.put(column, row, _clip(scene.name, clip, frames, scene.cut), 0)

    def cut(self, row: int) -> Cut:
        """Where what lies in a row is in the song."""
        stream = self.stream
        return self._room.opened.scenes[stream.section(row) if row in stream.rows else row].cut

    def make(self, column: int, row: int, words: str, seed: int, now: int) -> None:
        """Have a stem made. UsageError where there is no such slot, or the words say nothing."""
        room = self._room
        room.launcher.slot(column, row)
        if row >= len(room.opened.scenes):
            raise UsageError(f"row {row + 1}: is no section of the song")
        layer, cut = room.opened.columns[column], room.opened.scenes[row].cut
        if (column, row) in self.pending:
            raise UsageError(f"{layer} {row + 1} is being made already")
        self._asked += 1
        seed = seed or self._seed + self._asked
        self._submit(Job(column, row, layer, (cut.start, cut.stop), words, seed), row)
        self.pending[(column, row)] = words
        room.launcher.making(column, row, now)
        room.offered.ask((column, row), now)

    def turn(self, now: int, at_once: bool) -> None:
        """Take what the worker has made. ``at_once``: however long that takes."""
        for made in self._worker.results() if self._worker is not None else ():
            if isinstance(made.job, Job):
                self._made(made, made.job, now)
            else:
                self._runs = {made.job.number: made.run}
                self.stream.came(made.job, dict(made.stems), made.error)
        self.stream.tick(now, at_once)

    def waits(self, now: int) -> bool:
        """Whether the stream cannot go on without its next phrase."""
        return self.stream.waits(now)

    def _submit(self, order: Order, row: int) -> None:
        """Order a stem of a section, or a phrase. All that takes long is done in the worker's thread."""
        if self._worker is None:
            raise UsageError("nobody makes stems in this set")
        cut, desk = self._room.opened.scenes[row].cut, self._room.desk

        def read(layer: str, stem: Path) -> Prepared:
            sound, remarks = read_cut(stem, cut, desk.setup.rate)
            return Prepared(sound, cut.frames(desk.setup.rate), desk.journal.keep(sound), tuple(remarks))

        self._worker.submit(order, read)

    def _made(self, made: Made, job: Job, now: int) -> None:
        """A stem was made, or could not be."""
        room = self._room
        self.pending.pop((job.column, job.row), None)
        name = f"{job.words or 'another'} {job.seed}"
        try:
            if made.error:
                raise UsageError(made.error)
            clip = self._loaded(job, job.layer, job.row, made.stems[job.layer], made.run, name)
        except UsageError as error:
            room.offered.failed((job.column, job.row))
            room.launcher.fail(job.column, job.row, str(error), now)
            return
        room.offered.ready((job.column, job.row), now)
        room.launcher.put(job.column, job.row, clip, now)
        room.say(f"{job.layer} {job.row + 1} is ready: {name}")

    def _loaded(self, order: Order, layer: str, row: int, stem: Found, run: int, name: str) -> Clip:
        """A stem of a section as a clip, told to the log. UsageError where it could not be read."""
        if isinstance(stem, str):
            raise UsageError(stem)
        for remark in stem.remarks:
            self._say_once(remark)
        room, scene = self._room, self._room.opened.scenes[row]
        clip = room.desk.load(stem.sound, f"{layer}, {scene.name}: {name}", stem.file)
        facts = {"layer": layer, "row": row, "words": order.words, "seed": order.seed}
        room.write({"made": {**facts, "run": run, "clip": clip}})
        return _clip(name, clip, stem.frames, scene.cut)

    def _say_once(self, line: str) -> None:
        """A stream would say of every phrase that its file is of another rate."""
        if line not in self._said:
            self._said.add(line)
            self._room.say(line)

    def _stream(self) -> Stream:
        room = self._room
        cuts = [scene.cut for scene in room.opened.scenes]

        def check(words: str) -> None:
            commands(room.opened.place, Phrase(0, 0, room.opened.columns, (0, 1), words, 1))

        def load(phrase: Phrase, layer: str, stem: Found) -> Clip:
            name = f"{phrase.words or 'another'} {phrase.seed}"
            run = self._runs.get(phrase.number, 0)
            return self._loaded(phrase, layer, phrase.scene, stem, run, name)

        means = Means(
            room.transport,
            room.launcher,
            room.opened.columns,
            [(range(cut.start, cut.stop), cut.quarters) for cut in cuts],
            len(cuts),
            self._seed,
            lambda phrase: self._submit(phrase, phrase.scene),
            load,
            room.desk.graph.drop_clip,
            room.say,
        )
        return Stream(means, check)


def _clip(name: str, clip: int, frames: int, cut: Cut) -> Clip:
    return Clip(name, clip, frames, cut.bpm, cut.quarters)
