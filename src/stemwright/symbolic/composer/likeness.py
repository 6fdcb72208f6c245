"""Which bars are to be alike: those at the same place of sections that share their music."""

from __future__ import annotations

from stemwright.compose.form import material
from stemwright.song.state import GlobalState


def counterparts(state: GlobalState) -> list[list[int]]:
    """For every section, the first bars of the others of its material, in order."""
    names = [material(section.name) for section in state.sections]
    starts = [sum(s.bars for s in state.sections[:i]) for i in range(len(names))]
    return [
        [starts[j] for j, other in enumerate(names) if j != i and other == name]
        for i, name in enumerate(names)
    ]


def alike(state: GlobalState, chosen: dict[int, int]) -> dict[int, int]:
    """Bar -> the bar that it is to be like. `chosen`: section -> the first bar of the one it is like."""
    out: dict[int, int] = {}
    at = 0
    for i, section in enumerate(state.sections):
        if i in chosen:
            other = state.sections[state.section_of_bar(chosen[i])[0]]
            out |= {at + bar: chosen[i] + bar for bar in range(min(section.bars, other.bars))}
        at += section.bars
    return out


def model_bars(state: GlobalState) -> dict[int, int]:
    """Bar -> the bar that it is to be like when a song is written: that of the material's first section, and
    for the first that of the next, where it stands already.
    """
    return alike(state, {i: others[0] for i, others in enumerate(counterparts(state)) if others})
