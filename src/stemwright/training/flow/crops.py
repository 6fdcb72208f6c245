"""Batches of stretches cut from clips of all layers, and what of each is known already.

A batch is a function of (seed, step) alone, so that a resumed run sees what it would have seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.conditioning import drop_features, frame_features
from stemwright.dataset.shards import Clip, clips
from stemwright.dataset.timbres import timbres_of
from stemwright.errors import UsageError
from stemwright.flow.space import STACK, LatentSpace, stacked
from stemwright.flow.told import STYLE
from stemwright.song.layers import LAYERS
from stemwright.training.clips.styles import style_vector
from stemwright.training.flow.latents import latents_of

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

DROPS = {"score": 0.15, "chords": 0.1, "style": 0.1, "timbre": 0.1, "rhythm": 0.1}
"""How often a group of conditions is not told: what guidance needs, and whoever leaves it out."""
UNSTYLED = 0.4
"""How often no words are told."""
ALONE, BEFORE = 0.4, 0.85
"""Up to here nothing is known; up to here a beginning; beyond, both sides (filling in)."""


@dataclass(frozen=True, slots=True)
class FlowBatch:
    """sound [B, N, 3 * latent], told [B, N, 3 * F], layers int64 [B], style [B, STYLE]; known,
    counted bool [B, N]: what is given, and what the loss counts."""

    sound: Floats
    told: Floats
    layers: npt.NDArray[np.int64]
    style: Floats
    known: Bools
    counted: Bools


class Stretches:
    """All clips of a split; ``features``: columns that conditions are filled up to; ``styled``: whether words
    about the clips are told (`stemwright.training.clips.styles`)."""

    def __init__(
        self,
        found: Mapping[str, Sequence[Clip]],
        timbres: Mapping[str, Sequence[str]],
        features: int,
        styled: bool = False,
    ) -> None:
        self.clips = [(LAYERS.index(layer), clip) for layer, each in found.items() for clip in each]
        self.timbres, self.features, self.styled = timbres, features, styled
        seconds = np.array([clip.frames for _, clip in self.clips], np.float64)
        self.chance = np.cumsum(seconds / seconds.sum())

    @property
    def hours(self) -> float:
        """Of sound."""
        return sum(clip.samples for _, clip in self.clips) / 24000 / 3600

    def batch(self, space: LatentSpace, seed: int, step: int, size: int, steps: int) -> FlowBatch:
        """Random stretches of so many steps, groups of conditions dropped and parts known at random."""
        rng = np.random.default_rng((seed, step))
        picks = np.searchsorted(self.chance, rng.random(size), side="right").clip(max=len(self.clips) - 1)
        places = [(pick, self._place(pick, steps, rng)) for pick in picks.tolist()]
        batch = self.cut(space, places, steps)
        for row in range(size):
            layer = LAYERS[batch.layers[row]]
            gone = [name for name, chance in DROPS.items() if rng.random() < chance]
            parts = batch.told[row].reshape(steps, STACK, self.features)
            drop_features(parts, layer, gone)
            pick, _ = places[row]
            if self.styled and rng.random() >= UNSTYLED:
                batch.style[row] = style_vector(self.clips[pick][1], int(rng.integers(1 << 16)))
            batch.known[row] = known(int(batch.counted[row].sum()), steps, rng)
        return batch

    @staticmethod
    def _latents(space: LatentSpace, clip: Clip, first: int, steps: int) -> Floats:
        cut = latents_of(clip, len(space.mean))[first : first + steps * STACK]
        return np.asarray(cut, np.float32)

    def _place(self, pick: int, steps: int, rng: np.random.Generator) -> int:
        spare = self.clips[pick][1].frames - steps * STACK
        return int(rng.integers(0, spare + 1)) if spare > 0 else 0

    def cut(self, space: LatentSpace, places: Sequence[tuple[int, int]], steps: int) -> FlowBatch:
        """The stretches (clip, first frame); what is shorter is filled up and not counted."""
        size = len(places)
        sound = np.zeros((size, steps, space.width), np.float32)
        told = np.zeros((size, steps, STACK * self.features), np.float32)
        counted = np.zeros((size, steps), np.bool_)
        for row, (pick, first) in enumerate(places):
            index, clip = self.clips[pick]
            latents = self._latents(space, clip, first, steps)
            features = self._features(LAYERS[index], clip)[first : first + steps * STACK]
            count = -(-len(latents) // STACK)
            sound[row, :count], told[row, :count] = space.steps(latents), stacked(features)
            counted[row, : len(latents) // STACK] = True
        layers = np.array([self.clips[pick][0] for pick, _ in places], np.int64)
        style = np.zeros((size, STYLE), np.float32)
        return FlowBatch(sound, told, layers, style, np.zeros_like(counted), counted)

    def _features(self, layer: str, clip: Clip) -> Floats:
        """Features [T, F] of a clip, those of inference, filled up."""
        names = list(self.timbres[layer])
        slot = names.index(clip.timbre) if clip.timbre in names else None
        found = frame_features(clip.state(), layer, clip.score(), timbre=slot)
        if len(found) != clip.frames:
            raise UsageError(
                f"{clip.shard}.jsonl: clip {clip.index} has {clip.frames} frames, its song {len(found)}"
            )
        return np.pad(found, ((0, 0), (0, self.features - found.shape[1])))

    def held_out(self, count: int, steps: int) -> list[tuple[int, int]]:
        """At most ``count`` places spread over all clips, the same for each call."""
        found = [
            (pick, first)
            for pick, (_, clip) in enumerate(self.clips)
            for first in range(0, max(1, clip.frames - steps * STACK // 2), steps * STACK)
        ]
        return [found[at * len(found) // count] for at in range(count)] if len(found) > count else found


def known(count: int, steps: int, rng: np.random.Generator) -> Bools:
    """Which of the first ``count`` of ``steps`` are given."""
    out = np.zeros(steps, np.bool_)
    way = rng.random()
    if count < 4 or way < ALONE:
        return out
    if way < BEFORE:
        out[: int(rng.integers(1, count - 2))] = True
        return out
    first, last = np.sort(rng.integers(1, count - 1, 2))
    out[:first] = True
    out[last + 1 : count] = True
    return out


def stretches(
    data: Path, layers: Sequence[str], split: str, features: int, styled: bool = False
) -> Stretches:
    """Those of some layers, with words about them or without. UsageError where there are none."""
    found = {layer: clips(data, layer, split) for layer in layers}
    empty = [layer for layer, each in found.items() if not each]
    if empty:
        raise UsageError(f"{data}: no {split} clips of layer {empty[0]!r}: run `stemwright train data` first")
    return Stretches(found, {layer: timbres_of(data, layer) for layer in layers}, features, styled)


def space_of(train: Stretches, codebooks: Floats, count: int = 400) -> LatentSpace:
    """Mean and deviation of the latents of ``count`` clips spread over all."""
    picks = np.unique(np.linspace(0, len(train.clips) - 1, count).round().astype(int))
    width = codebooks.shape[-1]
    rows = np.concatenate([np.asarray(latents_of(train.clips[at][1], width), np.float32) for at in picks])
    return LatentSpace(rows.mean(0), rows.std(0) + np.float32(1e-3), codebooks)
