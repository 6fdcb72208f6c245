"""Batches cut from clips on disk.

Nothing but the clip lists is kept in memory: tokens are read from the shards, which are memory-mapped, and
features are built when a clip is cropped, by the one implementation in `conditioning` (about a millisecond a
clip, where a step takes a second). A batch is a function of (seed, step) alone, so that a resumed run sees
what it would have seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from stemwright.conditioning import drop_features, frame_features
from stemwright.dataset.shards import Clip, clips, codebooks_of
from stemwright.dataset.timbres import timbres_of
from stemwright.errors import UsageError
from stemwright.song.timebase import HOP
from stemwright.training.performer.corrupt import corrupt
from stemwright.training.performer.delay import Ints, delayed
from stemwright.training.performer.loss import IGNORE

BEFORE, AFTER = 2, 3
"""A note is said to begin in so many frames before its onset's, where codecs hear it already, and so many
from there on."""
DROP_CHANCE = {"score": 0.1, "chords": 0.1, "style": 0.05, "timbre": 0.05, "rhythm": 0.05}


@dataclass(frozen=True, slots=True)
class Batch:
    """inputs [B, S, K], targets [B, S, K] (-100: ignored), features float32 [B, S, F]; `young` bool
    [B, S, K]: which targets stand where a note begins (None where that is of no interest).
    """

    inputs: Ints
    targets: Ints
    features: npt.NDArray[np.float32]
    young: npt.NDArray[np.bool_] | None = None


class Crops(Protocol):
    """What a trainer is fed with and measured on."""

    def batch(self, seed: int, step: int, size: int, length: int, noise: float) -> Batch:
        """A training batch, a function of (seed, step) alone."""

    def held_out(self, count: int, length: int) -> list[tuple[int, int]]:
        """At most `count` fixed crops."""

    def crops(self, picks: Sequence[tuple[int, int]], length: int) -> Batch:
        """The batch of some of them."""


class ClipSet:
    """All clips of a layer and split, ready to be cropped. `timbres`: their names by slot;
    `codebooks`: codes of a frame; `blank`: the input
    where there is no code; `features`: the columns a model takes, the first ones."""

    def __init__(
        self,
        layer: str,
        found: Sequence[Clip],
        *,
        timbres: Sequence[str],
        codebooks: int,
        blank: int,
        lookahead: int,
        features: int,
    ) -> None:
        self.codebooks = codebooks
        self.layer, self.clips, self.blank, self.lookahead = layer, list(found), blank, lookahead
        self.width, self.timbres = features, tuple(timbres)
        steps = np.array([self.steps(i) for i in range(len(found))], np.float64)
        self.chance = np.cumsum(steps / steps.sum())

    @property
    def frames(self) -> int:
        """Frames of all clips together."""
        return sum(clip.frames for clip in self.clips)

    def steps(self, index: int) -> int:
        """Steps of a clip in the delay pattern."""
        return self.clips[index].frames + self.codebooks - 1

    def features(self, index: int) -> npt.NDArray[np.float32]:
        """Features [T, F] of a clip, those of inference."""
        clip = self.clips[index]
        timbre = self.timbres.index(clip.timbre) if clip.timbre in self.timbres else None
        score = clip.score() if clip.scored else None
        features = frame_features(clip.state(), self.layer, score, timbre=timbre)
        if len(features) != clip.frames:
            raise UsageError(
                f"{clip.shard}.jsonl: clip {clip.index} has {clip.frames} frames, its song {len(features)}"
            )
        return features[:, : self.width]

    def young(self, index: int) -> npt.NDArray[np.bool_]:
        """Frames [T] of a clip in which a note begins."""
        clip = self.clips[index]
        timebase, score = clip.state().timebase, clip.score()
        out = np.zeros(clip.frames, np.bool_)
        for onset in {note.onset for note in score.notes}:
            first = timebase.tick_sample(onset) // HOP
            out[max(first - BEFORE, 0) : first + AFTER] = True
        return out

    def batch(self, seed: int, step: int, size: int, length: int, noise: float) -> Batch:
        """Random crops; groups of conditions dropped at random; a share `noise` of the past spoilt."""
        rng = np.random.default_rng((seed, step))
        picks = np.searchsorted(self.chance, rng.random(size), side="right").clip(max=len(self.clips) - 1)
        crops = []
        for pick in picks.tolist():
            spare = self.steps(pick) - length
            crops.append((pick, int(rng.integers(0, spare + 1)) if spare > 0 else 0))
        batch = self.crops(crops, length)
        for row in range(size):
            gone = [name for name, chance in DROP_CHANCE.items() if rng.random() < chance]
            drop_features(batch.features[row], self.layer, gone)
        corrupt(batch.inputs, rng, noise, self.blank)
        return batch

    def crops(self, picks: Sequence[tuple[int, int]], length: int) -> Batch:
        """The crops (clip, first step), padded with blanks and ignored targets where a clip is shorter."""
        inputs = np.full((len(picks), length, self.codebooks), self.blank, np.int64)
        targets = np.full((len(picks), length, self.codebooks), IGNORE, np.int64)
        features = np.zeros((len(picks), length, self.width), np.float32)
        young = np.zeros(targets.shape, np.bool_)
        for row, (pick, start) in enumerate(picks):
            end = min(start + length, self.steps(pick))
            codes = delayed(self.clips[pick].tokens(), start, end, self.blank)
            inputs[row, : end - start], targets[row, : end - start] = codes
            whole = self.features(pick)
            frames = np.minimum(np.arange(start, end) + self.lookahead, len(whole) - 1)
            features[row, : end - start] = whole[frames]
            begun = self.young(pick)
            frames = np.arange(start, end)[:, None] - np.arange(self.codebooks)
            young[row, : end - start] = begun[frames.clip(0, len(begun) - 1)]
        return Batch(inputs, targets, features, young)

    def held_out(self, count: int, length: int) -> list[tuple[int, int]]:
        """At most `count` crops that do not overlap, spread over all clips."""
        found = [
            (i, start)
            for i in range(len(self.clips))
            for start in range(0, max(1, self.steps(i) - length // 2), length)
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
    features: int,
    limit: int | None = None,
    say: Callable[[str], None] = print,
) -> ClipSet:
    """The clips of a split, once their tokens are known to be of this codec and to fit the model."""
    found = clips(data, layer, split)[:limit]
    if not found:
        raise UsageError(f"{data}: no {split} clips of layer {layer!r}: run `stemwright train data` first")
    for shard in dict.fromkeys(clip.shard for clip in found):
        _check_codec(shard, codec_sha256)
        found_books = codebooks_of(shard)
        highest = int(np.memmap(shard.with_suffix(".u16"), "<u2", "r").max())
        if codebooks != found_books or highest >= codebook_size:
            raise UsageError(f"{shard}.u16: tokens do not fit {codebooks} x {codebook_size}: tokenize again")
    out = ClipSet(
        layer,
        found,
        timbres=timbres_of(data, layer),
        codebooks=codebooks,
        blank=codebook_size,
        lookahead=lookahead,
        features=features,
    )
    say(f"{layer} {split}: {len(found)} clips, {out.frames / 75 / 3600:.2f} h")
    return out


def _check_codec(shard: Path, codec_sha256: str) -> None:
    note = shard.with_suffix(".codec")
    if not note.is_file():
        raise UsageError(f"{note}: missing: run `stemwright train tokenize` first")
    if note.read_text(encoding="utf-8").strip() != codec_sha256:
        raise UsageError(
            f"{note}: tokens of another codec than {codec_sha256[:12]}: run `stemwright train tokenize` again"
        )
