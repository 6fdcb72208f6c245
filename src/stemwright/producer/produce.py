"""`generate`: make what a plan asks for, several layers at once, and record it.

A layer is put into the store and the journal the moment it is finished, so that a kill loses at most what was
in flight; the next run finds it there under its key.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.producer import machine
from stemwright.producer.clock import Clock
from stemwright.producer.commit import Act, commit, next_run
from stemwright.producer.plan import Job, Plan, Request, plan
from stemwright.producer.progress import Watch, unwatched
from stemwright.producer.workspace import writing
from stemwright.song.document import Song, Take
from stemwright.song.timebase import FRAME_RATE

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Made:
    """The result of a job: SHA-256 of score and tokens, frames, and whether it was found finished."""

    score: str
    tokens: str
    frames: int
    seconds: float
    reused: bool


def produce(
    path: Path,
    layers: tuple[str, ...] = (),
    *,
    seed: int | None = None,
    bars: str | None = None,
    timbre: str | None = None,
    composer: bool = False,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Make what is missing, or another take where `seed`, `bars` or `timbre` ask for it (see `Request`).
    Returns what is there now."""
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        work = plan(folder, song, Request(layers, seed, bars, timbre, composer), clock, watch)
        if not work.jobs:
            return _report(song, work, {}, None)
        made = run_jobs(folder, work, clock, watch)
        song = _with_takes(song, work, made, next_run(folder))
        record = commit(folder, song, _act(work, made, seed), clock)
        return _report(song, work, made, record)


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
        return Made(found["score"], found["tokens"], found["frames"], found["seconds"], True)
    own = Clock()
    with clock.stage(job.layer):
        tokens = _perform(folder, state, job, threads, watch, cancel)
    score = folder.objects.put("score", job.score.canonical_bytes())
    sha = folder.objects.put("tokens", tokens)
    frames = state.timebase.frames(state.bars)
    value = {"layer": job.layer, "take": job.wanted.take, "score": score, "tokens": sha, "frames": frames}
    made = Made(score, sha, frames, own.seconds(), False)
    folder.cache.remember(job.key, {**value, "seconds": made.seconds, "objects": [score, sha]})
    return made


def _perform(
    folder: SongFolder, state: GlobalState, job: Job, threads: int, watch: Watch, cancel: threading.Event
) -> bytes:
    """Canonical bytes of the layer's tokens [8, frames]."""
    import numpy as np

    from stemwright.codec import tokens as container
    from stemwright.conditioning import frame_features
    from stemwright.perform.layer import perform_layer

    want, player = job.wanted, job.player
    features = frame_features(state, job.layer, job.score, timbre=player.slot)
    start, stop, before = 0, len(features), None
    if want.edit is not None:
        before = container.from_canonical(folder.objects.get(want.edit.base.tokens_sha256))
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


def _with_takes(song: Song, work: Plan, made: dict[str, Made], run: int) -> Song:
    """The song with everything decided and the new takes active."""
    song = replace(song, state=work.state)
    for job in work.jobs:
        result = made[job.layer]
        take = Take(
            take=job.wanted.take,
            seed=job.wanted.seed,
            timbre=job.player.timbre,
            score_sha256=result.score,
            tokens_sha256=result.tokens,
            bundle_sha256=job.player.bundle.sha256,
            frames=result.frames,
            run=run,
        )
        song = song.with_layer(job.layer, song.layers[job.layer].with_take(take))
    return song


def _act(work: Plan, made: dict[str, Made], seed: int | None) -> Act:
    frames = _frames(work)
    return Act(
        command="generate",
        layers=[job.layer for job in work.jobs],
        seed=seed,
        audio_seconds=frames / FRAME_RATE,
        made=[sha for result in made.values() for sha in (result.score, result.tokens)],
        details={job.layer: _detail(job, made[job.layer]) for job in work.jobs},
    )


def _frames(work: Plan) -> int:
    """Frames of music that the run was asked for."""
    if work.span is None:
        return work.state.timebase.frames(work.state.bars)
    start, stop = work.span.frames(work.state)
    return stop - start


def _detail(job: Job, result: Made) -> dict[str, Any]:
    want, player = job.wanted, job.player
    return {
        "take": want.take,
        "seed": want.seed,
        "timbre": player.timbre,
        "bars": str(want.edit.span) if want.edit else None,
        "base": want.edit.base.take if want.edit else None,
        "writer": want.writer.name,
        "composer": want.writer.bundle_sha256,
        "sampling": asdict(player.sampling),
        "bundle": player.bundle.sha256,
        "codec": player.bundle.manifest.codec_sha256,
        "score": result.score,
        "tokens": result.tokens,
        "seconds": result.seconds,
        "reused": result.reused,
        "key": job.key,
    }


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
            "how": how,
        }
    facts = {"run": None, "seconds": 0.0, "audio_seconds": 0.0, "rtf": None}
    if record is not None:
        facts = {name: record[name] for name in facts}
    return {**facts, "layers": layers}
