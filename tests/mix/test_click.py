"""Clicks lie on the beats' samples, through changes of tempo and meter, after bars that are counted in."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.mix.click import FIRST_LEVEL, MAX_COUNT_IN, OTHER_LEVEL, click_track, count_in_samples
from stemwright.song.state import GlobalState

STATES = {
    "plain": GlobalState.create(bpm="117.3", form="verse:3", meter="4/4"),
    "odd": GlobalState.create(bpm="90", form="verse:3", meter="7/8"),
    "changing": GlobalState.create(bpm="100, 3: 141", form="verse:5", meter="4/4, 2: 3/4, 4: 5/8"),
}


@pytest.mark.parametrize("rate", [24_000, 48_000])
@pytest.mark.parametrize("count_in", [0, 2])
@pytest.mark.parametrize("name", STATES)
def test_a_click_begins_at_every_beat_and_nowhere_else(name: str, count_in: int, rate: int) -> None:
    state = STATES[name]
    audio = click_track(state, rate, count_in)
    lead = count_in_samples(state, rate, count_in)
    assert len(audio) == lead + state.frames * 320 * rate // 24_000
    beats = [
        (lead + state.timebase.tick_sample(state.lines.beat_tick(beat)) * rate // 24_000)
        for beat in range(state.lines.beat(state.bars))
    ]
    before = [
        beat - lead + lead // 2 * bar for bar in range(count_in) for beat in beats if beat - lead < lead // 2
    ]
    silence = np.ones(len(audio), bool)
    for at in [*before, *beats]:
        silence[at : at + 30 * rate // 1000] = False
        assert not audio[at] and audio[at + 1], "it begins at its beat's sample"
    assert not audio[silence].any()
    firsts = {lead + state.timebase.bar_sample(bar) * rate // 24_000 for bar in range(state.bars)}
    for at in beats:
        peak = float(np.abs(audio[at : at + rate // 100]).max())
        assert (peak > OTHER_LEVEL) == (at in firsts) and peak <= FIRST_LEVEL


def test_bars_to_count_in_have_bounds() -> None:
    for bars in (-1, MAX_COUNT_IN + 1):
        with pytest.raises(UsageError, match="count_in"):
            click_track(STATES["plain"], 24_000, bars)
