"""Composers' bundles as what `assess_composer` calls."""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.assess.composer import Composes
from stemwright.errors import UsageError
from stemwright.song.score import Score
from stemwright.song.state import GlobalState

ARRANGER, COMPOSER = "arranger", "composer"


def composers(names: Sequence[str]) -> dict[str, Composes]:
    """The arranger, and the composers of these bundles (names or folders) as a new song would have them.

    Where none is named: the bundle "composer", if it is installed. UsageError for a bundle that is no
    composer, or the same one twice.
    """
    from stemwright.models.registry import shipped

    found: dict[str, Composes] = {ARRANGER: _arrange}
    for name in names or [name for name in shipped() if name == COMPOSER]:
        if name in found:
            raise UsageError(f"bundle {name!r}: is named twice; name each once")
        found[name] = _of_bundle(name)
    return found


def _arrange(state: GlobalState, layers: Sequence[str], seed: int) -> dict[str, Score]:
    from stemwright.compose.arranger import arrange

    return arrange(state, layers, seed).scores


def _of_bundle(name: str) -> Composes:
    from stemwright.compose.composer.composer import load
    from stemwright.models.registry import find
    from stemwright.producer.scores import compose_state

    composer = load(find(name))

    def composes(state: GlobalState, layers: Sequence[str], seed: int) -> dict[str, Score]:
        return compose_state(composer, state, layers, seed)

    return composes
