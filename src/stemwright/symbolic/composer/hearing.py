"""The network while it writes some bars: it hears all that is told, and says what could come next.

Where attributes are asked for it hears everything twice, with the wishes and without, and what it says is
moved away from what it would say unasked: classifier-free guidance (Ho and Salimans, arXiv 2207.12598;
for tokens, Sanchez et al., arXiv 2306.17806). Training hides wishes often enough for both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stemwright.symbolic.composer.conditions import Conditions, Floats
from stemwright.symbolic.composer.draft import Place
from stemwright.symbolic.composer.sequence import WRITE, Rows
from stemwright.symbolic.events.grammar import Cursor

if TYPE_CHECKING:
    from stemwright.native.engine import Engine

GUIDANCE = np.float32(3.0)
"""How far wishes pull: 1 says what the network says, 0 what it would say unasked."""


class Hearing:
    """One network's hearing of one view. `conditions`: what it is told beside the tokens."""

    def __init__(self, engine: Engine, conditions: Conditions) -> None:
        self.ways = [conditions] if conditions.wishes is None else [conditions, conditions.unasked()]
        self.state = engine.state(len(self.ways))
        self._told: dict[tuple[int, int, int], Floats] = {}

    def hear(self, rows: Rows) -> None:
        """Take in what is given."""
        tokens = np.broadcast_to(rows.tokens[:, None], (len(self.ways), len(rows), 1))
        self.state.prefill(np.ascontiguousarray(tokens), np.stack([way.rows(rows) for way in self.ways]))

    def say(self, number: int, place: Place, begun: Cursor) -> Floats:
        """Take in a token of the place that is being written; logits [tokens] of the next. `begun`: what was
        written of the place, this token too.
        """
        key = (*place, begun.tick)
        if key not in self._told:  # conditions depend on what was written before this tick, and it stays
            row = _one(number, place, begun.tick)
            self._told[key] = np.concatenate([way.rows(row, begun) for way in self.ways])
        said: Floats = self.state.step(np.full((len(self.ways), 1), number), self._told[key])[:, 0]
        asked, unasked = said[0], said[-1]
        logits: Floats = asked if len(self.ways) == 1 else unasked + GUIDANCE * (asked - unasked)
        return logits


def _one(number: int, place: Place, tick: int) -> Rows:
    """A row of the write area."""
    part, bar = place
    tokens, area, bars, parts, ticks = (
        np.array([value], np.int32) for value in (number, WRITE, bar, part, tick)
    )
    return Rows(tokens, area, bars, parts, ticks, np.zeros(1, bool))
