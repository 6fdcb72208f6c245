"""Build the training data: jobs are rendered by processes and written as shards, with a manifest.

Shards that exist are kept, so a build can be stopped and goes on, or is extended to more hours, when it is
run again. Anything can read the data while it is being built.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stemwright.corpus.credits import CREDITS
from stemwright.corpus.sources import part_of
from stemwright.dataset.jobs import Job, make_job, plan_jobs
from stemwright.dataset.mixture import MIXTURE, Mixture, heard, kinds
from stemwright.dataset.shards import (
    SPLITS,
    clips,
    damage,
    shard_done,
    shard_hashes,
    wide_damage,
    wide_hashes,
    write_shard,
)
from stemwright.dataset.timbres import timbre_record
from stemwright.errors import UsageError, few
from stemwright.instruments.palette import find_palette
from stemwright.instruments.render import Studio
from stemwright.instruments.timbres import Recipes, names
from stemwright.song.layers import LAYERS
from stemwright.song.timebase import HOP, SAMPLE_RATE
from stemwright.store.atomic import write_bytes
from stemwright.work.processes import results

SCHEMA = 2

Progress = Callable[[int, int, str], None]


class _Worker:
    """What a worker process keeps between jobs."""

    def __init__(self, out: Path, seed: int, folder: Path, soundfont: Path | None, recipes: Recipes) -> None:
        self.out, self.seed, self.symbolic = out, seed, part_of(folder, "symbolic")
        self.studio = Studio(part_of(folder, "samples"), soundfont, recipes=recipes)

    def run(self, job: Job) -> tuple[Job, float]:
        """Make and write a job's shards; returns the job and its seconds of audio."""
        if job.done(self.out):
            return job, 0.0
        made = make_job(job, self.seed, self.symbolic, self.studio)
        for layer, found in made.items():
            if not shard_done(self.out, layer, job.split, job.number):
                write_shard(self.out, layer, job.split, job.number, found)
        return job, sum(c.audio.size for found in made.values() for c in found) / SAMPLE_RATE


def describe(out: Path, seed: int, hours: float, timbres: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest of the data as it lies on disk: clips, seconds, sources, licences, hashes; ``timbres``:
    what is said of them.
    """
    layers: dict[str, Any] = {}
    shards: dict[str, dict[str, str]] = {}
    twins: dict[str, dict[str, str]] = {}
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
        shards[layer] = shard_hashes(out, layer)
        twins[layer] = wide_hashes(out, layer)
    return {
        "schema": SCHEMA,
        "sample_rate": SAMPLE_RATE,
        "hop": HOP,
        "seed": seed,
        "hours_per_layer": hours,
        **timbres,
        "layers": layers,
        "sources": {name: CREDITS[name] for name in sorted(used)},
        "shards": shards,
        **({"wide": twins} if any(twins.values()) else {}),
    }


def manifest_of(out: Path) -> dict[str, Any] | None:
    """The manifest of the data in a folder, where there is one."""
    path = out / "manifest.json"
    if not path.is_file():
        return None
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{path}: is not JSON ({error}); use another folder") from None
    if not isinstance(made, dict) or made.get("schema") != SCHEMA:
        raise UsageError(f"{path}: was built by another version, with other sounds; use another folder")
    return made


def _check_seed(out: Path, seed: int) -> None:
    old = (manifest_of(out) or {"seed": seed})["seed"]
    if old != seed:
        raise UsageError(
            f"{out / 'manifest.json'}: was built with seed {old}, not {seed}; use that seed or another folder"
        )


def check_data(out: Path) -> list[str]:
    """What of the data is not as its manifest says; UsageError where there is none."""
    made = manifest_of(out)
    if made is None:
        raise UsageError(f"{out / 'manifest.json'}: no such file; build the data first")
    found = [line for layer, hashes in made["shards"].items() for line in damage(out, layer, hashes)]
    twins = made.get("wide", {})
    return found + [line for layer, hashes in twins.items() for line in wide_damage(out, layer, hashes)]


def write_manifest(out: Path, seed: int, hours: float, timbres: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``manifest.json`` from what is on disk, and what is said of timbres."""
    made = describe(out, seed, hours, timbres)
    write_bytes(out / "manifest.json", (json.dumps(made, indent=1, sort_keys=True) + "\n").encode())
    return made


def build_data(
    out: Path,
    hours_per_layer: float,
    seed: int,
    sources_dir: Path,
    workers: int | None = None,
    minutes: float | None = None,
    soundfont: Path | None = None,
    mixture: Mixture = MIXTURE,
    progress: Progress | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Build ``hours_per_layer`` of data in ``out``, or as much as ``minutes`` of wall time allow; returns
    the manifest.

    ``sources_dir`` holds ``symbolic/`` and ``samples/``, or is any folder of music and instruments. Shards
    that exist are kept, so a second call resumes or extends. ``workers``: processes, one a core by default.
    ``progress`` is called with (jobs done, jobs, what was made), ``say`` with lines of what music and which
    timbres there are, and what is left out.
    """
    if not hours_per_layer > 0:
        raise UsageError(f"hours per layer must be above 0, not {hours_per_layer}")
    palette = find_palette(part_of(sources_dir, "samples"), soundfont)
    trained = {layer for layer, found in names(palette.recipes).items() if found}
    unseen = {layer for layer, found in names(palette.recipes, held_out=True).items() if found}
    silent = [
        f"{layer}: nothing plays it, so there will be no data of it"
        for layer in mixture
        if layer not in trained
    ]
    mixture = {layer: weights for layer, weights in mixture.items() if layer in trained}
    there, faults = heard(part_of(sources_dir, "symbolic"), mixture)
    passed = [f"passed over: {line}" for line in few(faults, "more files")]
    for line in (*palette.remarks, *silent, *passed, f"music: {', '.join(kinds(there))}"):
        say(line)
    out.mkdir(parents=True, exist_ok=True)
    _check_seed(out, seed)
    jobs = plan_jobs(hours_per_layer, there, mixture, unseen)
    todo = [job for job in jobs if not job.done(out)]
    finished = len(jobs) - len(todo)
    setup = (out, seed, sources_dir, soundfont, palette.recipes)
    timbres = timbre_record(palette.recipes)
    write_manifest(out, seed, hours_per_layer, timbres)
    try:
        for job, made in results(todo, _Worker, setup, workers, minutes):
            finished += 1
            if progress is not None:
                progress(finished, len(jobs), f"{job.kind} {job.split}-{job.number:04d}: {made / 60:.1f} min")
    finally:
        manifest = write_manifest(out, seed, hours_per_layer, timbres)
    return manifest
