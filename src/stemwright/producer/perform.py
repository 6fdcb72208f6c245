"""Takes are performed, several layers at once, each by its player.

A layer is put into the store and the journal the moment it is finished, so that a kill loses at most what was
in flight; the next run finds it there under its key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from stemwright.producer.clock import Clock
from stemwright.producer.decoders import codec_of_take
from stemwright.producer.flowing import FlowPlayer, flow_tokens
from stemwright.producer.players import Performer, Sampler, remarks
from stemwright.producer.tasks import Job, Made
from stemwright.work.cores import threads
from stemwright.work.progress import Watch, shifted
from stemwright.work.threads import Cancel, side_by_side

if TYPE_CHECKING:
    from stemwright.codec.tokens import Tokens
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder


def perform(
    folder: SongFolder, state: GlobalState, jobs: Sequence[Job], clock: Clock, watch: Watch
) -> dict[str, Made]:
    """Do all jobs on the machine's cores; what came of each layer. The first failure, or Ctrl-C, stops the
    others and is raised.
    """
    limit = threads()
    workers = max(1, min(len(jobs), limit))
    # With fewer than two cores a layer, the engine lets each work alone and the last one have them all.
    own = limit // workers if limit >= 2 * workers else limit

    def do(job: Job, cancelled: Cancel) -> Made:
        return _made(folder, state, job, own, clock, watch, cancelled)

    made = side_by_side(jobs, do, "layer", workers)
    return {job.layer: result for job, result in zip(jobs, made, strict=True)}


def _made(
    folder: SongFolder,
    state: GlobalState,
    job: Job,
    own_threads: int,
    clock: Clock,
    watch: Watch,
    cancelled: Cancel,
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
            data, told = _sample(state, job, job.player, watch, cancelled)
        else:
            data = _tokens(folder, state, job, job.player, own_threads, watch, cancelled)
    kind, score = job.player.makes, folder.objects.put("score", job.score.canonical_bytes())
    sha = folder.objects.put(kind, data)
    frames = state.timebase.frames(state.bars)
    value = {"layer": job.layer, "take": job.wanted.take, "score": score, kind: sha, "frames": frames}
    made = Made(score, sha, frames, own.seconds(), False, (*_missed(job), *told))
    value |= {"remarks": list(told)} if told else {}
    folder.cache.remember(job.key, {**value, "seconds": made.seconds, "objects": [score, sha]})
    return made


def _missed(job: Job) -> tuple[str, ...]:
    """What to say of a timbre that the layer has and its performer lacks, and of a style that is another."""
    if isinstance(job.player, Sampler):
        return ()
    said = []
    if job.player.missed:
        name, timbre = job.player.bundle.manifest.name, job.player.timbre or "its own sound"
        said.append(f"the bundle {name!r} has no timbre {job.player.missed!r}: played in {timbre}")
    style = job.player.style if isinstance(job.player, Performer) else None
    if style is not None and style.another:
        said.append(f"the style {style.name!r} was learnt anew since the take before")
    return tuple(said)


def _moved(job: Job) -> tuple[str, ...]:
    """What to say of notes that were moved into the timbre's range."""
    if not job.moved or isinstance(job.player, Sampler):
        return ()
    low, high = job.player.range or (0, 127)
    count, timbre = len(job.score.notes), job.player.timbre
    return (f"{job.moved} of {count} notes were moved by octaves: {timbre} plays pitches {low} to {high}",)


def _sample(
    state: GlobalState, job: Job, player: Sampler, watch: Watch, cancelled: Cancel
) -> tuple[bytes, tuple[str, ...]]:
    """The object of a layer's sound, and what could not be played."""
    from stemwright.native.engine import Cancelled
    from stemwright.producer.sampled import sampled_sound

    def progress(done: int, of: int) -> None:
        if cancelled():
            raise Cancelled
        watch(job.layer, done, of)

    sound = sampled_sound(state, job.role, job.score, player.instrument, progress)
    return sound.data, tuple(remarks(player, job.role, sound.notes, sound.silent))


def _tokens(
    folder: SongFolder,
    state: GlobalState,
    job: Job,
    player: Performer | FlowPlayer,
    own_threads: int,
    watch: Watch,
    cancelled: Cancel,
) -> bytes:
    """Canonical bytes of the layer's tokens [K, frames]."""
    from stemwright.codec import tokens as container

    base, told = _base(folder, job, player), partial(watch, job.layer)
    if isinstance(player, FlowPlayer):
        codes = flow_tokens(state, job.role, job.score, job.wanted, player, base, told, cancelled)
    else:
        codes = _performed(state, job, player, base, own_threads, told, cancelled)
    return container.canonical_bytes(codes, int(player.bundle.manifest.architecture["codebook_size"]))


def _performed(
    state: GlobalState,
    job: Job,
    player: Performer,
    base: Tokens | None,
    own_threads: int,
    watch: Callable[[int, int], object],
    cancelled: Cancel,
) -> Tokens:
    """The tokens that a performer draws; of an edit, its bars one after the other."""
    import numpy as np

    from stemwright.conditioning import frame_features
    from stemwright.perform.layer import perform_layer

    want = job.wanted
    features = frame_features(state, job.role, job.score, timbre=player.slot)
    codes, spans = base, [(0, len(features))]
    if want.edit is not None and codes is not None:
        spans = [span.frames(state) for span in want.edit.spans]
    done, total = 0, sum(stop - start for start, stop in spans)
    for start, stop in spans:
        told = partial(_tell, shifted(watch, done, total), start, stop)
        made = perform_layer(
            player.bundle,
            features,
            seed=want.seed,
            layer=job.role,
            take=want.take,
            timebase=state.timebase,
            sampling=player.sampling,
            style=None if player.style is None else (player.style.bundle, player.style.strength),
            threads=own_threads,
            prefix=None if codes is None else codes[:, :start],
            stop=stop,
            progress=told,
            cancel=cancelled,
        )
        codes = made if codes is None else np.concatenate([made, codes[:, stop:]], axis=1)
        done += stop - start
    assert codes is not None
    return codes


def _tell(watch: Callable[[int, int], object], start: int, stop: int, done: int) -> None:
    """Tell a watch of the frames of a stretch that are done, those before it left out."""
    watch(max(0, done - start), stop - start)


def _base(folder: SongFolder, job: Job, player: Performer | FlowPlayer) -> Tokens | None:
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
