"""The arranger: from the global state to chords, rhythm map and scores, by the patterns of a style and by
tables of what people do with such patterns (`learned`).

It is plain: counts and seeded choice, in whole numbers. Every choice is drawn from a stream named by seed,
style, layer, section and bar, so one layer alone comes out as it does among all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

from stemwright.compose.bass import write_bass
from stemwright.compose.brass import write_brass
from stemwright.compose.chords import compose_chords
from stemwright.compose.counter import write_counter
from stemwright.compose.drums import write_drums
from stemwright.compose.ensemble import Hearing, Seat
from stemwright.compose.groove import choose_grooves, compose_rhythm
from stemwright.compose.guitars import write_guitar
from stemwright.compose.harmony import write_harmony
from stemwright.compose.lead import write_lead
from stemwright.compose.pads import write_pad, write_sub
from stemwright.compose.parts import part_of
from stemwright.compose.percussion import write_percussion
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

_COMPANIONS: dict[str, Callable[[Seat], Score]] = {
    "percussion": write_percussion,
    "sub": write_sub,
    "pad": write_pad,
    "guitar2": write_guitar,
    "brass": write_brass,
    "counter": write_counter,
}


def decide(state: GlobalState, seed: int = 0) -> GlobalState:
    """`state` with chords and rhythm map filled in where they are not yet decided; those given stay. Where
    both are given, no style is asked for.
    """
    if state.chords and state.rhythm is not None:
        return state
    return _plan(state, style_of(state.style), seed).state


def _plan(state: GlobalState, style: Style, seed: int, variation: int = VARIATION) -> SongPlan:
    play = cache(partial(choose_grooves, state, style, seed, variation))
    if not state.chords:
        state = replace(state, chords=compose_chords(state, style, seed))
    if state.rhythm is None:
        state = replace(state, rhythm=compose_rhythm(state, style, play(), seed))
    return plan_song(state, style, seed, play, variation)


def is_companion(layer: str, band: Collection[str] = LAYERS) -> bool:
    """Whether a layer is written to what others of the band play. `band`: the roles of all layers."""
    return part_of(layer, band) is not None


def _write(plan: SongPlan, layer: str, band: Collection[str], heard: Hearing) -> Score:
    """A layer's score: the drums, bass, harmony and lead by the plan alone, other parts to what is heard."""
    part = part_of(layer, band)
    if part is None:
        return _WRITERS[kind_of(layer)](plan)
    return _COMPANIONS[part.writer](Seat(plan, part, layer.rpartition(":")[2], heard))


def arrange(
    state: GlobalState,
    layers: Sequence[str] = LAYERS,
    seed: int = 0,
    variation: int = VARIATION,
    heard: Mapping[str, Score] | None = None,
    band: Collection[str] | None = None,
) -> Piece:
    """The state with chords and rhythm map decided, and the scores of `layers`. UsageError for a layer that
    it cannot write. `variation`: how much returning sections differ, 0 to 100 percent.

    Chords and rhythm map that the state brings always win. The same state and seed give the same scores,
    whichever layers are asked for together. `band`: the roles of all layers of the song, without it the four
    known ones and `layers`; `heard`: what of them stands, by role, without it what this seed has them play.
    Only parts beside drums, bass, harmony and lead (`parts.PARTS`) listen.
    """
    band = (*LAYERS, *layers) if band is None else band
    for layer in layers:
        if kind_of(layer) not in _WRITERS:
            raise UsageError(
                f"layer {layer!r}: the arranger cannot write it; use names that begin with "
                f"{', '.join(LAYERS)}",
                field="layer",
            )
    plan = _plan(state, style_of(state.style), seed, variation)
    listening = {layer for layer in layers if is_companion(layer, band)}
    if listening and heard is None:
        heard = {layer: _WRITERS[layer](plan) for layer in LAYERS if layer in band}
    hearing = Hearing(plan, heard or {})
    scores = {layer: _write(plan, layer, band, hearing) for layer in layers}
    return Piece(plan.state, scores)
