"""From a song's scores to events, so that a companion can be prompted with what was written."""

from __future__ import annotations

from collections.abc import Mapping

from stemwright.song.layers import is_drums, ordered
from stemwright.song.score import Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.companion.events import Event


def events_of(
    state: GlobalState, scores: Mapping[str, Score], names: Mapping[str, str] | None = None
) -> list[Event]:
    """The events of a song's layers in order of time; at one tick ends come first, then layers in their
    order.

    `names`: which instrument plays a layer, where it is not the layer's own name ({"lead": "you"}).
    """
    moments: list[tuple[int, int, int, int, str, int]] = []
    for place, layer in enumerate(ordered(list(scores))):
        name = (names or {}).get(layer, layer)
        for note in scores[layer].without_overlaps().notes:
            moments.append((note.onset, 1, place, note.pitch, name, note.velocity))
            if not is_drums(name):
                moments.append((note.end, 0, place, note.pitch, name, 0))
    last, out = 0, []
    for at, _, _, pitch, name, velocity in sorted(moments):
        out.append(Event(name, pitch, float(state.timebase.tick_seconds(at, last)), velocity))
        last = at
    return out
