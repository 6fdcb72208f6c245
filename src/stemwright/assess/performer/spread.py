"""How far performances lie from the held-out clips, as sets of sounds, beside two halves of those clips.

Songs are divided into two halves, several times. *Halves*: the clips of one half beside those of the other.
A performance of one half's scores is compared with the clips of the other half in the same way: both see
equally many clips and no score twice, so the ratio is fair where few clips make every distance too large.
*Whole*: a whole set beside all the clips; their scores are the same, which makes it smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.assess.means import Figures, mean, ratio
from stemwright.evaluation import embedding, set_distances

Vectors = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Embedding:
    """How sounds become vectors: `embed` takes audio [N] and its rate and gives [clips, D]."""

    name: str
    embed: Callable[[ArrayLike, int], Vectors]


PLAIN = Embedding(embedding.NAME, embedding.embed)
"""Needs no download."""

DIVISIONS = 8
LEAST_SONGS = 4
LEAST_VECTORS = 4
"""In each half."""


def distances(
    reference: Sequence[Vectors], others: Mapping[str, Sequence[Vectors]], songs: Sequence[str], seed: int = 0
) -> dict[str, Any] | None:
    """FAD and KAD of every set in `others` and of the halves, means over divisions and directions.

    One item a clip everywhere: vectors [n, D] of its sound, and the clip's song. None for fewer
    than LEAST_SONGS songs, or LEAST_VECTORS vectors in a half.
    """
    names = sorted(set(songs))
    if len(names) < LEAST_SONGS:
        return None
    found: dict[str, list[Figures]] = {"halves": [], **{name: [] for name in others}}
    rng = np.random.default_rng(seed)
    for _ in range(DIVISIONS):
        first = set(np.array(names)[rng.permutation(len(names))[: len(names) // 2]].tolist())
        for inside in (True, False):
            mine = [i for i, song in enumerate(songs) if (song in first) == inside]
            rest = [i for i in range(len(songs)) if i not in mine]
            target = np.concatenate([reference[i] for i in rest])
            for name, sounds in {"halves": reference, **others}.items():
                have = np.concatenate([sounds[i] for i in mine])
                if min(len(have), len(target)) < LEAST_VECTORS:
                    return None
                found[name].append(
                    {"fad": set_distances.fad(target, have), "kad": set_distances.kad(target, have)}
                )
    control = mean(found["halves"])
    return {
        "clip_seconds": embedding.CLIP_SECONDS,
        "songs": len(names),
        "vectors": sum(map(len, reference)),
        "rows": [
            {"what": name, **_row(mean(rows), control), "fad_whole": _whole(reference, others.get(name))}
            for name, rows in found.items()
        ],
    }


def _row(found: Figures, control: Figures) -> Figures:
    return {**found, "fad_ratio": ratio(found["fad"], control["fad"])}


def _whole(reference: Sequence[Vectors], other: Sequence[Vectors] | None) -> float | None:
    """FAD of all; None for the reference itself."""
    return None if other is None else set_distances.fad(np.concatenate(reference), np.concatenate(other))
