"""The forward algorithm over tempo and phase: what is known of the beat from all frames heard so far."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stemwright.live.beats.tempo_states import TempoStates

FLOOR, CEILING = 0.02, 0.98
"""Between these an activation counts. The floor is what a beat may weigh that nobody hears: so a rest changes
the tempo little."""
HELD_FLOOR = 0.06
"""The floor while no beat is heard: nearly what decides nothing (1 / (1 + ELSEWHERE))."""
ELSEWHERE = 11.0
"""Over how many parts of a beat a frame that is none may be spread (lambda - 1 of Krebs et al.)."""


class Place(NamedTuple):
    """The likeliest state: frames of a beat, and frames since it began."""

    interval: int
    position: int


class BeatPointer:
    """Where in which beat the music is; deterministic, of constant cost a frame."""

    def __init__(self, states: TempoStates) -> None:
        self.states = states
        self.start()
        self._next = np.empty_like(self.belief)

    def start(self, around: float | None = None) -> None:
        """Nothing was heard yet; the tempo is about `around` BPM, or any."""
        self.belief = self.states.prior(around)

    def hear(self, activation: float, floor: float = FLOOR) -> Place:
        """A frame on, by the probability that a beat is heard in it."""
        states, after = self.states, self._next
        ends = self.belief[states.last]
        after[1:] = self.belief[:-1]
        after[states.first] = np.einsum("i,ij->j", ends, states.change)
        heard = min(max(activation, floor), CEILING)
        other = (1.0 - heard) / ELSEWHERE
        after[states.on_beat] *= heard / other
        after /= after.sum()
        self.belief, self._next = after, self.belief
        best = int(after.argmax())
        return Place(int(states.interval[best]), int(states.position[best]))
