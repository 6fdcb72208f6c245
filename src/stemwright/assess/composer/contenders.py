"""Composers' bundles, and the arranger, as what is assessed calls them: `producer`'s own ways of writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stemwright.assess.composer.chord_report import Harmonises, Loses
from stemwright.assess.composer.control_report import Obeys
from stemwright.assess.composer.measuring import Composes
from stemwright.errors import UsageError
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.harmony import Chord
from stemwright.song.score import Score
from stemwright.song.state import GlobalState

if TYPE_CHECKING:
    from stemwright.symbolic.composer.composer import Composer

ARRANGER, COMPOSER = "arranger", "composer"
ALONE = ", alone"
"""What stands behind a composer's name where it writes chords and nothing else."""


@dataclass(frozen=True, slots=True)
class Rival:
    """One who writes. `harmonises`, `loses`: by what is put behind its name, "" for the way of `compose`,
    which writes the chords of a bar and then its layers. `obeys`: None for one who cannot be asked.
    """

    composes: Composes
    harmonises: Mapping[str, Harmonises]
    loses: Mapping[str, Loses] = field(default_factory=dict)
    obeys: Obeys | None = None


def composers(names: Sequence[str]) -> dict[str, Rival]:
    """The arranger, and the composers of these bundles (names or folders) as a new song would have them.

    Where none is named: the bundle "composer", if it is installed. UsageError for a bundle that is no
    composer, or the same one twice.
    """
    from stemwright.models.registry import find, shipped
    from stemwright.symbolic.composer.composer import load

    found = {ARRANGER: Rival(arranged, {"": _decide})}
    for name in names or [name for name in shipped() if name == COMPOSER]:
        if name in found:
            raise UsageError(f"bundle {name!r}: is named twice; name each once")
        found[name] = _of_composer(load(find(name)))
    return found


def harmonisers(rivals: Mapping[str, Rival]) -> dict[str, Harmonises]:
    """Every way of writing chords, by name."""
    return {name + how: own for name, rival in rivals.items() for how, own in rival.harmonises.items()}


def loss_measures(rivals: Mapping[str, Rival]) -> dict[str, Loses]:
    """Every way of hearing chords, by name."""
    return {name + how: own for name, rival in rivals.items() for how, own in rival.loses.items()}


def arranged(state: GlobalState, layers: Sequence[str], seed: int) -> dict[str, Score]:
    """What the arranger writes."""
    from stemwright.compose.arranger import arrange

    return arrange(state, layers, seed).scores


def _decide(state: GlobalState, layers: Sequence[str], seed: int) -> tuple[Chord | None, ...]:
    from stemwright.compose.arranger import decide

    return decide(state, seed).chords


def _of_composer(composer: Composer) -> Rival:
    from stemwright.assess.composer.chord_losses import chord_losses
    from stemwright.producer.write import compose_state

    def composes(state: GlobalState, layers: Sequence[str], seed: int) -> dict[str, Score]:
        return compose_state(composer, state, layers, seed)

    def harmonises(state: GlobalState, layers: Sequence[str], seed: int) -> tuple[Chord | None, ...]:
        return _written(composer, state, {}, layers, seed, chords=True)[0].chords

    def alone(state: GlobalState, layers: Sequence[str], seed: int) -> tuple[Chord | None, ...]:
        return harmonises(state, (), seed)

    def loses(song: SymbolicSong) -> NDArray[np.float64]:
        return chord_losses(composer, song)

    def loses_alone(song: SymbolicSong) -> NDArray[np.float64]:
        return chord_losses(composer, replace(song, scores={}))

    def obeys(
        state: GlobalState, standing: Mapping[str, Score], layer: str, asked: Mapping[str, float], seed: int
    ) -> Score:
        return _written(composer, state, standing, (layer,), seed, attributes=asked)[1][layer]

    return Rival(composes, {"": harmonises, ALONE: alone}, {"": loses, ALONE: loses_alone}, obeys)


def _written(
    composer: Composer,
    state: GlobalState,
    standing: Mapping[str, Score],
    layers: Sequence[str],
    seed: int,
    *,
    chords: bool = False,
    attributes: Mapping[str, float] | None = None,
) -> tuple[GlobalState, dict[str, Score]]:
    """What `compose` writes: all bars of layers, to what stands; and chords where they are asked for."""
    from stemwright.compose.arranger import decide
    from stemwright.producer.asked import Asked
    from stemwright.producer.compose import wishes
    from stemwright.producer.filling import Gap, fill

    decided = decide(state, seed)
    gap = Gap(tuple(layers), range(state.bars), chords)
    wished = wishes(decided, Asked(attributes=attributes or {}), layers, standing, gap.bars)
    return fill(composer, decided, standing, gap, seed, wished)
