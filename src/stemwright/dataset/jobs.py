"""What is rendered: jobs, the songs of a job, and the clips made of them.

A job writes one shard for each of its layers and depends on nothing but its own seed, so a build can be
stopped, resumed, extended to more hours, and run by any number of workers with the same result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from stemwright.corpus.splits import band_files, gmd_rows, sheet_files
from stemwright.dataset import sources
from stemwright.dataset.humanise import Feel, draw_feel, humanised
from stemwright.dataset.shards import NewClip, shard_done
from stemwright.dataset.sheets import sheet_song
from stemwright.dataset.sources import SourceSong, Window
from stemwright.errors import UsageError
from stemwright.instruments.effects import MILD, draw_effects
from stemwright.instruments.ranges import within
from stemwright.instruments.render import Studio, to_int16
from stemwright.instruments.timbres import HELD_OUT, TIMBRES, recipe
from stemwright.song.layers import is_drums
from stemwright.song.score import PPQ, Score
from stemwright.song.timebase import SAMPLE_RATE

MIXTURE: dict[str, dict[str, float]] = {
    "drums": {"arranger": 0.26, "gmd": 0.56, "bands": 0.06, "etudes": 0.06, "sheets": 0.06},
    "bass": {"arranger": 0.46, "bands": 0.18, "etudes": 0.12, "sheets": 0.12, "lieder": 0.12},
    "harmony": {"arranger": 0.39, "bands": 0.18, "etudes": 0.12, "sheets": 0.12, "lieder": 0.19},
    "lead": {"arranger": 0.31, "bands": 0.17, "etudes": 0.12, "sheets": 0.20, "lieder": 0.20},
}
SHARD_MINUTES = 8.0
VALID_SHARE = 0.04
MAIN_TIMBRE_SHARE = 0.2
EMPTY_KEPT = 0.05
SPARSE_KEPT = 0.3
SPARSE = 0.25
_SPLITS = (("train", 1.0 - VALID_SHARE), ("valid", VALID_SHARE), ("unseen", VALID_SHARE))
_FIRST_NUMBER = {
    "arranger": 0,
    "gmd": 3000,
    "bands": 6000,
    "sheets": 7000,
    "etudes": 8000,
    "lieder": 9000,
}
_WRITTEN_HERE: Mapping[str, Callable[[Random, tuple[str, ...]], SourceSong]] = {
    "arranger": sources.arranged,
    "etudes": sources.etudes,
}
_TEMPO = {"gmd": (0.92, 1.08), "bands": (0.9, 1.1), "lieder": (0.85, 1.2)}
_TRANSPOSED = {"gmd": 6, "bands": 4, "sheets": 5, "lieder": 4}
_FILES_APART = 5
_ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Job:
    """One shard per layer: ``minutes`` of audio for each layer, all from the source ``kind``."""

    kind: str
    split: str
    number: int
    minutes: tuple[tuple[str, float], ...]

    @property
    def songs(self) -> str:
        """The split that the songs are of: held-out timbres play the songs of the validation split."""
        return "valid" if self.split == "unseen" else self.split

    def done(self, out: Path) -> bool:
        """Whether every layer's shard is there."""
        return all(shard_done(out, layer, self.split, self.number) for layer, _ in self.minutes)


def plan_jobs(hours: float, mixture: Mapping[str, Mapping[str, float]] = MIXTURE) -> list[Job]:
    """All jobs for ``hours`` per layer, in an order of which any prefix is a fair mix.

    The hours are those of training and validation; the unseen timbres come on top, as long as validation.
    """
    ranked: list[tuple[float, Job]] = []
    for kind, first in _FIRST_NUMBER.items():
        for split, share in _SPLITS:
            wanted = {la: hours * 60.0 * share * mixture[la].get(kind, 0.0) for la in mixture}
            wanted = {la: minutes for la, minutes in wanted.items() if minutes > 0}
            if not wanted:
                continue
            count = max(1, math.ceil(max(wanted.values()) / SHARD_MINUTES - 1e-6))
            each = tuple((la, minutes / count) for la, minutes in wanted.items())
            ranked += [((i + 0.5) / count, Job(kind, split, first + i, each)) for i in range(count)]
    ranked.sort(key=lambda r: (r[0], r[1].split, r[1].number))
    return [job for _, job in ranked]


def job_songs(job: Job, rng: Random, symbolic: Path, seed: int) -> Iterator[SourceSong]:
    """Songs of a job's source, without end where the source can make new ones, else over and over.

    Files come in one shuffled order; every job begins elsewhere in it, so that all of them are heard. Their
    tempo and key are another each time.
    """
    layers = tuple(layer for layer, _ in job.minutes)
    while job.kind in _WRITTEN_HERE:
        yield _WRITTEN_HERE[job.kind](rng, layers)
    files = _files(job, symbolic)
    if not files:
        raise UsageError(f"{symbolic}: has no {job.kind} for the split {job.songs!r}; see docs/training.md")
    Random(f"{seed}/{job.kind}/{job.songs}/order").shuffle(files)
    first = job.number * _FILES_APART
    for place in range(first, first + _ROUNDS * len(files)):
        song = _song(job, files[place % len(files)], symbolic, rng)
        if song is not None:
            moved = rng.randint(-_TRANSPOSED[job.kind], _TRANSPOSED[job.kind])
            song = sources.transposed(song, moved)
            yield sources.retempo(song, rng.uniform(*_TEMPO[job.kind])) if job.kind in _TEMPO else song


