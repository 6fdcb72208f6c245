"""What is rendered: jobs, the songs of a job, and the clips made of them.

A job writes one shard for each of its layers and depends on nothing but its own seed, so a build can be
stopped, resumed, extended to more hours, and run by any number of workers with the same result.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from stemwright.corpus.augment import augmented
from stemwright.corpus.song import CorpusSong
from stemwright.dataset.humanise import Feel, draw_feel, humanised
from stemwright.dataset.mixture import KINDS, MIXTURE, Heard, Mixture, kind_files, shares, usable
from stemwright.dataset.shards import NewClip, shard_done
from stemwright.dataset.written import accompanied, is_sheet
from stemwright.instruments.effects import MILD, draw_effects
from stemwright.instruments.ranges import within
from stemwright.instruments.render import Studio, to_int16
from stemwright.instruments.timbres import TimbreRecipe
from stemwright.song.layers import LAYERS, is_drums
from stemwright.song.score import PPQ, Score
from stemwright.song.timebase import SAMPLE_RATE

SHARD_MINUTES = 8.0
VALID_SHARE = 0.04
MAIN_TIMBRE_SHARE = 0.2
EMPTY_KEPT = 0.05
SPARSE_KEPT = 0.3
SPARSE = 0.25
WINDOW_BARS = (2, 3, 4, 6, 8, 12, 16)
WINDOW_SECONDS = (9.0, 30.0)
_SPLITS = (("train", 1.0 - VALID_SHARE), ("valid", VALID_SHARE), ("unseen", VALID_SHARE))
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
        """The split that the songs are of."""
        return _songs_of(self.split)

    def done(self, out: Path) -> bool:
        """Whether every layer's shard is there."""
        return all(shard_done(out, layer, self.split, self.number) for layer, _ in self.minutes)


def _songs_of(split: str) -> str:
    """Held-out timbres play the songs of the validation split."""
    return "valid" if split == "unseen" else split


def plan_jobs(
    hours: float, there: Heard, mixture: Mixture = MIXTURE, unseen: Collection[str] = LAYERS
) -> list[Job]:
    """All jobs for ``hours`` per layer of the music that is there, in an order of which any prefix is a fair
    mix.

    The hours are those of training and validation; the unseen timbres come on top, as long as validation,
    for the layers in ``unseen``.
    """
    ranked: list[tuple[float, Job]] = []
    for split, share in _SPLITS:
        parts = shares(mixture, there, _songs_of(split))
        if split == "unseen":
            parts = {layer: part for layer, part in parts.items() if layer in unseen}
        for kind, made in KINDS.items():
            wanted = {la: hours * 60.0 * share * parts[la].get(kind, 0.0) for la in parts}
            wanted = {la: minutes for la, minutes in wanted.items() if minutes > 0}
            if not wanted:
                continue
            count = max(1, math.ceil(max(wanted.values()) / SHARD_MINUTES - 1e-6))
            each = tuple((la, minutes / count) for la, minutes in wanted.items())
            ranked += [((i + 0.5) / count, Job(kind, split, made.first + i, each)) for i in range(count)]
    ranked.sort(key=lambda r: (r[0], r[1].split, r[1].number))
    return [job for _, job in ranked]


def job_songs(job: Job, rng: Random, symbolic: Path, seed: int) -> Iterator[CorpusSong]:
    """Songs of a job's kind, without end where they are written here, else over and over.

    Files come in one shuffled order; every job begins elsewhere in it, so that all of them are heard. Their
    tempo and key are another each time.
    """
    kind, layers = KINDS[job.kind], tuple(layer for layer, _ in job.minutes)
    while kind.write is not None:
        yield kind.write(rng, layers)
    found = kind_files(job.kind, symbolic, job.songs)
    Random(f"{seed}/{job.kind}/{job.songs}/order").shuffle(found)
    first = job.number * _FILES_APART
    for place in range(first, first + _ROUNDS * len(found)):
        for song in usable(found[place % len(found)]):
            moved = augmented(song, rng, kind.keys, kind.tempo)
            yield accompanied(moved, rng) if is_sheet(moved) else moved


