"""What learners are given, and what they give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stemwright.compose.learned.counts import BIT, Counts
from stemwright.compose.learned.tables import Table
from stemwright.corpus.song import CorpusSong


@dataclass(frozen=True, slots=True)
class Material:
    """What is learned from. `sources`: a folder with symbolic/, for sets of chords and forms that have no
    notes; None: there is none.
    """

    train: tuple[CorpusSong, ...]
    valid: tuple[CorpusSong, ...]
    sources: Path | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """A table; `sources`: names of `corpus.credits` that it came from; `held_out`: figures on songs that it
    was not counted in, in bits a symbol where the name ends in "bits".
    """

    table: Table
    sources: frozenset[str]
    held_out: Mapping[str, float]


def bits_a_symbol(counts: Counts, seen: Iterable[tuple[Sequence[str], str]]) -> float:
    """The mean cost, in bits, of symbols in their contexts (the particular first); 0 where there are none."""
    costs = [counts.cost(contexts, symbol) for contexts, symbol in seen]
    return round(sum(costs) / len(costs) / BIT, 4) if costs else 0.0
