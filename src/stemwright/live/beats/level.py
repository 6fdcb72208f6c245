"""Is what the bar pointer counts the beat, or a half or a third of it?

The pointer takes every place for a beat where one may be, and so counts eighths where the network is of two
minds. But the network's probabilities are that it is right: if it hears a beat with .6 at every second place
and with .2 between, then, given that there is a beat at all, the faster level has a chance of a third. That
is weighed against how usual both tempi are.
"""

from __future__ import annotations

import numpy as np

from stemwright.live.beats.spectrum import FRAME_RATE
from stemwright.live.beats.tempo_states import usual

LEVELS = (2, 3)
"""How many of the pointer's beats may be one."""
CYCLE = 6
"""Places whose strength is remembered: after these all levels begin again."""
MEMORY = 0.75
"""What a place's strength weighs a cycle later."""
FEWEST = 6
"""Beats that are heard before a level is judged."""
STAY = 1.1
"""By how much another level or place must be better, as a ratio, to be taken."""
OTHER = 0.4
"""By how many octaves the pointer's tempo may change before all is judged anew."""
SURE = 2.0
"""How much likelier than the pointer's a level must be: a wrong one may tell none of the beats, while the
pointer's halves tell all of them among others."""
LEAST = 1e-3
"""Below this a chance is no smaller."""


class Level:
    """`beats`: how many of the pointer's beats are one of the music."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nothing was heard yet."""
        self.beats, self._place = 1, 0
        self._forget()

    def _forget(self) -> None:
        self._heard, self._interval = 0, 0.0
        self._sum, self._weight = np.zeros(CYCLE), np.zeros(CYCLE)

    def is_beat(self, number: int) -> bool:
        """Whether the pointer's beat of this number is one of the music."""
        return number % self.beats == self._place

    def hear(self, number: int, strength: float, interval: float, longest: float) -> bool:
        """The activation at a beat of the pointer, whose beats are `interval` frames apart, where no beat of
        music is longer than `longest`. Whether other beats are those of the music from now on."""
        strong = strength >= self._sum.sum() / max(LEAST, float(self._weight.sum()))
        if strong and self._interval and abs(np.log2(interval / self._interval)) > OTHER:
            self._forget()
        at = number % CYCLE
        self._sum[at] = MEMORY * self._sum[at] + strength
        self._weight[at] = MEMORY * self._weight[at] + 1.0
        self._heard += 1
        if not strong:  # perhaps the music has ended: that settles nothing
            return False
        self._interval = interval
        had = self.beats, self._place
        self.beats, self._place = self._best(interval, longest) if self._heard >= FEWEST else (1, 0)
        return had != (self.beats, self._place)

    def _best(self, interval: float, longest: float) -> tuple[int, int]:
        """The likeliest level, and the place of its beats."""
        best, odds = (1, 0), SURE if self.beats == 1 else SURE / STAY
        for level in LEVELS:
            if level * interval > longest:
                continue
            place, chance = self._slower(level)
            tempo = 60.0 * FRAME_RATE / interval
            more = (1.0 - chance) / chance * float(usual(tempo / level) / usual(tempo))
            if more > odds:
                best, odds = (level, place), more
        return best

    def _slower(self, level: int) -> tuple[int, float]:
        """Where the beats of a slower level lie, and the chance of the pointer's own beside it."""
        heard = self._sum.reshape(-1, level).sum(0) / np.maximum(
            self._weight.reshape(-1, level).sum(0), LEAST
        )
        favoured = heard.copy()
        if level == self.beats:
            favoured[self._place] *= STAY
        place = int(favoured.argmax())
        chance = float(np.delete(heard, place).mean()) / max(LEAST, float(heard[place]))
        return place, min(max(chance, LEAST), 1.0 - LEAST)