def windows(song: CorpusSong, rng: Random) -> Iterator[CorpusSong]:
    """A song cut into windows of 9-30 s one after the other, each a short song of its own ("name@first bar");
    a rest of under 3 s is left out.
    """
    bar_seconds = float(song.state.timebase.bar_seconds)
    fitting = [b for b in WINDOW_BARS if WINDOW_SECONDS[0] <= b * bar_seconds <= WINDOW_SECONDS[1]] or [2]
    at, total = 0, song.state.bars
    while at < total:
        bars = min(rng.choice(fitting), total - at)
        if bars * bar_seconds < 3.0 and at:
            return
        yield replace(song.slice(at, bars), name=f"{song.name}@{at}")
        at += bars


def choose_timbre(recipes: Sequence[TimbreRecipe], split: str, rng: Random) -> TimbreRecipe:
    """A random timbre of a split, of those of a layer; the first one comes more often in training."""
    found = [made for made in recipes if made.held_out == (split == "unseen")]
    if split == "unseen":
        return rng.choice(found)
    return found[0] if len(found) == 1 or rng.random() < MAIN_TIMBRE_SHARE else rng.choice(found[1:])


def kept_share(score: Score, ticks: int) -> float:
    """How many of the windows like this one are kept: silence and near silence teach little."""
    if not score.notes:
        return EMPTY_KEPT
    beats = {tick // PPQ for n in score.notes for tick in range(n.onset, n.end, PPQ)}
    return 1.0 if len(beats) * PPQ >= SPARSE * ticks else SPARSE_KEPT


@dataclass(frozen=True, slots=True)
class _Played:
    """A layer of a window as it is played."""

    layer: str
    window: CorpusSong
    score: Score
    feel: Feel


def _play(layer: str, window: CorpusSong, sparse: bool, rng: Random) -> _Played | None:
    """The notes of a clip; None where the window is passed over. `sparse`: silence is meant."""
    score, state = window.scores.get(layer), window.state
    if score is None or rng.random() >= (1.0 if sparse else kept_share(score, state.total_ticks)):
        return None
    feel = draw_feel(rng, window.timing == "human")
    return _Played(layer, window, humanised(score, feel, state.bpm, state.total_ticks, rng), feel)


def in_range(layer: str, made: TimbreRecipe, score: Score) -> Score:
    """What a timbre plays of a score: no performer learns notes that its instrument does not have."""
    return score if is_drums(layer) else within(score, *made.range)


def _render(studio: Studio, played: _Played, split: str, rng: Random) -> NewClip:
    """The sound of a clip: timbre and effects are drawn here, apart from the music."""
    layer, window, state = played.layer, played.window, played.window.state
    made = choose_timbre(studio.recipes[layer], split, rng)
    effects = draw_effects(rng, MILD)
    score = in_range(layer, made, played.score)
    audio = studio.render(layer, made.name, score, state.timebase, state.bars, effects)
    variety = {"feel": played.feel.to_json(), "effects": effects.to_json()}
    return NewClip(to_int16(audio), state, score, made.name, window.source, window.name, variety)


def make_job(job: Job, seed: int, symbolic: Path, studio: Studio) -> dict[str, list[NewClip]]:
    """Render everything of a job; a pure function of job, seed and sources.

    Music and sound have random numbers of their own, so the splits "valid" and "unseen" hold the same music.
    """
    music = Random(f"{seed}/{job.kind}/{job.songs}/{job.number}")
    sound = Random(f"{seed}/{job.kind}/{job.split}/{job.number}/sound")
    left = {layer: minutes * 60.0 * SAMPLE_RATE for layer, minutes in job.minutes}
    made: dict[str, list[NewClip]] = {layer: [] for layer in left}
    per_song, sparse = max(left.values()) / 4, KINDS[job.kind].sparse
    for song in job_songs(job, music, symbolic, seed):
        used = 0
        cuts = list(windows(song, music))
        music.shuffle(cuts)
        for window in cuts:
            if used > per_song:
                break
            for layer in [la for la, rest in left.items() if rest > 0]:
                played = _play(layer, window, layer in sparse, music)
                if played is not None:
                    clip = _render(studio, played, job.split, sound)
                    made[layer].append(clip)
                    left[layer] -= clip.audio.size
                    used += clip.audio.size // max(1, len(left))
        if all(rest <= 0 for rest in left.values()):
            break
    return made
