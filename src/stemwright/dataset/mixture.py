"""Which songs data is made of: kinds of sources, their shares of each layer's hours, and what is there of
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from stemwright.corpus.song import CorpusSong
from stemwright.corpus.sources import File, files, unread
from stemwright.dataset.written import arranged, etudes, is_sheet
from stemwright.errors import UsageError
from stemwright.song.layers import LAYERS

Mixture = Mapping[str, Mapping[str, float]]
"""Layer -> kind of source -> its weight."""
MIXTURE: dict[str, dict[str, float]] = {
    "drums": {"arranger": 0.26, "gmd": 0.56, "bands": 0.06, "etudes": 0.06, "sheets": 0.06, "own": 0.3},
    "bass": {"arranger": 0.46, "bands": 0.18, "etudes": 0.12, "sheets": 0.12, "lieder": 0.12, "own": 0.3},
    "harmony": {"arranger": 0.39, "bands": 0.18, "etudes": 0.12, "sheets": 0.12, "lieder": 0.19, "own": 0.3},
    "lead": {"arranger": 0.31, "bands": 0.17, "etudes": 0.12, "sheets": 0.20, "lieder": 0.20, "own": 0.3},
}
"""The hours of a layer are shared out by these weights among the sources that are there."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Songs of one kind. `first`: the number of its first shard. `sources`: those of the corpus that it has;
    without, `write` makes songs of some layers. `keys`, `tempo`: how far songs are moved each time. `sparse`:
    layers that are nearly silent on purpose.
    """

    first: int
    sources: tuple[str, ...] = ()
    write: Callable[[Random, tuple[str, ...]], CorpusSong] | None = None
    keys: int = 0
    tempo: tuple[float, float] = (1.0, 1.0)
    sparse: frozenset[str] = frozenset()


KINDS = {
    "arranger": Kind(0, write=arranged),
    "gmd": Kind(3000, ("gmd",), tempo=(0.92, 1.08)),
    "own": Kind(4000, ("own",), keys=4, tempo=(0.9, 1.1)),
    "bands": Kind(6000, ("freedoom", "easyrpg", "tanner_helland"), keys=4, tempo=(0.9, 1.1)),
    "sheets": Kind(7000, ("openewld",), keys=5),
    "etudes": Kind(8000, write=etudes, sparse=frozenset({"drums"})),
    "lieder": Kind(9000, ("lieder", "mutopia_popular"), keys=4, tempo=(0.85, 1.2)),
}

Heard = Mapping[tuple[str, str], frozenset[str]]
"""(Kind, split of the corpus) -> layers that its songs have."""


def kind_files(kind: str, symbolic: Path, split: str) -> list[File]:
    """The files of a kind that are there."""
    return list(files(symbolic, split, KINDS[kind].sources))


def usable(file: File, passed: Callable[[str], object] = lambda line: None) -> Iterator[CorpusSong]:
    """The songs of a file; none, and why is `passed` on, where it cannot be read."""
    try:
        yield from file.songs()
    except UsageError as error:
        passed(f"{file.name}: {error}")


def heard(symbolic: Path, mixture: Mixture) -> tuple[Heard, list[str]]:
    """Which layers the sources have for the splits "train" and "valid", and lines of what was passed over:
    their files are read until every layer that is wanted was heard.
    """
    found, faults = {}, unread(symbolic)
    for kind, made in KINDS.items():
        wanted = {layer for layer, weights in mixture.items() if weights.get(kind)}
        for split in ("train", "valid"):
            there = set(wanted) if made.write is not None else set()
            for file in kind_files(kind, symbolic, split):
                if there >= wanted:
                    break
                there |= {layer for song in usable(file, faults.append) for layer in _layers(song)}
            found[kind, split] = frozenset(there & wanted)
    return found, faults


def kinds(there: Heard) -> list[str]:
    """The kinds that have music for training."""
    return [kind for kind in KINDS if there[kind, "train"]]


def _layers(song: CorpusSong) -> set[str]:
    return set(LAYERS) if is_sheet(song) else {layer for layer, score in song.scores.items() if score.notes}


def shares(mixture: Mixture, there: Heard, split: str) -> dict[str, dict[str, float]]:
    """Layer -> kind -> its share of the hours of a split of the corpus; they add up to 1. UsageError where
    nothing is there for a layer.
    """
    out = {}
    for layer, weights in mixture.items():
        own = {kind: weight for kind, weight in weights.items() if weight and layer in there[kind, split]}
        if not own:
            raise UsageError(
                f"there is no music for {layer} among {', '.join(weights)}; see docs/training.md"
            )
        out[layer] = {kind: weight / sum(own.values()) for kind, weight in own.items()}
    return out
