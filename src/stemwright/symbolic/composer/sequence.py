"""A request as one sequence of tokens: what is known of the song, what stands, what is to be written.

``start meter tempo key style``, then ``stands`` and the bars of the window in which anything stands, then
``like`` and bars that serve as a model, then ``write`` and the bars in which something is to be written; each
``bar section`` and its parts' bars (`events.coding`). So a gap is filled by who has heard both its sides,
and the same network continues, fills in and writes whole songs (cf. Composer's Assistant, arXiv 2301.12525).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stemwright.symbolic.composer.draft import CHORDS, Draft, Place
from stemwright.symbolic.events.coding import bar_head, header
from stemwright.symbolic.events.vocabulary import token

AREAS = ("known", "stands", "like", "write")
WRITE = AREAS.index("write")
NOWHERE = -1
"""The part where none is being told."""

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Rows:
    """What a network hears, step by step [S]: the token, and where it leaves the reader: in which area, bar
    and part (NOWHERE: none), at which tick of the bar. `free`: whether the token could have been another.
    """

    tokens: Ints
    area: Ints
    bar: Ints
    part: Ints
    tick: Ints
    free: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, piece: slice) -> Rows:
        return Rows(
            self.tokens[piece],
            self.area[piece],
            self.bar[piece],
            self.part[piece],
            self.tick[piece],
            self.free[piece],
        )


class Telling:
    """Rows that are being told."""

    def __init__(self) -> None:
        self.area = 0
        self.pieces: list[Rows] = []

    def say(self, tokens: Sequence[int], bar: int = 0, part: int = NOWHERE, tick: int = 0) -> None:
        """Tokens that could not have been others."""
        self._add(np.array(tokens, np.int32), bar, part, np.full(len(tokens), tick, np.int32), False)

    def say_bar(self, draft: Draft, bar: int, parts: Sequence[int]) -> None:
        """A bar's head and the bars of some parts that stand."""
        self.say(bar_head(draft.state, bar), bar)
        for part in parts:
            self.say_part(draft, (part, bar))

    def say_part(self, draft: Draft, place: Place) -> None:
        """A part's bar that stands."""
        part, bar = place
        tokens, ticks = draft.tokens(place)
        self._add(tokens.astype(np.int32), bar, part, ticks.astype(np.int32), True)
        last = self.pieces[-1]
        last.free[0], last.part[-1], last.tick[-1] = False, NOWHERE, 0

    def _add(self, tokens: Ints, bar: int, part: int, ticks: Ints, free: bool) -> None:
        size = len(tokens)
        area, bars, parts = (np.full(size, value, np.int32) for value in (self.area, bar, part))
        self.pieces.append(Rows(tokens, area, bars, parts, ticks, np.full(size, free)))

    def rows(self) -> Rows:
        """Everything told so far."""
        columns = [
            np.concatenate([getattr(piece, name) for piece in self.pieces])
            for name in ("tokens", "area", "bar", "part", "tick", "free")
        ]
        return Rows(*columns)


def opened(draft: Draft, window: Sequence[int], like: Sequence[int] = ()) -> Telling:
    """All that comes before what is to be written. `window`, `like`: bars of the song."""
    telling = Telling()
    telling.say(header(draft.state))
    for name, bars in (("stands", window), ("like", like)):
        telling.area = AREAS.index(name)
        told = [(bar, [p for p in (CHORDS, *sorted(draft.notes)) if draft.stands((p, bar))]) for bar in bars]
        if not any(parts for _, parts in told):
            continue
        telling.say([token(name)])
        for bar, parts in told:
            if parts:
                telling.say_bar(draft, bar, parts)
    telling.area = WRITE
    telling.say([token("write")])
    return telling


def example(full: Draft, places: Collection[Place], window: Sequence[int], like: Sequence[int] = ()) -> Rows:
    """The sequence in which `places` of a draft are to be written, with what stands there."""
    telling = opened(full.without(places), window, like)
    for bar in sorted({bar for _, bar in places}):
        telling.say_bar(full, bar, sorted(part for part, b in places if b == bar))
    return telling.rows()
