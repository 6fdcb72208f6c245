"""`generate`: make what a plan asks for, several layers at once, and record it.

A layer is put into the store and the journal the moment it is finished, so that a kill loses at most what was
in flight; the next run finds it there under its key.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.producer import lineage, machine
from stemwright.producer.clock import Clock
from stemwright.producer.commit import Act, commit, next_run
from stemwright.producer.decoders import codec_of_take
from stemwright.producer.plan import Job, Plan, Request, plan
from stemwright.producer.players import Performer, Sampler, player_facts, remarks
from stemwright.producer.scores import GIVEN
from stemwright.producer.standing import report, sounding
from stemwright.producer.workspace import writing
from stemwright.song.document import Song, Take
from stemwright.song.timebase import FRAME_RATE
from stemwright.work.progress import Watch, unwatched

if TYPE_CHECKING:
    from stemwright.codec.tokens import Tokens
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Made:
    """The result of a job: SHA-256 of score and of tokens or sound, frames, whether it was found finished.

    `remarks`: what a sampler could not play, one line each.
    """

    score: str
    content: str
    frames: int
    seconds: float
    reused: bool
    remarks: tuple[str, ...] = ()


def produce(
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
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Make what is missing, or another take where `seed`, `bars`, `timbre`, `player` or `again` ask for it
    (see `Request`). Returns what is there now."""
    request = Request(layers, seed, bars, timbre, composer, player, again, arranger)
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        work = plan(folder, song, request, clock, watch)
        made: dict[str, Made] = {}
        record = None
        if work.jobs:
            made = run_jobs(folder, work, clock, watch)
            act = _act(folder, song, work, made, seed)
            song = _with_takes(song, work, made, next_run(folder))
            record = commit(folder, song, act, clock)
        stale = [found for found in sounding(folder, song)[1] if found.layer in {*made, *work.kept}]
        return {**_report(song, work, made, record), **report(path, stale)}


def run_jobs(folder: SongFolder, work: Plan, clock: Clock, watch: Watch) -> dict[str, Made]:
    """Run all jobs on the machine's cores. The first failure, or Ctrl-C, stops the others and is raised."""
    limit = machine.threads()
    workers = max(1, min(len(work.jobs), limit))
    # With fewer than two cores a layer, the engine lets each work alone and the last one have them all.
    each = limit // workers if limit >= 2 * workers else limit
    cancel = threading.Event()
    with ThreadPoolExecutor(workers, thread_name_prefix="layer") as pool, _stopping(cancel):
        futures = {
            pool.submit(_run_job, folder, work.state, job, each, clock, watch, cancel): job.layer
            for job in work.jobs
        }
        try:
            _wait(list(futures))
        except BaseException:
            cancel.set()
            for future in futures:
                future.cancel()
            raise
        return {layer: future.result() for future, layer in futures.items()}


@contextmanager
def _stopping(cancel: threading.Event) -> Iterator[None]:
    """However the block is left, workers still running are told to stop."""
    try:
        yield
    finally:
        cancel.set()


