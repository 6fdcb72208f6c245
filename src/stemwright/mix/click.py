"""A click on every beat of a song, higher on the first of each bar, exact to the sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import UsageError, argument
from stemwright.song.state import GlobalState
from stemwright.song.timebase import HOP, SAMPLE_RATE

Audio = NDArray[np.float32]

FIRST_HZ, OTHER_HZ = 2000.0, 1200.0
FIRST_LEVEL, OTHER_LEVEL = 0.5, 0.35
CLICK_MS = 30
_DECAY_MS = 6.0
_RISE_MS = 0.5
MAX_COUNT_IN = 8


def click_track(state: GlobalState, rate: int, count_in: int = 0) -> Audio:
    """The clicks of a song, float32 [samples] at `rate`, as long as the song after `count_in` bars that are
    as its first one. A beat is the meter's denominator; each click begins at its beat's sample. UsageError
    for more than `MAX_COUNT_IN` bars.
    """
    if not 0 <= count_in <= MAX_COUNT_IN:
        raise UsageError(f"{argument('count_in')} {count_in}: give 0 to {MAX_COUNT_IN} bars")
    lead = count_in_samples(state, rate, count_in)
    out = np.zeros(lead + state.timebase.frames(state.bars) * HOP * rate // SAMPLE_RATE, np.float32)
    first, other = _click(FIRST_HZ, FIRST_LEVEL, rate), _click(OTHER_HZ, OTHER_LEVEL, rate)
    for bar in range(count_in):
        for beat, sample in enumerate(_beats(state, 0, rate)):
            _add(out, bar * lead // count_in + sample, other if beat else first)
    for bar in range(state.bars):
        for beat, sample in enumerate(_beats(state, bar, rate)):
            _add(out, lead + sample, other if beat else first)
    return out


def count_in_samples(state: GlobalState, rate: int, count_in: int) -> int:
    """How long the bars are that are counted in."""
    return count_in * state.timebase.bar_frame(1) * HOP * rate // SAMPLE_RATE


def _beats(state: GlobalState, bar: int, rate: int) -> list[int]:
    """The samples of a bar's beats, from the song's beginning."""
    meter, start = state.lines.meter_of(bar), state.lines.tick(bar)
    ticks = (start + beat * meter.ticks_per_beat for beat in range(meter.beats_per_bar))
    return [state.timebase.tick_sample(tick) * rate // SAMPLE_RATE for tick in ticks]


def _click(pitch: float, level: float, rate: int) -> Audio:
    """A tone that dies away, and ends in silence."""
    time = np.arange(CLICK_MS * rate // 1000) / rate
    rise = np.minimum(time * 1000 / _RISE_MS, 1.0)
    fall = np.exp(-time * 1000 / _DECAY_MS) * np.linspace(1, 0, len(time))
    return (level * rise * fall * np.sin(2 * np.pi * pitch * (time + 0.25 / pitch))).astype(np.float32)


def _add(out: Audio, at: int, click: Audio) -> None:
    part = out[at : at + len(click)]
    part += click[: len(part)]
