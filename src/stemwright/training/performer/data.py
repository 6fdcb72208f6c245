"""Clips in memory and the batches cut from them.

Features are built once a clip by the one implementation in `conditioning`. They are kept small: score
columns, which are all velocity / 127, as one byte, the others as float16. A batch is a function of (seed,
step) alone, so that a resumed run sees what it would have seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.conditioning import drop_features, frame_features
from stemwright.conditioning.layout import columns
from stemwright.errors import UsageError
from stemwright.training.performer.delay import Ints, delayed
from stemwright.training.performer.loss import IGNORE
from stemwright.training.shards import Clip, clips
from stemwright.training.timbres import TIMBRES

DROP_CHANCE = {"score": 0.1, "chords": 0.1, "style": 0.05, "timbre": 0.05, "rhythm": 0.05}
_BYTES = ("drum_onset", "key_onset", "key_sustain")


@dataclass(frozen=True, slots=True)
class Example:
    """Tokens uint16 [K, T]; features split into float16 [T, A] and velocities uint8 [T, B]."""

    tokens: npt.NDArray[np.uint16]
    plain: npt.NDArray[np.float16]
    velocity: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Batch:
    """inputs [B, S, K], targets [B, S, K] (-100: ignored), features float32 [B, S, F]."""

    inputs: Ints
    targets: Ints
    features: npt.NDArray[np.float32]


class ClipSet:
    """All clips of a layer and split, ready to be cropped."""

    def __init__(
        self, layer: str, examples: Sequence[Example], features: int, *, blank: int, lookahead: int
    ) -> None:
        self.layer, self.examples = layer, list(examples)
        self.features, self.blank, self.lookahead = features, blank, lookahead
        self.bytes = _byte_columns(layer)
        self.others = np.setdiff1d(np.arange(features), self.bytes)
        steps = np.array([self.steps(e) for e in self.examples], np.float64)
        self.chance = np.cumsum(steps / steps.sum())

    @property
    def frames(self) -> int:
        """Frames of all clips together."""
        return sum(example.tokens.shape[1] for example in self.examples)

    @staticmethod
    def steps(example: Example) -> int:
        """Steps of the delay pattern."""
        books, frames = example.tokens.shape
        return int(frames + books - 1)

    def batch(self, seed: int, step: int, size: int, length: int, noise: float, codes: int) -> Batch:
        """Random crops; groups of conditions dropped at random; a share `noise` of the input codes
        replaced."""
        rng = np.random.default_rng((seed, step))
        picks = np.searchsorted(self.chance, rng.random(size), side="right").clip(max=len(self.examples) - 1)
        crops = []
        for pick in picks:
            spare = self.steps(self.examples[pick]) - length
            crops.append((int(pick), int(rng.integers(0, spare + 1)) if spare > 0 else 0))
        batch = self.crops(crops, length)
        for row in range(size):
            gone = [name for name, chance in DROP_CHANCE.items() if rng.random() < chance]
            drop_features(batch.features[row], self.layer, gone)
        wrong = (rng.random(batch.inputs.shape) < noise) & (batch.inputs != self.blank)
        batch.inputs[wrong] = rng.integers(0, codes, int(wrong.sum()))
        return batch

    def crops(self, picks: Sequence[tuple[int, int]], length: int) -> Batch:
        """The crops (clip, first step), padded with blanks and ignored targets where a clip is shorter."""
        books = self.examples[0].tokens.shape[0]
        inputs = np.full((len(picks), length, books), self.blank, np.int64)
        targets = np.full((len(picks), length, books), IGNORE, np.int64)
        features = np.zeros((len(picks), length, self.features), np.float32)
        for row, (pick, start) in enumerate(picks):
            example = self.examples[pick]
            end = min(start + length, self.steps(example))
            inputs[row, : end - start], targets[row, : end - start] = delayed(
                example.tokens, start, end, self.blank
            )
            frames = np.minimum(np.arange(start, end) + self.lookahead, len(example.plain) - 1)
            features[row, : end - start, self.others] = example.plain[frames].T
            features[row, : end - start, self.bytes] = example.velocity[frames].T / np.float32(127)
        return Batch(inputs, targets, features)

    def held_out(self, count: int, length: int) -> list[tuple[int, int]]:
        """At most `count` crops that do not overlap, spread over all clips."""
        found = [
            (i, start)
            for i, example in enumerate(self.examples)
            for start in range(0, max(1, self.steps(example) - length // 2), length)
        ]
        if len(found) <= count:
            return found
        return [found[j * len(found) // count] for j in range(count)]


def load(
    data: Path,
    layer: str,
    split: str,
    *,
    codec_sha256: str,
    codebooks: int,
    codebook_size: int,
    lookahead: int,
    limit: int | None = None,
    say: Callable[[str], None] = print,
) -> ClipSet:
    """Read tokens and build features of every clip of a split."""
    found = clips(data, layer, split)[:limit]
    if not found:
        raise UsageError(f"{data}: no {split} clips of layer {layer!r}: run `stemwright train data` first")
    names = TIMBRES.get(layer, ())
    checked: set[Path] = set()
    examples = []
    for clip in found:
        if clip.shard not in checked:
            _check_codec(clip.shard, codec_sha256)
            checked.add(clip.shard)
        examples.append(_example(clip, names, codebooks, codebook_size))
    width = examples[0].plain.shape[1] + examples[0].velocity.shape[1]
    out = ClipSet(layer, examples, width, blank=codebook_size, lookahead=lookahead)
    say(f"{layer} {split}: {len(examples)} clips, {out.frames / 75 / 3600:.2f} h")
    return out


def _example(clip: Clip, names: Sequence[str], codebooks: int, codebook_size: int) -> Example:
    tokens = np.array(clip.tokens(), np.uint16)
    if tokens.shape[0] != codebooks or int(tokens.max(initial=0)) >= codebook_size:
        raise UsageError(f"{clip.shard}.u16: tokens do not fit {codebooks} x {codebook_size}: tokenize again")
    timbre = names.index(clip.timbre) if clip.timbre in names else None
    features = frame_features(clip.state(), clip.layer, clip.score(), timbre=timbre)
    if len(features) != tokens.shape[1]:
        raise UsageError(
            f"{clip.shard}.jsonl: clip {clip.index} has {tokens.shape[1]} frames, its song {len(features)}"
        )
    velocity = _byte_columns(clip.layer)
    others = np.setdiff1d(np.arange(features.shape[1]), velocity)
    packed = np.round(features[:, velocity] * 127).astype(np.uint8)
    return Example(tokens, features[:, others].astype(np.float16), packed)


def _byte_columns(layer: str) -> npt.NDArray[np.int64]:
    spans = [np.arange(where.start, where.stop) for name, where in columns(layer).items() if name in _BYTES]
    return np.concatenate(spans)


def _check_codec(shard: Path, codec_sha256: str) -> None:
    note = shard.with_suffix(".codec")
    if not note.is_file():
        raise UsageError(f"{note}: missing: run `stemwright train tokenize` first")
    if note.read_text(encoding="utf-8").strip() != codec_sha256:
        raise UsageError(
            f"{note}: tokens of another codec than {codec_sha256[:12]}: run `stemwright train tokenize` again"
        )