def _files(job: Job, symbolic: Path) -> list[Path | dict[str, str]]:
    if job.kind == "gmd":
        return list(gmd_rows(symbolic / "gmd", job.songs))
    if job.kind == "bands":
        return list(band_files(symbolic, job.songs))
    return list(sheet_files(symbolic, job.kind, job.songs))


def _song(job: Job, file: Path | dict[str, str], symbolic: Path, rng: Random) -> SourceSong | None:
    if isinstance(file, dict):
        return sources.gmd_song(symbolic / "gmd", file)
    return sources.band_song(file) if job.kind == "bands" else sheet_song(file, job.kind, rng)


def choose_timbre(layer: str, split: str, rng: Random) -> str:
    """A random timbre of a split; the layer's first one comes more often in training."""
    if split == "unseen":
        return rng.choice(HELD_OUT[layer])
    names = TIMBRES[layer]
    return names[0] if len(names) == 1 or rng.random() < MAIN_TIMBRE_SHARE else rng.choice(names[1:])


def kept_share(score: Score, ticks: int) -> float:
    """How many of the windows like this one are kept: silence and near silence teach little."""
    if not score.notes:
        return EMPTY_KEPT
    beats = {tick // PPQ for n in score.notes for tick in range(n.onset, n.end, PPQ)}
    return 1.0 if len(beats) * PPQ >= SPARSE * ticks else SPARSE_KEPT


def _kept(window: Window, layer: str) -> float:
    """The share for a layer of a window; the drums' etudes are sparse on purpose."""
    if window.song.source == "etudes" and is_drums(layer):
        return 1.0
    return kept_share(window.scores[layer], window.state.total_ticks)


@dataclass(frozen=True, slots=True)
class _Played:
    """A layer of a window as it is played."""

    layer: str
    window: Window
    score: Score
    feel: Feel


def _play(layer: str, window: Window, rng: Random) -> _Played | None:
    """The notes of a clip; None where the window is passed over."""
    score = window.scores.get(layer)
    state = window.state
    if score is None or rng.random() >= _kept(window, layer):
        return None
    feel = draw_feel(rng, window.song.source)
    return _Played(layer, window, humanised(score, feel, state.bpm, state.total_ticks, rng), feel)


def in_range(layer: str, timbre: str, score: Score) -> Score:
    """What a timbre plays of a score: no performer learns notes that its instrument does not have."""
    return score if is_drums(layer) else within(score, *recipe(layer, timbre).range)


def _render(studio: Studio, played: _Played, split: str, rng: Random) -> NewClip:
    """The sound of a clip: timbre and effects are drawn here, apart from the music."""
    layer, window, state = played.layer, played.window, played.window.state
    timbre = choose_timbre(layer, split, rng)
    effects = draw_effects(rng, MILD)
    score = in_range(layer, timbre, played.score)
    audio = studio.render(layer, timbre, score, state.timebase, state.bars, effects)
    name = f"{window.song.name}@{window.first_bar}"
    variety = {"feel": played.feel.to_json(), "effects": effects.to_json()}
    return NewClip(to_int16(audio), state, score, timbre, window.song.source, name, variety)


def make_job(job: Job, seed: int, symbolic: Path, studio: Studio) -> dict[str, list[NewClip]]:
    """Render everything of a job; a pure function of job, seed and sources.

    Music and sound have random numbers of their own, so the splits "valid" and "unseen" hold the same music.
    """
    music = Random(f"{seed}/{job.kind}/{job.songs}/{job.number}")
    sound = Random(f"{seed}/{job.kind}/{job.split}/{job.number}/sound")
    left = {layer: minutes * 60.0 * SAMPLE_RATE for layer, minutes in job.minutes}
    made: dict[str, list[NewClip]] = {layer: [] for layer in left}
    per_song = max(left.values()) / 4
    for song in job_songs(job, music, symbolic, seed):
        used = 0
        windows = list(sources.windows(song, music))
        music.shuffle(windows)
        for window in windows:
            if used > per_song:
                break
            for layer in [la for la, rest in left.items() if rest > 0]:
                played = _play(layer, window, music)
                if played is not None:
                    clip = _render(studio, played, job.split, sound)
                    made[layer].append(clip)
                    left[layer] -= clip.audio.size
                    used += clip.audio.size // max(1, len(left))
        if all(rest <= 0 for rest in left.values()):
            break
    return made
