"""What a style is trained on: half of every batch is the user's sound, half what it knew before."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

from stemwright.conditioning import frame_features
from stemwright.dataset.shards import Clip
from stemwright.dataset.written import arranged_state
from stemwright.models import Bundle
from stemwright.native.engine import Sampling
from stemwright.perform.layer import perform_layer
from stemwright.song.timebase import HOP
from stemwright.training.fit.run import Say
from stemwright.training.performer.data import Batch, Crops
from stemwright.work.cores import threads

PLAYED_CLIPS = {"train": 32, "valid": 8}
FORM = "verse:8"


def mixed(user: Crops, base: Crops, seed: int, step: int, size: int, length: int, noise: float) -> Batch:
    """A batch of `size` crops, the second half of them the base's; a function of (seed, step) alone."""
    half = max(1, size // 2)
    one = user.batch(seed, step, size - half, length, noise)
    two = base.batch(seed + 1, step, half, length, noise)
    young = None
    if one.young is not None and two.young is not None:
        young = np.concatenate([one.young, two.young])
    return Batch(
        np.concatenate([one.inputs, two.inputs]),
        np.concatenate([one.targets, two.targets]),
        np.concatenate([one.features, two.features]),
        young,
    )


@dataclass(frozen=True, slots=True, eq=False)
class PlayedClip(Clip):
    """A clip that has no sound, only tokens [K, frames]."""

    codes: npt.NDArray[np.uint16]

    def tokens(self) -> npt.NDArray[np.uint16]:
        """What the performer played."""
        return self.codes


def played_clips(bundle: Bundle, split: str, seed: int, say: Say) -> list[Clip]:
    """What the performer itself plays of the arranger's songs, every code drawn as it has it: data against
    forgetting for whoever has no other. All its timbres in turn; a function of the seed.
    """
    layer, count = bundle.manifest.name, PLAYED_CLIPS[split]
    rng, timbres = Random(f"{seed} {split}"), bundle.manifest.timbres
    free = Sampling(temperature=1.0, top_k=65535, top_p=1.0)
    out: list[Clip] = []
    for index in range(count):
        song = arranged_state(rng, FORM, layer)
        timbre = timbres[index % len(timbres)] if timbres else ""
        slot = index % len(timbres) if timbres else None
        features = frame_features(song.state, layer, song.scores[layer], timbre=slot)
        codes = perform_layer(
            bundle, features, seed=seed, layer=layer, take=index + 1, timebase=song.state.timebase,
            sampling=free, threads=threads(),
        )  # fmt: skip
        meta = {
            "state": song.state.to_json(),
            "score": song.scores[layer].canonical_bytes().hex(),
            "timbre": timbre,
        }
        frames = len(features)
        out.append(PlayedClip(layer, split, bundle.path, index, 0, frames * HOP, frames, meta, codes))
        say(f"{split}: {bundle.manifest.name} plays what it knows, {index + 1} of {count}")
    return out
