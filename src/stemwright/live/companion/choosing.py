"""How a voice's settings bound what the model is asked for: pitches, velocities, how busy it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from numpy.random import Philox

from stemwright.live.companion.harmony import Classes, Tones
from stemwright.live.companion.settings import VoiceSettings
from stemwright.song.layers import is_drums
from stemwright.symbolic.companion import Query
from stemwright.symbolic.companion.query import Quantile

_LEAST = 0.1
"""Share of a distribution that is left where it is steered most."""
_WEIGH = "tvip"
"""Parts are decided when, on or off, who, what, whatever is bounded: the tones are those of the time."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Voices that play by themselves, and what they may play: pitches by instrument, and how it is drawn."""

    pitches: dict[str, frozenset[int]]
    instruments: tuple[str, ...]
    settings: VoiceSettings

    def query(self, low: float, high: float | None = None) -> Query:
        """For an event at least `low` seconds after the last one (at exactly `high`, where that is given)."""
        own = self.settings
        return Query(
            instruments=self.instruments,
            pitches=self.pitches,
            time=high,
            min_time=low if high is None else 0.0,
            pitch_quantile=window(own.height),
            time_quantile=window(1.0 - own.density),
            pitch_temperature=own.temperature,
            rhythm_temperature=own.temperature,
            timing_temperature=min(own.temperature, 1.0),
            order=_WEIGH,
        )


def follow_query(own: VoiceSettings, pitches: Collection[int], seconds: float, velocity: int) -> Query:
    """For one note of a follower `seconds` after the last event, about as loud as its source."""
    soft, loud = own.soft, own.loud
    return Query(
        instrument=own.instrument,
        pitches=None if is_drums(own.instrument) else tuple(pitches),
        time=seconds,
        min_velocity=min(max(velocity - 24, soft), loud),
        max_velocity=max(min(velocity + 12, loud), soft),
        pitch_quantile=window(own.height),
        pitch_temperature=own.temperature,
    )


def window(place: float) -> Quantile:
    """Quantiles for a place 0..1: all of a distribution at 0.5, its lower end at 0, its upper one at 1."""
    if place <= 0.5:
        return 0.0, max(2.0 * place, _LEAST)
    return min(2.0 * place - 1.0, 1.0 - _LEAST), 1.0


def in_range(own: VoiceSettings, tones: Tones) -> frozenset[int]:
    """The pitches in a voice's range that it keeps to."""
    classes: Classes = tones.kept(own.keep)
    return frozenset(pitch for pitch in range(own.low, own.high + 1) if pitch % 12 in classes)


def near(own: VoiceSettings, tones: Tones, source: int, taken: Collection[int]) -> frozenset[int]:
    """The pitches that may answer a source's pitch: in range, of the tones, not taken, and as far from it as
    the transposition says; where there is none so far, the nearest to that.
    """
    fit = in_range(own, tones) - frozenset(taken)
    low, high = source + own.transpose_low, source + own.transpose_high
    inside = frozenset(pitch for pitch in fit if low <= pitch <= high)
    if inside or not fit:
        return inside
    return frozenset({min(fit, key=lambda pitch: (max(low - pitch, pitch - high), pitch))})


def drawn(seed: int, lane: int, number: int) -> float:
    """A random number in [0, 1) that depends on these three alone (Philox)."""
    # Not `np.random`, which numpy loads where it is first named: the first note would wait 8 ms for it.
    word = Philox(key=[seed, lane], counter=[number, 0, 0, 0]).random_raw()
    return int(word) / 2.0**64
