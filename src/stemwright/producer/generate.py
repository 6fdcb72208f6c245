"""`generate`: plan, write, perform, and record it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import Message, argument
from stemwright.producer import lineage
from stemwright.producer.clock import Clock
from stemwright.producer.details import GeneratedTake
from stemwright.producer.perform import perform
from stemwright.producer.personal import STRENGTH
from stemwright.producer.plan import Plan, Request, plan
from stemwright.producer.players import player_facts
from stemwright.producer.record import Act, commit, next_run
from stemwright.producer.standing import report, sounding
from stemwright.producer.tasks import Job, Made
from stemwright.producer.wanted import GIVEN
from stemwright.producer.workspace import writing
from stemwright.producer.write import write
from stemwright.song.document import Song, Take
from stemwright.song.timebase import FRAME_RATE
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from stemwright.store import SongFolder

Jobs = Sequence[Job]
Results = Mapping[str, Made]


def generate(
    path: Path,
    layers: tuple[str, ...] = (),
    *,
    seed: int | None = None,
    bars: str | None = None,
    timbre: str | None = None,
    composer: bool = False,
    player: str | None = None,
    again: bool = False,
    arranger: bool = False,
    style_of: str | None = None,
    strength: float = STRENGTH,
    prompt: str | None = None,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Make what is missing, or another take where `seed`, `bars`, `timbre`, `player`, `style_of`, `prompt` or
    `again` ask for it (see `Request`). Returns what is there now."""
    request = Request(
        layers, seed, bars, timbre, composer, player, again, arranger, style_of, strength, prompt
    )
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        with clock.stage("plan"):
            todo = plan(folder, song, request)
        with clock.stage("compose"):
            jobs = write(folder, todo, watch)
        made = perform(folder, todo.song.state, jobs, clock, watch)
        record = None
        if made:
            act = _act(folder, todo, jobs, made, seed)
            song = _with_takes(todo, jobs, made, next_run(folder))
            record = commit(folder, song, act, clock)
        stale = [found for found in sounding(folder, song)[1] if found.layer in {*made, *todo.kept}]
        return {**_report(song, todo, jobs, made, record), **report(path, stale)}


def _with_takes(todo: Plan, jobs: Jobs, made: Results, run: int) -> Song:
    """The song with everything decided and the new takes active."""
    song = todo.song
    for job in jobs:
        take, entry = new_take(job, made[job.layer], run), song.layers[job.layer]
        if job.layer in todo.released and job.wanted.edit:  # the whole is what the layer now plays
            entry = replace(entry, score_sha256=take.score_sha256)
        song = song.with_layer(job.layer, entry.with_take(take))
    return song


def new_take(job: Job, result: Made, run: int) -> Take:
    """The take that came of a job in a run."""
    want = job.wanted
    made = job.player.made(result.content)
    return Take(
        take=want.take, seed=want.seed, score_sha256=result.score, frames=result.frames, run=run, **made
    )


def _act(folder: SongFolder, todo: Plan, jobs: Jobs, made: Results, seed: int | None) -> Act:
    frames = _frames(todo)
    return Act(
        command="generate",
        layers=[job.layer for job in jobs],
        seed=seed,
        audio_seconds=frames / FRAME_RATE,
        made=[sha for result in made.values() for sha in (result.score, result.content)],
        details={
            job.layer: detail_of(job, made[job.layer], _origins(folder, todo.song, job)) for job in jobs
        },
    )


def _origins(folder: SongFolder, song: Song, job: Job) -> lineage.Origins:
    """Which run wrote each bar that the job plays: its own, where it is no older notes that are played."""
    want, given, bars = job.wanted, song.layers[job.layer].score_sha256, song.state.bars
    if want.again is not None:
        return lineage.of_take(folder, job.layer, want.again, bars)
    fresh = [next_run(folder)] * bars
    if want.writer.name == GIVEN and given is not None:
        fresh = lineage.of_score(folder, job.layer, given, bars) or fresh
    if want.edit is None:
        return fresh
    return lineage.with_bars(lineage.of_take(folder, job.layer, want.edit.base, bars), fresh, want.edit.bars)


def _frames(todo: Plan) -> int:
    """Frames of music that the run was asked for."""
    state = todo.song.state
    if todo.span is None:
        return state.timebase.frames(state.bars)
    start, stop = todo.span.frames(state)
    return stop - start


def detail_of(job: Job, result: Made, origins: lineage.Origins) -> GeneratedTake:
    """What a run tells of a job's take."""
    want = job.wanted
    return GeneratedTake(
        by=job.player.details(result.content),
        take=want.take,
        seed=want.seed,
        bars=str(want.edit) if want.edit else None,
        base=want.edit.base.take if want.edit else None,
        score=result.score,
        seconds=result.seconds,
        reused=result.reused,
        key=job.key,
        writer=want.writer.name,
        composer=want.writer.bundle_sha256,
        written=lineage.to_json(origins),
    )


def _of_notes(todo: Plan, job: Job) -> list[str]:
    """What to say of notes that the layer was given: they are played still, or new ones are."""
    want = job.wanted
    if job.layer in todo.released:
        return [f"new notes by the {want.writer.name}; those that it was given play in older takes"]
    if want.writer.name == GIVEN and todo.anew and want.again is None:
        others = f"{argument('seed')} N and {argument('arranger')} or {argument('composer')}"
        return [Message(f"plays the notes that it was given; for others add {others}")]
    return []


def _report(
    song: Song, todo: Plan, jobs: Jobs, made: Results, record: dict[str, Any] | None
) -> dict[str, Any]:
    layers: dict[str, Any] = {}
    said = {job.layer: [*made[job.layer].remarks, *_of_notes(todo, job)] for job in jobs}
    for name, entry in song.layers.items():
        if name not in made and name not in todo.kept:
            continue
        take = entry.active
        assert take is not None
        how = "kept" if name not in made else "finished before" if made[name].reused else "made"
        layers[name] = {
            "take": take.take,
            "seed": take.seed,
            "timbre": take.timbre,
            "tokens_sha256": take.tokens_sha256,
            "audio_sha256": take.audio_sha256,
            "player": player_facts(take.player),
            "how": how,
            "remarks": said.get(name, []),
        }
    run = {"run": None, "seconds": 0.0, "audio_seconds": 0.0, "rtf": None}
    if record is not None:
        run = {name: record[name] for name in run}
    return {**run, "layers": layers, "left_out": dict(todo.left_out)}
