"""How the tokens of two takes differ, bar by bar: frames that are the same, that are others, and those that
are another bar's, moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stemwright.codec.tokens import from_canonical

if TYPE_CHECKING:
    from stemwright.editing.aligning import Pairs
    from stemwright.song.document import Take
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder


@dataclass(frozen=True, slots=True)
class TokenChanges:
    """Bars (from 0) of the second take: those whose frames are `other` ones, and of these those whose frames
    the first one has in another bar, with that bar.
    """

    other: tuple[int, ...]
    moved: dict[int, int]
    bars: int

    def to_json(self) -> dict[str, Any]:
        """Plain values, bars counted from 1."""
        moved = [{"bar": bar + 1, "from": source + 1} for bar, source in self.moved.items()]
        return {"bars": [bar + 1 for bar in self.other], "moved": moved, "of": self.bars}


def frames_by_bar(folder: SongFolder, state: GlobalState, take: Take) -> list[bytes]:
    """The tokens of each bar's frames. StemwrightError where they are missing or damaged."""
    name = folder.objects.name(take.content_sha256)
    tokens = from_canonical(folder.objects.get(take.content_sha256), name)
    edges = [state.timebase.bar_frame(bar) for bar in range(state.bars + 1)]
    return [tokens[:, edges[bar] : edges[bar + 1]].tobytes() for bar in range(state.bars)]


def compare(before: list[bytes], after: list[bytes], pairs: Pairs) -> TokenChanges:
    """The changes from the frames of each bar of a take to those of another."""
    beside = {b: a for a, b in pairs if b is not None}
    places: dict[bytes, int] = {}
    for bar, frames in enumerate(before):
        places.setdefault(frames, bar)
    other: list[int] = []
    moved: dict[int, int] = {}
    for bar, frames in enumerate(after):
        partner = beside.get(bar)
        if partner is not None and before[partner] == frames:
            continue
        other.append(bar)
        if frames and frames in places:
            moved[bar] = places[frames]
    return TokenChanges(tuple(other), moved, len(after))
