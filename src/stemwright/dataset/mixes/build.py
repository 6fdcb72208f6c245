"""Build the mixes: shards are made by processes, kept where they are there, and named in a manifest."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from stemwright.corpus.credits import CREDITS
from stemwright.corpus.sources import part_of
from stemwright.dataset.mixes.shards import SCHEMA, mixes_done, read_mixes, shard_hashes, write_mixes
from stemwright.dataset.mixes.songs import songs, stretch
from stemwright.dataset.mixes.sound import Mix, beatless, mix_of
from stemwright.dataset.shards import SPLITS
from stemwright.dataset.timbres import timbre_record
from stemwright.errors import UsageError
from stemwright.instruments.palette import find_palette
from stemwright.instruments.render import Studio
from stemwright.instruments.timbres import Recipes
from stemwright.song.timebase import SAMPLE_RATE
from stemwright.store.atomic import write_bytes
from stemwright.work.processes import results

SHARD = 20
"""Mixes of a shard."""
HELD_OUT = 0.15
"""Mixes of "valid", and as many of "unseen", for each of "train"."""
BEATLESS_SHARE = 0.05

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class _Job:
    split: str
    number: int
    mixes: int


class _Worker:
    """What a worker process keeps between jobs."""

    def __init__(self, out: Path, seed: int, folder: Path, soundfont: Path | None, recipes: Recipes) -> None:
        self.out, self.seed, self.symbolic = out, seed, part_of(folder, "symbolic")
        self.studio = Studio(part_of(folder, "samples"), soundfont, recipes=recipes)

    def run(self, job: _Job) -> tuple[_Job, float]:
        """Make and write a shard; its seconds of sound."""
        rng = Random(f"{self.seed}/mixes/{job.split}/{job.number}")
        there = songs(rng, self.symbolic, job.split)
        made: list[Mix] = []
        while len(made) < job.mixes:
            if rng.random() < BEATLESS_SHARE:
                made.append(beatless(rng))
                continue
            song = stretch(next(there), rng)
            if song is not None and all(layer in self.studio.recipes for layer in song.scores):
                made.append(mix_of(song, self.studio, job.split, rng))
        write_mixes(self.out, job.split, job.number, made)
        return job, sum(mix.audio.size for mix in made) / SAMPLE_RATE


def build_mixes(
    out: Path,
    songs_wanted: int,
    seed: int,
    sources: Path,
    workers: int | None = None,
    soundfont: Path | None = None,
    progress: Progress | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Make so many mixes for training, and `HELD_OUT` of them for each held-out split; the manifest.

    Shards that are there are kept: a second call resumes, or extends. UsageError for a number that is not
    positive, and for a folder that holds mixes of another seed.
    """
    if songs_wanted < 1:
        raise UsageError(f"songs must be above 0, not {songs_wanted}")
    palette = find_palette(part_of(sources, "samples"), soundfont)
    for line in palette.remarks:
        say(line)
    _check_seed(out, seed)
    jobs = [job for split in SPLITS for job in _jobs(split, songs_wanted)]
    todo = [job for job in jobs if not mixes_done(out, job.split, job.number)]
    finished = len(jobs) - len(todo)
    setup = (out, seed, sources, soundfont, palette.recipes)
    try:
        for job, made in results(todo, _Worker, setup, workers, None):
            finished += 1
            if progress is not None:
                progress(finished, len(jobs), f"{job.split}-{job.number:04d}: {made / 60:.1f} min")
    finally:
        manifest = _write_manifest(out, seed, palette.recipes)
    return manifest


def manifest_of(out: Path) -> dict[str, Any]:
    """The manifest of the mixes in a folder; empty where there is none. UsageError where it is none."""
    path = out / "manifest.json"
    if not path.is_file():
        return {}
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{path}: is not JSON ({error}); use another folder") from None
    if not isinstance(made, dict) or made.get("schema") != SCHEMA or made.get("kind") != "mixes":
        raise UsageError(f"{path}: is not the manifest of mixes of this version; use another folder")
    return made


def mixes_origin(out: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(licences, sources) of scores and sounds, for the manifest of a bundle."""
    made = manifest_of(out)
    scores = [made["sources"][name] for name in sorted(made.get("sources", {}))]
    sounds = sorted({sound["source"] for sound in made.get("sounds", ())})
    licences = {score["licence"] for score in scores}
    licences |= {sound.rpartition("(")[2].rstrip(")") for sound in sounds}
    told = [f"{score['what']} ({score['licence']}), {score['credit']}" for score in scores]
    return tuple(sorted(licences)), tuple(told + sounds)


def _jobs(split: str, songs_wanted: int) -> list[_Job]:
    count = songs_wanted if split == "train" else max(1, round(HELD_OUT * songs_wanted))
    firsts = range(0, count, SHARD)
    return [_Job(split, number, min(SHARD, count - first)) for number, first in enumerate(firsts)]


def _check_seed(out: Path, seed: int) -> None:
    old = manifest_of(out).get("seed", seed)
    if old != seed:
        raise UsageError(
            f"{out / 'manifest.json'}: was built with seed {old}, not {seed}; use that seed or another folder"
        )


def _write_manifest(out: Path, seed: int, recipes: Recipes) -> dict[str, Any]:
    hashes = shard_hashes(out)
    there = [split for split in SPLITS if any(name.startswith(split) for name in hashes)]
    found = {split: read_mixes(out, split) for split in there}
    used = {mix.about["source"] for mixes in found.values() for mix in mixes} & set(CREDITS)
    made = {
        "schema": SCHEMA,
        "kind": "mixes",
        "seed": seed,
        "sample_rate": SAMPLE_RATE,
        **timbre_record(recipes),
        "sources": {name: CREDITS[name] for name in sorted(used)},
        "splits": {
            split: {
                "mixes": len(mixes),
                "with_drums": sum(mix.drums for mix in mixes),
                "seconds": round(sum(mix.samples for mix in mixes) / SAMPLE_RATE, 1),
            }
            for split, mixes in found.items()
        },
        "shards": hashes,
    }
    write_bytes(out / "manifest.json", (json.dumps(made, indent=1, sort_keys=True) + "\n").encode())
    return made
