"""A change of a song: planned, told of, or made as one run. Only what it touches is written and performed;
everything else is carried over as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.editing.carried import Carried, Objects
from stemwright.producer import details, lineage
from stemwright.producer.bars import Span
from stemwright.producer.clock import Clock
from stemwright.producer.details import ByPerformer, BySampler, ChangedLayer, GeneratedTake, LayerDetails
from stemwright.producer.generate import detail_of, new_take
from stemwright.producer.perform import perform
from stemwright.producer.plan import Plan
from stemwright.producer.players import sampler_facts
from stemwright.producer.record import Act, commit, next_run
from stemwright.producer.standing import out_of_date, report
from stemwright.producer.tasks import Job, Made, Task
from stemwright.producer.wanted import ARRANGER
from stemwright.producer.workspace import reading, writing
from stemwright.producer.write import write
from stemwright.song.timebase import FRAME_RATE
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from stemwright.song.document import Song, Take
    from stemwright.store import SongFolder

USUAL_RTF = 0.1
"""Seconds that a second of a layer takes to perform where no run of the song tells."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of a song. `song`: as it will be, without the takes that come of it; `objects`: what
    it names and the store may lack; `carried`: takes that move along, `tasks`: those that are made on their
    ground. `released`: layers with given notes of which new ones are written; `varied`: layers of whose notes
    the change itself made others. `keeps_origins`: bars are told to be of the runs that wrote them, not of
    the change: no bar moved.
    """

    command: str
    what: str
    song: Song
    objects: Objects = ()
    carried: Mapping[str, Carried] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()
    released: frozenset[str] = frozenset()
    varied: frozenset[str] = frozenset()
    keeps_origins: bool = False
    remarks: tuple[str, ...] = ()


Planning = Callable[["SongFolder", "Song"], Change]


def change(
    path: Path, planned: Planning, watch: Watch = unwatched, *, dry_run: bool = False
) -> dict[str, Any]:
    """Make the change that `planned` gives of the song at `path`, or with `dry_run` tell of it alone. What
    changes nothing is no run. Errors are those of the planning; nothing is changed then.
    """
    if dry_run:
        folder = reading(path)
        song = folder.load()
        told: dict[str, Any] = {"run": None, "dry_run": True, "seconds": 0.0, "stale": []}
        return {**_facts(folder, song, planned(folder, song)), **told}
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        with clock.stage("plan"):
            todo = planned(folder, song)
        facts = _facts(folder, song, todo)
        after, record = song, None
        if todo.song != song or todo.tasks or todo.carried:
            after, record = _made(folder, todo, clock, watch)
        stale = out_of_date(folder, after)
    told = report(path, stale, facts.pop("remarks"))
    run = (
        {"run": None, "seconds": 0.0}
        if record is None
        else {name: record[name] for name in ("run", "seconds")}
    )
    return {**facts, **run, "dry_run": False, **told}


def _made(folder: SongFolder, todo: Change, clock: Clock, watch: Watch) -> tuple[Song, dict[str, Any]]:
    for objects in (todo.objects, *(part.objects for part in todo.carried.values())):
        for kind, data in objects:
            folder.objects.put(kind, data)
    with clock.stage("compose"):
        jobs = write(folder, Plan(_ground(todo), todo.tasks, (), None), watch)
    made = perform(folder, todo.song.state, jobs, clock, watch)
    run = next_run(folder)
    song = todo.song
    told: dict[str, LayerDetails] = {}
    for job in jobs:
        take = new_take(job, made[job.layer], run)
        entry = song.layers[job.layer]
        if job.layer in todo.released:
            entry = replace(entry, score_sha256=take.score_sha256)
        song = song.with_layer(job.layer, entry.with_take(take))
        told[job.layer] = detail_of(job, made[job.layer], _origins(folder, todo, job))
    for layer, part in todo.carried.items():
        if layer in told:
            continue
        take = replace(part.take, take=song.layers[layer].next_take, run=run)
        told[layer] = _moved(folder, todo, layer, part.take, take)
        song = song.with_layer(layer, song.layers[layer].with_take(take))
    return song, commit(folder, song, _act(folder, todo, jobs, made, song, told), clock)


def _act(
    folder: SongFolder,
    todo: Change,
    jobs: tuple[Job, ...],
    made: Mapping[str, Made],
    song: Song,
    told: Mapping[str, LayerDetails],
) -> Act:
    before = folder.load()
    names = [name for name, entry in song.layers.items() if before.layers.get(name) != entry]
    rest = {name: ChangedLayer({"changed": True}) for name in names if name not in told}
    shas = [sha for result in made.values() for sha in (result.score, result.content)]
    frames = sum(_frames(todo.song, job) for job in jobs)
    audio = frames / FRAME_RATE / max(1, len(jobs))
    return Act(todo.command, names, audio_seconds=audio, made=shas, details={**rest, **told}, what=todo.what)


def _ground(todo: Change) -> Song:
    """The song with the takes that move along active, for others to hear them and to be made on them."""
    song = todo.song
    for layer, part in todo.carried.items():
        entry = song.layers[layer]
        song = song.with_layer(layer, entry.with_take(replace(part.take, take=entry.next_take)))
    for layer in todo.released:
        song = song.with_layer(layer, replace(song.layers[layer], score_sha256=None))
    return song


def _origins(folder: SongFolder, todo: Change, job: Job) -> lineage.Origins:
    """Which run wrote each bar of a job's notes."""
    bars = todo.song.state.bars
    fresh = [next_run(folder)] * bars
    if not todo.keeps_origins or job.wanted.edit is None:
        return fresh
    before = lineage.of_take(folder, job.layer, job.wanted.edit.base, bars)
    return before if job.wanted.again is not None else lineage.with_bars(before, fresh, job.wanted.edit.bars)