def _wait(futures: list[Future[Made]]) -> None:
    """Until all are done or one has failed; awake often enough that Ctrl-C is heard at once."""
    left = set(futures)
    while left:
        done, left = wait(left, timeout=_POLL_SECONDS, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()


def _run_job(
    folder: SongFolder,
    state: GlobalState,
    job: Job,
    threads: int,
    clock: Clock,
    watch: Watch,
    cancel: threading.Event,
) -> Made:
    found = folder.cache.lookup(job.key)
    if found is not None:
        watch(job.layer, 1, 1)
        told = (*_missed(job), *found.get("remarks", ()))
        return Made(found["score"], found[job.player.makes], found["frames"], found["seconds"], True, told)
    own = Clock()
    told = _moved(job)
    with clock.stage(job.layer):
        if isinstance(job.player, Sampler):
            data, told = _sample(state, job, job.player, watch, cancel)
        else:
            data = _perform(folder, state, job, job.player, threads, watch, cancel)
    kind, score = job.player.makes, folder.objects.put("score", job.score.canonical_bytes())
    sha = folder.objects.put(kind, data)
    frames = state.timebase.frames(state.bars)
    value = {"layer": job.layer, "take": job.wanted.take, "score": score, kind: sha, "frames": frames}
    made = Made(score, sha, frames, own.seconds(), False, (*_missed(job), *told))
    value |= {"remarks": list(told)} if told else {}
    folder.cache.remember(job.key, {**value, "seconds": made.seconds, "objects": [score, sha]})
    return made


def _missed(job: Job) -> tuple[str, ...]:
    """What to say of a timbre that the layer has and its performer lacks."""
    if isinstance(job.player, Sampler) or not job.player.missed:
        return ()
    name, timbre = job.player.bundle.manifest.name, job.player.timbre or "its own sound"
    return (f"the bundle {name!r} has no timbre {job.player.missed!r}: played in {timbre}",)


def _moved(job: Job) -> tuple[str, ...]:
    """What to say of notes that were moved into the timbre's range."""
    if not job.moved or isinstance(job.player, Sampler):
        return ()
    low, high = job.player.range or (0, 127)
    count, timbre = len(job.score.notes), job.player.timbre
    return (f"{job.moved} of {count} notes were moved by octaves: {timbre} plays pitches {low} to {high}",)


def _sample(
    state: GlobalState, job: Job, player: Sampler, watch: Watch, cancel: threading.Event
) -> tuple[bytes, tuple[str, ...]]:
    """The object of a layer's sound, and what could not be played."""
    from stemwright.native.engine import Cancelled
    from stemwright.producer.sampled import sampled_sound

    def progress(done: int, of: int) -> None:
        if cancel.is_set():
            raise Cancelled
        watch(job.layer, done, of)

    sound = sampled_sound(state, job.layer, job.score, player.instrument, progress)
    return sound.data, tuple(remarks(player, job.layer, sound.notes, sound.silent))


def _perform(
    folder: SongFolder,
    state: GlobalState,
    job: Job,
    player: Performer,
    threads: int,
    watch: Watch,
    cancel: threading.Event,
) -> bytes:
    """Canonical bytes of the layer's tokens [K, frames]."""
    import numpy as np

    from stemwright.codec import tokens as container
    from stemwright.conditioning import frame_features
    from stemwright.perform.layer import perform_layer

    want = job.wanted
    features = frame_features(state, job.layer, job.score, timbre=player.slot)
    start, stop, before = 0, len(features), _base(folder, job, player)
    if want.edit is not None and before is not None:
        start, stop = want.edit.span.frames(state)
    codes = perform_layer(
        player.bundle,
        features,
        seed=want.seed,
        layer=job.layer,
        take=want.take,
        timebase=state.timebase,
        sampling=player.sampling,
        threads=threads,
        prefix=None if before is None else before[:, :start],
        stop=stop,
        progress=lambda done: watch(job.layer, max(0, done - start), stop - start),
        cancel=cancel.is_set,
    )
    if before is not None:
        codes = np.concatenate([codes, before[:, stop:]], axis=1)
    return container.canonical_bytes(codes, int(player.bundle.manifest.architecture["codebook_size"]))


def _base(folder: SongFolder, job: Job, player: Performer) -> Tokens | None:
    """The tokens around the bars of an edit. None where there is no edit, or where they are another codec's:
    then the whole layer is performed.
    """
    from stemwright.codec import tokens as container

    edit = job.wanted.edit
    if edit is None:
        return None
    spoken = codec_of_take(folder, job.layer, edit.base)
    if spoken not in (None, player.bundle.manifest.codec_sha256):
        return None
    tokens = container.from_canonical(folder.objects.get(edit.base.content_sha256))
    # An old run may not say whose tokens they are: then their shape has to.
    return tokens if len(tokens) == player.bundle.manifest.architecture["codebooks"] else None


def _with_takes(song: Song, work: Plan, made: dict[str, Made], run: int) -> Song:
    """The song with everything decided and the new takes active."""
    song = replace(song, state=work.state)
    for job in work.jobs:
        take, entry = _take(job, made[job.layer], run), song.layers[job.layer]
        if job.layer in work.released:  # with some bars written anew, the whole is what the layer now plays
            entry = replace(entry, score_sha256=take.score_sha256 if job.wanted.edit else None)
        song = song.with_layer(job.layer, entry.with_take(take))
    return song


def _take(job: Job, result: Made, run: int) -> Take:
    want = job.wanted
    made = job.player.made(result.content)
    return Take(
        take=want.take, seed=want.seed, score_sha256=result.score, frames=result.frames, run=run, **made
    )


def _act(folder: SongFolder, song: Song, work: Plan, made: dict[str, Made], seed: int | None) -> Act:
    frames = _frames(work)
    return Act(
        command="generate",
        layers=[job.layer for job in work.jobs],
        seed=seed,
        audio_seconds=frames / FRAME_RATE,
        made=[sha for result in made.values() for sha in (result.score, result.content)],
        details={
            job.layer: {
                **_detail(job, made[job.layer]),
                "written": lineage.to_json(_origins(folder, song, work.state.bars, job)),
            }
            for job in work.jobs
        },
    )


def _origins(folder: SongFolder, song: Song, bars: int, job: Job) -> lineage.Origins:
    """Which run wrote each bar that the job plays: its own, where it is no older notes that are played."""
    want, given = job.wanted, song.layers[job.layer].score_sha256
    if want.again is not None:
        return lineage.of_take(folder, job.layer, want.again, bars)
    fresh = [next_run(folder)] * bars
    if want.writer.name == GIVEN and given is not None:
        fresh = lineage.of_score(folder, job.layer, given, bars) or fresh
    if want.edit is None:
        return fresh
    return lineage.with_bars(
        lineage.of_take(folder, job.layer, want.edit.base, bars), fresh, want.edit.span.bars
    )


def _frames(work: Plan) -> int:
    """Frames of music that the run was asked for."""
    if work.span is None:
        return work.state.timebase.frames(work.state.bars)
    start, stop = work.span.frames(work.state)
    return stop - start


def _detail(job: Job, result: Made) -> dict[str, Any]:
    want = job.wanted
    return {
        **job.player.details(),
        "take": want.take,
        "seed": want.seed,
        "bars": str(want.edit.span) if want.edit else None,
        "base": want.edit.base.take if want.edit else None,
        "writer": want.writer.name,
        "composer": want.writer.bundle_sha256,
        "score": result.score,
        job.player.makes: result.content,
        "seconds": result.seconds,
        "reused": result.reused,
        "key": job.key,
    }


def _of_notes(work: Plan, name: str) -> list[str]:
    """What to say of notes that the layer was given: they are played still, or new ones are."""
    (want,) = (job.wanted for job in work.jobs if job.layer == name)
    if name in work.released:
        return [f"new notes by the {want.writer.name}; those that it was given play in older takes"]
    if want.writer.name == GIVEN and work.anew and want.again is None:
        return ["plays the notes that it was given; for others add --seed N and --arranger or --composer"]
    return []


def _report(song: Song, work: Plan, made: dict[str, Made], record: dict[str, Any] | None) -> dict[str, Any]:
    layers: dict[str, Any] = {}
    for name, entry in song.layers.items():
        if name not in made and name not in work.kept:
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
            "remarks": [*made[name].remarks, *_of_notes(work, name)] if name in made else [],
        }
    run = {"run": None, "seconds": 0.0, "audio_seconds": 0.0, "rtf": None}
    if record is not None:
        run = {name: record[name] for name in run}
    return {**run, "layers": layers, "left_out": dict(work.left_out)}
