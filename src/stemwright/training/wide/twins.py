"""Tokens and the wide sound they stand for, cut from data that has both; a pure function of (seed, step).

Nothing is varied: the decoder will be given tokens of stems as they were rendered, for performers learnt from
those.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stemwright.dataset.shards import Clip, clips, wide_done
from stemwright.dataset.tokenize import tokenized
from stemwright.errors import UsageError
from stemwright.song.layers import LAYERS
from stemwright.training.wide.model import WIDE_HOP
from stemwright.training.wide.trainer import Batch

_TRIES = 3


class Pairs:
    """Segments of so many frames. Layers are drawn evenly, clips of a layer by their length."""

    def __init__(self, data: Path, split: str, frames: int, tokens: str, seed: int = 0) -> None:
        self.frames, self.seed = frames, seed
        found = {layer: _usable(data, layer, split, frames, tokens) for layer in LAYERS}
        self.by_layer = {layer: those for layer, those in found.items() if those}
        self.layers = sorted(self.by_layer)
        if not self.layers:
            raise UsageError(
                f"{data}: no shards {split}-* with both a wide twin and tokens of codec {tokens[:12]}; "
                "make them with 'stemwright train widen' and 'stemwright train tokenize'"
            )
        self.odds = {}
        for layer, those in self.by_layer.items():
            sizes = np.array([clip.frames for clip in those], dtype=np.float64)
            self.odds[layer] = sizes / sizes.sum()

    def batch(self, step: int, size: int) -> Batch:
        """Training batch number ``step``. Silence is drawn again, once: there is much of it."""
        rng = np.random.default_rng((self.seed, step))
        return _stacked([self._loudest(rng, self._layer(rng), 2) for _ in range(size)])

    def held_out(self, count: int) -> tuple[Batch, list[str]]:
        """Fixed segments, evenly over layers, and their layers. The quietest are passed over."""
        rng = np.random.default_rng((self.seed, 0x5EED))
        names = [self.layers[i % len(self.layers)] for i in range(count)]
        return _stacked([self._loudest(rng, name, _TRIES) for name in names]), names

    def _layer(self, rng: np.random.Generator) -> str:
        return self.layers[int(rng.integers(len(self.layers)))]

    def _loudest(self, rng: np.random.Generator, layer: str, tries: int) -> Batch:
        """The loudest of so many segments; while training, the first that sounds at all."""
        best = self._cut(rng, layer)
        for _ in range(tries - 1):
            if tries < _TRIES and best.sound.any():
                break
            other = self._cut(rng, layer)
            best = max(best, other, key=lambda pair: float(np.mean(np.square(pair.sound))))
        return best

    def _cut(self, rng: np.random.Generator, layer: str) -> Batch:
        those = self.by_layer[layer]
        clip = those[int(rng.choice(len(those), p=self.odds[layer]))]
        at = int(rng.integers(0, clip.frames - self.frames + 1))
        codes = clip.tokens()[:, at : at + self.frames].astype(np.int64)
        raw = clip.wide()[at * WIDE_HOP : (at + self.frames) * WIDE_HOP]
        left, right = raw.astype(np.float32).T / np.float32(32767)
        return Batch(codes, np.stack(((left + right) / 2, (left - right) / 2)))


def _usable(data: Path, layer: str, split: str, frames: int, tokens: str) -> list[Clip]:
    """Clips that are long enough and have all that is needed."""
    found = [clip for clip in clips(data, layer, split) if clip.frames >= frames and wide_done(clip.shard)]
    shards = {clip.shard for clip in found}
    ready = {shard for shard in shards if tokenized(shard.with_suffix(".jsonl"), tokens)}
    return [clip for clip in found if clip.shard in ready]


def _stacked(pairs: list[Batch]) -> Batch:
    return Batch(*(np.stack(parts) for parts in zip(*pairs, strict=True)))
