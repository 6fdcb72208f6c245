"""Build the training data: songs from the sources, rendered, cut and written as shards.

The work is a list of jobs; a job writes one shard for each of its layers and depends on nothing but its own
seed, so the build can be stopped, resumed, extended to more hours, and run by any number of workers with the
same result.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from stemwright.errors import UsageError
from stemwright.song.layers import LAYERS
from stemwright.song.score import PPQ, Score
from stemwright.song.timebase import HOP, SAMPLE_RATE
from stemwright.training import sources
from stemwright.training.render import Studio, to_int16
from stemwright.training.shards import SPLITS, NewClip, clips, shard_done, write_atomic, write_shard
from stemwright.training.sources import CREDITS, SourceSong, Window
from stemwright.training.timbres import RECIPES, TIMBRES

MIXTURE: dict[str, dict[str, float]] = {
    "drums": {"arranger": 0.42, "gmd": 0.5, "bands": 0.04, "etudes": 0.04},
    "bass": {"arranger": 0.8, "bands": 0.12, "etudes": 0.08},
    "harmony": {"arranger": 0.8, "bands": 0.12, "etudes": 0.08},
    "lead": {"arranger": 0.8, "bands": 0.12, "etudes": 0.08},
}
SHARD_MINUTES = 8.0
VALID_SHARE = 0.04
MAIN_TIMBRE_SHARE = 0.4
EMPTY_KEPT = 0.05
SPARSE_KEPT = 0.3
SPARSE = 0.25
_FIRST_NUMBER = {"arranger": 0, "gmd": 3000, "bands": 6000, "etudes": 8000}
_ROUNDS = 400

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One shard per layer: ``minutes`` of audio for each layer, all from the source ``kind``."""

    kind: str
    split: str
    number: int
    minutes: tuple[tuple[str, float], ...]

    def done(self, out: Path) -> bool:
        """Whether every layer's shard is there."""
        return all(shard_done(out, layer, self.split, self.number) for layer, _ in self.minutes)


def plan_jobs(hours: float, mixture: Mapping[str, Mapping[str, float]] = MIXTURE) -> list[Job]:
    """All jobs for ``hours`` per layer (both splits), in an order of which any prefix is a fair mix."""
    ranked: list[tuple[float, Job]] = []
    for kind, first in _FIRST_NUMBER.items():
        for split, share in (("train", 1.0 - VALID_SHARE), ("valid", VALID_SHARE)):
            wanted = {la: hours * 60.0 * share * mixture[la].get(kind, 0.0) for la in mixture}
            wanted = {la: minutes for la, minutes in wanted.items() if minutes > 0}
            if not wanted:
                continue
            count = max(1, math.ceil(max(wanted.values()) / SHARD_MINUTES - 1e-6))
            each = tuple((la, minutes / count) for la, minutes in wanted.items())
            ranked += [((i + 0.5) / count, Job(kind, split, first + i, each)) for i in range(count)]
    ranked.sort(key=lambda r: (r[0], r[1].split, r[1].number))
    return [job for _, job in ranked]


def job_songs(job: Job, rng: Random, symbolic: Path) -> Iterator[SourceSong]:
    """Songs of a job's source, without end where the source can make new ones."""
    layers = tuple(layer for layer, _ in job.minutes)
    if job.kind in ("arranger", "etudes"):
        make = sources.arranged if job.kind == "arranger" else sources.etudes
        while True:
            yield make(rng, layers)
    for again in range(_ROUNDS):
        if job.kind == "gmd":
            rows = list(sources.gmd_rows(symbolic / "gmd", job.split))
            rng.shuffle(rows)
            found = (sources.gmd_song(symbolic / "gmd", row) for row in rows)
        else:
            files = list(sources.band_files(symbolic, job.split))
            rng.shuffle(files)
            found = (sources.band_song(path) for path in files)
        for song in found:
            if song is None:
                continue
            if job.kind == "bands":
                song = sources.transposed(song, rng.randint(-4, 4))
            yield sources.retempo(song, rng.uniform(0.9, 1.1)) if again or job.kind == "bands" else song


