"""Attributes that single tokens have: pitch, loudness, and where the second eighth falls.

What a token is, a wish for it can weigh without the network's help: the chance of each is multiplied with a
bell curve around the wish (a product of experts; Hinton, Neural Computation 14(8), 2002). The network still
decides whether a note comes, and which of those near the wish. Swing moves what begins inside a quarter;
how likely it is that anything begins there stays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stemwright.song.meter import Meter
from stemwright.song.score import PPQ
from stemwright.symbolic.attributes import SECOND_EIGHTH
from stemwright.symbolic.composer.controls import CONTROLS, Floats, unscaled
from stemwright.symbolic.events.vocabulary import FINE, KINDS, home

SPREAD = {"register": 6.0, "velocity": 16.0, "swing": 0.05}
"""Standard deviations: semitones, steps of velocity, quarters."""

Values = NDArray[np.float64]


class Leaning:
    """How the wishes for a place, `controls` [controls] in 0..1 (NaN: none), change what is likely."""

    def __init__(self, controls: Floats | None, tonic: int, meter: Meter) -> None:
        self.bells: dict[str, Values] = {}
        self.quarters = np.zeros(0, np.int64)
        if controls is None:
            return
        asked = {name: unscaled(name, float(controls[CONTROLS.index(name)])) for name in SPREAD}
        self._add("pitch", "register", _values("pitch") + home(tonic), asked)
        self._add("velocity", "velocity", _values("velocity"), asked)
        if meter.d <= 4:  # where quarters are counted, as `attributes.swing` has it
            self.quarters, inside = np.divmod(_values("position").astype(np.int64) * FINE, PPQ)
            places = inside / PPQ
            second = (places >= SECOND_EIGHTH[0]) & (places <= SECOND_EIGHTH[1])
            self.quarters[~second] = -1
            self._add("position", "swing", np.where(second, places, asked["swing"]), asked)

    def _add(self, kind: str, name: str, values: Values, asked: dict[str, float]) -> None:
        """Lean the tokens of a kind, which have these values of an attribute, towards what is asked."""
        if not np.isnan(asked[name]):
            self.bells[kind] = -0.5 * ((values - asked[name]) / SPREAD[name]) ** 2

    def of(self, kind: str, tokens: NDArray[np.int64], logits: Floats) -> Floats:
        """The logits [N] of some values of a kind, counted from its lowest, as the wishes change them."""
        if kind not in self.bells:
            return logits
        moved = logits + self.bells[kind][tokens]
        if kind == "position":
            for quarter in set(self.quarters[tokens].tolist()) - {-1}:
                own = self.quarters[tokens] == quarter
                moved[own] += _total(logits[own]) - _total(moved[own])
        return moved.astype(np.float32)


def _values(kind: str) -> Values:
    low, count = KINDS[kind]
    return np.arange(low, low + count, dtype=np.float64)


def _total(logits: NDArray[np.floating]) -> float:
    """log of the sum of exp."""
    most = float(logits.max())
    return most + float(np.log(np.exp(logits - most).sum()))
