"""`layer gain --bars`, `--section`: a layer louder or softer in some bars."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError, argument, shown
from stemwright.producer.bars import parse_bars
from stemwright.producer.clock import Clock
from stemwright.producer.details import ChangedLayer
from stemwright.producer.layer import settings
from stemwright.producer.record import Act, commit
from stemwright.producer.workspace import writing
from stemwright.song import gains

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState

AUTO = "auto"
"""Written for the level of bars: the layer's own."""


def set_gain(
    path: Path, layer: str, level: float | None, bars: str | None = None, section: str | None = None
) -> dict[str, Any]:
    """Give bars "5-8" of a layer, or those of the sections of a name, a level in dB beside its own; None: its
    own. What is so already changes nothing. UsageError for unknown layers, bars, sections and levels.
    """
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        before = song.layer(layer)
        wanted = dict.fromkeys(
            _bars(song.state, bars, section), gains.USUAL if level is None else level + 0.0
        )
        try:
            after = replace(before, gains=gains.with_bars(before.gains, wanted, song.state.bars))
        except UsageError as error:
            raise UsageError(f"layer {layer!r}: {error.marked}") from None
        number = None
        if after != before:
            act = Act("layer", [layer], details={layer: ChangedLayer({"gains": gains.to_json(after.gains)})})
            number = commit(folder, song.with_layer(layer, after), act, clock)["run"]
    facts = {"layer": layer, "run": number, "timbre": after.timbre, **settings(layer, after)}
    return {**facts, "remarks": []}


def _bars(state: GlobalState, bars: str | None, section: str | None) -> list[int]:
    """The bars, from 0."""
    if (bars is None) == (section is None):
        raise UsageError(f"{argument('bars')}, {argument('section')}: give one of them")
    if bars is not None:
        return list(parse_bars(bars, state).bars)
    found: list[int] = []
    first = 0
    for each in state.sections:
        found += range(first, first + each.bars) if each.name == section else ()
        first += each.bars
    if not found:
        there = ", ".join(dict.fromkeys(each.name for each in state.sections))
        raise UsageError(f"{argument('section')} {shown(section)}: is not in the song; it has {there}")
    return found
