"""The sound of a mix: layers as a band of its own timing plays them, put together, in a room, among noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemwright.corpus.song import CorpusSong
from stemwright.dataset.humanise import draw_feel, humanised
from stemwright.dataset.jobs import choose_timbre, in_range
from stemwright.dataset.mixes.noises import BEATLESS, applause, noise, speech
from stemwright.dataset.mixes.songs import beats_of
from stemwright.dataset.mixes.timing import Warp, draw_warp, tempo_between
from stemwright.instruments.effects import Amounts, distort, draw_effects
from stemwright.instruments.events import PlacedNote, score_events
from stemwright.instruments.render import Studio, limit, mix_events, to_int16
from stemwright.instruments.sampler import Audio
from stemwright.song.timebase import SAMPLE_RATE

AMOUNTS = Amounts(0.45, (0.15, 0.8), (-22.0, -6.0), 6.0, 0.3, 9.0, 0.0)
"""Rooms, tone and saturation of a whole mix."""
LEVELS_DB = 5.0
"""Standard deviation of a layer's level."""
PEAK_DB = (-24.0, -1.0)
NOISE_SHARE, NOISE_DB = 0.35, (-50.0, -20.0)
"""Mixes with hiss, and how loud it is beside them."""
CROWD_SHARE, CROWD_DB = 0.12, (-26.0, -8.0)
"""Mixes over which people talk or clap."""
BEFORE_SHARE, AFTER_SHARE, APART = 0.15, 0.1, (1.5, 6.0)
"""Mixes before or after which something without a beat is heard, and for how many seconds."""
BEATLESS_SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class Mix:
    """int16 [samples] at 24 kHz; seconds of its beats, which of the bar each is (from 1); what it is."""

    audio: NDArray[np.int16]
    beats: tuple[float, ...]
    numbers: tuple[int, ...]
    about: dict[str, Any]


def mix_of(song: CorpusSong, studio: Studio, split: str, rng: Random) -> Mix:
    """A stretch of a song as a band plays it. It has beats (`songs.stretch`)."""
    state, found = song.state, beats_of(song.state)
    assert found is not None
    base = state.timebase
    seconds = base.bar_sample(state.bars) / SAMPLE_RATE
    warp = draw_warp(rng, seconds, [base.bar_sample(bar) / SAMPLE_RATE for bar in range(state.bars)])
    total = int(float(warp(seconds)) * SAMPLE_RATE)
    sound, timbres = np.zeros(total, np.float32), {}
    for layer in song.scores:
        made = choose_timbre(studio.recipes[layer], split, rng)
        feel = draw_feel(rng, song.timing == "human")
        score = in_range(layer, made, humanised(song.scores[layer], feel, state.bpm, state.total_ticks, rng))
        instrument, gain = studio.instrument(layer, made.name)
        raw = mix_events(instrument, _played(score_events(score, base), warp), total)
        level = np.float32(gain * 10.0 ** (rng.gauss(0.0, LEVELS_DB) / 20.0))
        sound += distort(raw, made.drive) * level
        timbres[layer] = made.name
    beats = warp([base.tick_sample(tick) / SAMPLE_RATE for tick in found.ticks])
    about = {
        "source": song.source, "song": song.name, "style": state.style, "meter": str(state.meter),
        "timbres": timbres, "bpm": round(tempo_between(beats.tolist()), 2),
    }  # fmt: skip
    sound, before = _surrounded(_disturbed(sound, rng), rng)
    times = tuple(round(float(beat) + before, 4) for beat in beats)
    return Mix(_finished(sound, rng), times, found.numbers, about)


def beatless(rng: Random) -> Mix:
    """Something without a beat."""
    make = rng.choice(BEATLESS)
    sound = make(rng, round(BEATLESS_SECONDS * SAMPLE_RATE))
    about = {"source": "none", "song": make.__name__, "style": "", "meter": "", "timbres": {}, "bpm": 0.0}
    return Mix(to_int16(sound * np.float32(10.0 ** (rng.uniform(-20.0, 10.0) / 20.0))), (), (), about)


def _played(events: list[PlacedNote], warp: Warp) -> list[PlacedNote]:
    starts = np.array([event.start for event in events]) / SAMPLE_RATE
    ends = np.array([event.start + event.length for event in events]) / SAMPLE_RATE
    first = np.rint(warp(starts) * SAMPLE_RATE).astype(np.int64).tolist()
    last = np.rint(warp(ends) * SAMPLE_RATE).astype(np.int64).tolist()
    return [
        PlacedNote(start, max(1, end - start), event.pitch, event.velocity)
        for event, start, end in zip(events, first, last, strict=True)
    ]


def _disturbed(sound: Audio, rng: Random) -> Audio:
    """In a room, with hiss and people."""
    out = draw_effects(rng, AMOUNTS).apply(sound)
    for share, decibels, makers in (
        (NOISE_SHARE, NOISE_DB, (noise,)),
        (CROWD_SHARE, CROWD_DB, (applause, speech)),
    ):
        if rng.random() < share:
            out = out + _beside(rng, makers, len(out)) * np.float32(_size(out) * _gain(rng, decibels))
    return out


def _surrounded(sound: Audio, rng: Random) -> tuple[Audio, float]:
    """With something before and after it; and for how many seconds before."""
    parts, before = [sound], 0
    if rng.random() < BEFORE_SHARE:
        before = round(rng.uniform(*APART) * SAMPLE_RATE)
        parts.insert(0, _beside(rng, BEATLESS, before) * np.float32(_size(sound) * _gain(rng, (-20.0, 0.0))))
    if rng.random() < AFTER_SHARE:
        count = round(rng.uniform(*APART) * SAMPLE_RATE)
        parts.append(_beside(rng, BEATLESS, count) * np.float32(_size(sound) * _gain(rng, (-20.0, 0.0))))
    return np.concatenate(parts), before / SAMPLE_RATE


def _beside(rng: Random, makers: tuple[Callable[[Random, int], Audio], ...], count: int) -> Audio:
    """One of some sounds, of RMS 1, or silence."""
    made = rng.choice(makers)(rng, count)
    return made * np.float32(20.0)


def _finished(sound: Audio, rng: Random) -> NDArray[np.int16]:
    peak = float(np.abs(sound).max(initial=1e-9))
    return to_int16(limit(sound * np.float32(_gain(rng, PEAK_DB) / peak)))


def _gain(rng: Random, decibels: tuple[float, float]) -> float:
    return float(10.0 ** (rng.uniform(*decibels) / 20.0))


def _size(sound: Audio) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
