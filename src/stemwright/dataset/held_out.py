"""Held-out clips of a data folder as references: what `stemwright evaluate` measures against.

Which clips are drawn depends on the seed and the data alone. Timbres take turns, so that few clips are of
many timbres.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import zip_longest
from pathlib import Path

import numpy as np

from stemwright.dataset.shards import SPLITS, Clip, clips
from stemwright.errors import UsageError, argument
from stemwright.evaluation.reference import Reference
from stemwright.song.layers import LAYERS


def is_data(folder: Path) -> bool:
    """Whether a folder was made by `stemwright train data`."""
    return (folder / "manifest.json").is_file() or any(folder.glob("*/*-[0-9][0-9][0-9][0-9].jsonl"))


def references(
    data: Path,
    split: str,
    count: int,
    seed: int = 0,
    layers: Collection[str] = LAYERS,
    timbres: Collection[str] | None = None,
) -> Iterator[Reference]:
    """`count` clips of each layer that the data has, fewer where it has fewer.

    `timbres`: only clips in one of these. UsageError where nothing is left or the split is unknown.
    """
    if split not in SPLITS:
        raise UsageError(f"{argument('split')} {split!r}: is unknown; use one of {', '.join(SPLITS)}")
    if count < 1:
        raise UsageError(f"{argument('clips')} {count}: give a number above 0")
    drawn = [clip for layer in layers for clip in _drawn(data, layer, split, count, seed, timbres)]
    if not drawn:
        known = "" if timbres is None else f" in {', '.join(timbres) or 'no timbre'}"
        what = f"{split} clips of {', '.join(layers)}{known}"
        raise UsageError(f"{data}: has no {what}; give other data, made with train data")
    return map(_reference, drawn)


def _drawn(
    data: Path, layer: str, split: str, count: int, seed: int, timbres: Collection[str] | None
) -> list[Clip]:
    """Clips in a random order in which timbres take turns."""
    found = [c for c in clips(data, layer, split) if timbres is None or c.timbre in timbres]
    of_timbre: dict[str, list[Clip]] = defaultdict(list)
    for place in np.random.default_rng(seed).permutation(len(found)):
        of_timbre[found[place].timbre].append(found[place])
    rounds = zip_longest(*of_timbre.values())
    return [clip for turn in rounds for clip in turn if clip is not None][:count]


def _reference(clip: Clip) -> Reference:
    return Reference(
        layer=clip.layer,
        split=clip.split,
        song=f"{clip.meta['source']}: {clip.meta['song']}",
        name=f"{clip.layer}/{clip.shard.name}:{clip.index}",
        timbre=clip.timbre,
        state=clip.state(),
        score=clip.score(),
        audio=clip.audio().astype(np.float32) / np.float32(32768),
    )