def _moved(folder: SongFolder, todo: Change, layer: str, part: Take, take: Take) -> GeneratedTake:
    """What a run tells of a take that it carried over: who played it, and that it did but move its bars."""
    old = details.of_take(folder, layer, part)
    bars = todo.song.state.bars
    origins = lineage.of_take(folder, layer, part, bars) if todo.keeps_origins else [take.run] * bars
    by: ByPerformer | BySampler
    if take.player is not None:
        by = BySampler(sampler_facts(take.player), take.content_sha256)
    elif old is not None and isinstance(old.by, ByPerformer):
        by = replace(old.by, tokens=take.content_sha256)
    else:
        by = ByPerformer(take.timbre, {}, str(take.bundle_sha256), None, take.content_sha256)
    return GeneratedTake(
        by, take.take, take.seed, "", part.take, take.score_sha256, 0.0, False, "",
        writer=ARRANGER if old is None else old.writer,
        composer=None if old is None else old.composer,
        written=lineage.to_json(origins),
    )  # fmt: skip


def _facts(folder: SongFolder, song: Song, todo: Change) -> dict[str, Any]:
    """What a change does: of each layer that it touches the bars that are written and performed anew."""
    layers: dict[str, Any] = {}
    seconds = 0.0
    for task in todo.tasks:
        want = task.wanted
        whole = str(Span(1, todo.song.state.bars))
        bars = whole if want.edit is None else str(want.edit)
        seconds += _frames(todo.song, want) / FRAME_RATE * _rtf(folder, song, want.layer)
        written = want.again is None or want.layer in todo.varied
        layers[want.layer] = {"written": bars if written else "", "performed": bars}
    for layer in todo.carried:
        layers.setdefault(layer, {"written": "", "performed": ""})
    return {
        "what": todo.what,
        "bars": todo.song.state.bars,
        "form": todo.song.state.form,
        "layers": layers,
        "estimated_seconds": round(seconds, 4),
        "remarks": list(todo.remarks),
    }


def _frames(song: Song, job: Job | Any) -> int:
    """Frames that a job performs."""
    want = job.wanted if isinstance(job, Job) else job
    if want.edit is None:
        return song.state.frames
    return sum(stop - start for start, stop in (span.frames(song.state) for span in want.edit.spans))


def _rtf(folder: SongFolder, song: Song, layer: str) -> float:
    """Seconds that a second of a layer took to perform when it was made whole."""
    for take in reversed(song.layers[layer].takes if layer in song.layers else ()):
        told = details.of_take(folder, layer, take)
        if told is not None and told.bars is None and not told.reused and told.seconds:
            return told.seconds * FRAME_RATE / take.frames
    return USUAL_RTF