def choose_timbre(layer: str, rng: Random) -> str:
    """A random timbre; the layer's first one comes more often."""
    names = TIMBRES[layer]
    return names[0] if len(names) == 1 or rng.random() < MAIN_TIMBRE_SHARE else rng.choice(names[1:])


def kept_share(score: Score, ticks: int) -> float:
    """How many of the windows like this one are kept: silence and near silence teach little."""
    if not score.notes:
        return EMPTY_KEPT
    beats = {tick // PPQ for n in score.notes for tick in range(n.onset, n.end, PPQ)}
    return 1.0 if len(beats) * PPQ >= SPARSE * ticks else SPARSE_KEPT


def _clip(studio: Studio, layer: str, window: Window, rng: Random) -> NewClip | None:
    score = window.scores.get(layer)
    if score is None or rng.random() >= kept_share(score, window.state.total_ticks):
        return None
    timbre = choose_timbre(layer, rng)
    audio = studio.render(layer, timbre, score, window.state.timebase, window.state.bars)
    name = f"{window.song.name}@{window.first_bar}"
    return NewClip(to_int16(audio), window.state, score, timbre, window.song.source, name)


def make_job(job: Job, seed: int, symbolic: Path, studio: Studio) -> dict[str, list[NewClip]]:
    """Render everything of a job; a pure function of job, seed and sources."""
    rng = Random(f"{seed}/{job.kind}/{job.split}/{job.number}")
    left = {layer: minutes * 60.0 * SAMPLE_RATE for layer, minutes in job.minutes}
    made: dict[str, list[NewClip]] = {layer: [] for layer in left}
    per_song = max(left.values()) / 4
    for song in job_songs(job, rng, symbolic):
        used = 0
        for window in sources.windows(song, rng):
            if used > per_song:
                break
            for layer in [la for la, rest in left.items() if rest > 0]:
                clip = _clip(studio, layer, window, rng)
                if clip is not None:
                    made[layer].append(clip)
                    left[layer] -= clip.audio.size
                    used += clip.audio.size // max(1, len(left))
        if all(rest <= 0 for rest in left.values()):
            break
    return made


def _limit_library_threads() -> None:
    import os

    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


class _Worker:
    """What a worker process keeps between jobs."""

    def __init__(self, out: Path, seed: int, folder: Path, soundfont: Path | None) -> None:
        _limit_library_threads()
        self.out, self.seed, self.symbolic = out, seed, folder / "symbolic"
        self.studio = Studio(folder / "samples", soundfont)

    def run(self, job: Job) -> tuple[Job, float]:
        """Make and write a job's shards; returns the job and its seconds of audio."""
        if job.done(self.out):
            return job, 0.0
        made = make_job(job, self.seed, self.symbolic, self.studio)
        for layer, found in made.items():
            if not shard_done(self.out, layer, job.split, job.number):
                write_shard(self.out, layer, job.split, job.number, found)
        return job, sum(c.audio.size for found in made.values() for c in found) / SAMPLE_RATE


_worker: _Worker | None = None


def _start(out: Path, seed: int, folder: Path, soundfont: Path | None) -> None:
    global _worker
    _worker = _Worker(out, seed, folder, soundfont)


def _run(job: Job) -> tuple[Job, float]:
    assert _worker is not None
    return _worker.run(job)


def describe(out: Path, seed: int, hours: float) -> dict[str, Any]:
    """The manifest of the data as it lies on disk: clips, seconds, timbres, sources and their licences."""
    layers: dict[str, Any] = {}
    used: set[str] = set()
    for layer in LAYERS:
        entry: dict[str, Any] = {}
        for split in SPLITS:
            found = clips(out, layer, split)
            used |= {str(c.meta["source"]) for c in found}
            entry[split] = {
                "clips": len(found),
                "seconds": round(sum(c.samples for c in found) / SAMPLE_RATE, 3),
                "timbres": dict(sorted(Counter(c.timbre for c in found).items())),
                "sources": dict(sorted(Counter(str(c.meta["source"]) for c in found).items())),
            }
        layers[layer] = entry
    sounds = [{"layer": la, "timbre": r.name, "source": r.source} for la, rs in RECIPES.items() for r in rs]
    return {
        "schema": 1,
        "sample_rate": SAMPLE_RATE,
        "hop": HOP,
        "seed": seed,
        "hours_per_layer": hours,
        "timbres": {layer: list(names) for layer, names in TIMBRES.items()},
        "layers": layers,
        "sources": {name: CREDITS[name] for name in sorted(used)},
        "sounds": sounds,
    }


def _check_seed(out: Path, seed: int) -> None:
    path = out / "manifest.json"
    if path.is_file():
        old = json.loads(path.read_text(encoding="utf-8")).get("seed")
        if old != seed:
            raise UsageError(
                f"{path}: was built with seed {old}, not {seed}; use that seed or another folder"
            )


def write_manifest(out: Path, seed: int, hours: float) -> dict[str, Any]:
    """Write ``manifest.json`` from what is on disk."""
    made = describe(out, seed, hours)
    write_atomic(out / "manifest.json", (json.dumps(made, indent=1, sort_keys=True) + "\n").encode())
    return made


def build_data(
    out: Path,
    hours_per_layer: float,
    seed: int,
    sources_dir: Path,
    workers: int = 2,
    minutes: float | None = None,
    soundfont: Path | None = None,
    mixture: Mapping[str, Mapping[str, float]] = MIXTURE,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Build ``hours_per_layer`` of data in ``out``, or as much as ``minutes`` of wall time allow; returns
    the manifest.

    ``sources_dir`` holds ``symbolic/`` and ``samples/``. Shards that exist are kept, so a second call
    resumes or extends. ``progress`` is called with (jobs done, jobs, what was made).
    """
    if not hours_per_layer > 0:
        raise UsageError(f"hours per layer must be above 0, not {hours_per_layer}")
    for name in ("symbolic", "samples"):
        if not (sources_dir / name).is_dir():
            raise UsageError(
                f"{sources_dir / name}: no such folder; name a folder with symbolic/ and samples/"
            )
    out.mkdir(parents=True, exist_ok=True)
    _check_seed(out, seed)
    jobs = plan_jobs(hours_per_layer, mixture)
    todo = [job for job in jobs if not job.done(out)]
    finished, deadline = len(jobs) - len(todo), None if minutes is None else time.monotonic() + minutes * 60
    for job, made in _results(todo, workers, (out, seed, sources_dir, soundfont), deadline):
        finished += 1
        if progress is not None:
            progress(finished, len(jobs), f"{job.kind} {job.split}-{job.number:04d}: {made / 60:.1f} min")
    return write_manifest(out, seed, hours_per_layer)


def _results(
    jobs: list[Job], workers: int, setup: tuple[Path, int, Path, Path | None], deadline: float | None
) -> Iterator[tuple[Job, float]]:
    """Run the jobs here or in processes, in any order, starting none after the deadline."""
    in_time = (job for job in jobs if deadline is None or time.monotonic() < deadline)
    if workers <= 1:
        worker = _Worker(*setup)
        yield from map(worker.run, in_time)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, initializer=_start, initargs=setup) as pool:
        waiting: list[Any] = []
        while True:
            while len(waiting) < workers and (job := next(in_time, None)) is not None:
                waiting.append(pool.apply_async(_run, (job,)))
            if not waiting:
                return
            ready = [w for w in waiting if w.ready()]
            for result in ready:
                waiting.remove(result)
                yield result.get()
            if not ready:
                time.sleep(0.05)
