"""The arranger: from the global state to chords, rhythm map and scores, by the patterns of a style.

It is plain: no model, no learning, only a table of styles and seeded choice. Every choice is drawn from a
stream named by seed, layer, section and bar, so one layer alone comes out as it does among all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from stemwright.compose.bass import write_bass
from stemwright.compose.chords import compose_chords
from stemwright.compose.drums import write_drums
from stemwright.compose.groove import choose_grooves, compose_rhythm
from stemwright.compose.harmony import write_harmony
from stemwright.compose.lead import write_lead
from stemwright.compose.plan import SongPlan, plan_song
from stemwright.compose.style import Style
from stemwright.compose.styles import style_of
from stemwright.errors import UsageError
from stemwright.song.document import VARIATION
from stemwright.song.layers import LAYERS, kind_of
from stemwright.song.piece import Piece
from stemwright.song.score import Score
from stemwright.song.state import GlobalState

_WRITERS: dict[str, Callable[[SongPlan], Score]] = {
    "drums": write_drums,
    "bass": write_bass,
    "harmony": write_harmony,
    "lead": write_lead,
}


def decide(state: GlobalState, seed: int = 0) -> GlobalState:
    """`state` with chords and rhythm map filled in where they are not yet decided; those given stay. Where
    both are given, no style is asked for.
    """
    if state.chords and state.rhythm is not None:
        return state
    return _plan(state, style_of(state.style), seed).state


def _plan(state: GlobalState, style: Style, seed: int, variation: int = VARIATION) -> SongPlan:
    grooves = choose_grooves(state, style, seed, variation)
    if not state.chords:
        state = replace(state, chords=compose_chords(state, style, seed))
    if state.rhythm is None:
        state = replace(state, rhythm=compose_rhythm(state, style, grooves, seed))
    return plan_song(state, style, seed, grooves, variation)


def _writer(layer: str) -> Callable[[SongPlan], Score]:
    """Who writes a layer, by its kind ("drums2" is written like "drums")."""
    found = _WRITERS.get(kind_of(layer))
    if found is None:
        raise UsageError(
            f"layer {layer!r}: the arranger cannot write it; use names that begin with {', '.join(LAYERS)}",
            field="layer",
        )
    return found


def arrange(
    state: GlobalState, layers: Sequence[str] = LAYERS, seed: int = 0, variation: int = VARIATION
) -> Piece:
    """The state with chords and rhythm map decided, and the scores of `layers`. UsageError for a layer that
    it cannot write. `variation`: how much returning sections differ, 0 to 100 percent.

    Chords and rhythm map that the state brings always win. The same state and seed give the same scores,
    whichever layers are asked for together.
    """
    writers = {layer: _writer(layer) for layer in layers}
    plan = _plan(state, style_of(state.style), seed, variation)
    return Piece(plan.state, {layer: writer(plan) for layer, writer in writers.items()})
