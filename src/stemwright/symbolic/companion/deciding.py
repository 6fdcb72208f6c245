"""Deciding the parts of an event one by one, each within what the query and the notes that sound leave
open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stemwright.symbolic.companion import features
from stemwright.symbolic.companion.distribution import (
    TIME_FLOOR,
    TIME_WIDTHS,
    VELOCITY_FLOOR,
    VELOCITY_WIDTHS,
    Mixture,
    draw,
    softmax,
    tempered,
)
from stemwright.symbolic.companion.events import TIME_BINS, next_bin
from stemwright.symbolic.companion.network import Network
from stemwright.symbolic.companion.query import Query
from stemwright.symbolic.companion.support import Support

INSTRUMENT, PITCH, TIME, VELOCITY = range(4)
_SURE = 30.0
"""Beyond so large a logit a chance is 0 or 1."""


class Decider:
    """Draws from the heads of a network; for one thread at a time."""

    def __init__(self, network: Network, config: Mapping[str, Any]) -> None:
        self._network = network
        self.time = Mixture(
            features.time_edges(), config["time_components"], TIME_WIDTHS, features.time_floor(), TIME_FLOOR
        )
        self.velocity = Mixture(
            features.velocity_edges(),
            config["velocity_components"],
            VELOCITY_WIDTHS,
            np.full(127, 1 / 127),
            VELOCITY_FLOOR,
        )

    def decide(self, part: int, uniform: float, query: Query, support: Support, late: float) -> int:
        """The value of a part (instrument, token, bin or velocity), drawn by a number in [0, 1). The support
        is narrowed by it. `late`: seconds by which the last event lay behind its bin."""
        if part == TIME:
            return self._time(uniform, query, late)
        if part == VELOCITY:
            value = self._velocity(uniform, query, support)
            support.decide(velocity=value)
        elif part == PITCH:
            value = self._name(
                PITCH, uniform, support.tokens(), query.pitch_temperature, query.pitch_quantile
            )
            support.decide(token=value)
        else:
            value = self._name(INSTRUMENT, uniform, support.instruments(), query.instrument_temperature)
            support.decide(instrument=value)
        return value

    def _name(
        self,
        part: int,
        uniform: float,
        allowed: np.ndarray,
        temperature: float,
        quantile: tuple[float, float] = (0.0, 1.0),
    ) -> int:
        if allowed.sum() == 1:
            return int(allowed.argmax())
        raw = np.where(allowed, self._network.answer(part), np.float32(-np.inf))
        return draw(softmax(raw, temperature), allowed, uniform, quantile)

    def _time(self, uniform: float, query: Query, late: float) -> int:
        low, high = query.times
        first = next_bin(late, low)[0]
        last = TIME_BINS - 1 if high == np.inf else next_bin(late, high)[0]
        if first == last:
            return first
        raw = self._network.answer(TIME)
        chances = self.time.probabilities(raw, query.rhythm_temperature, query.timing_temperature)
        allowed = np.ones(last + 1 - first, bool)
        return first + draw(chances[first : last + 1], allowed, uniform, query.time_quantile)

    def _velocity(self, uniform: float, query: Query, support: Support) -> int:
        """On or off first, by the lower part of the number, then how loud by the rest of it."""
        low, high = query.velocities
        ends, begins = support.off_on()
        ends, begins = ends and low == 0, begins and high > 0
        low = max(low, 1)
        if not begins:
            return 0
        if not ends and low == high:
            return low
        raw = self._network.answer(VELOCITY)
        end = 1.0 / (1.0 + np.exp(-np.clip(float(raw[0]), -_SURE, _SURE))) if ends else 0.0
        if uniform < end:
            return 0
        chances = tempered(self.velocity.probabilities(raw[1:])[low - 1 : high], query.velocity_temperature)
        inside = (uniform - end) / (1.0 - end)
        return low + draw(chances, np.ones(len(chances), bool), inside, query.velocity_quantile)
