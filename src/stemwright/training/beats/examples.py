"""What the network is trained on: frames of mixes, disturbed anew each time, and where beats lie in them.

The spectrum of every mix is taken once. What a room, a microphone and another tempo do to it is done to its
bands: gain and a smooth equaliser, hiss, and frames drawn together or apart. Other instruments are made of
those that are there: all bands moved up or down, some not heard at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stemwright.dataset.mixes.shards import StoredMix
from stemwright.live.beats.spectrum import FRAME_RATE, GAIN, SCALE, whole, with_rise
from stemwright.song.timebase import SAMPLE_RATE

Floats = NDArray[np.float32]

WIDTH = 1.1
"""Frames of standard deviation of a beat's target: hands are no closer together."""
REACH = 3
GAIN_DB, BEND_DB = 10.0, 6.0
"""How much louder or softer, and how far the equaliser's knots lie from 0 (standard deviation)."""
KNOTS = 5
HISS_SHARE, HISS = 0.25, (-4.0, -2.0)
"""Share of examples with hiss, and its magnitude (powers of ten)."""
RETIMED_SHARE, RETIMED = 0.6, 0.25
"""Share of examples that are faster or slower, and by how much at most (logarithm)."""
MOVED_SHARE, MOVED = 0.5, 5
"""Share of examples whose bands are moved, and by how many at most."""
MUTED_SHARE, MUTED = 0.4, 20
"""Share of examples that lack neighbouring bands, and how many at most."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Log-magnitudes float16 [T, bands] of a mix, frames of its beats [N] (of sound, not of the network's
    answer), and which begin a bar [N]."""

    levels: NDArray[np.float16]
    beats: NDArray[np.float64]
    downbeats: NDArray[np.bool_]


def hear(mixes: Sequence[StoredMix], say: Callable[[str], None]) -> list[Heard]:
    """The spectra of mixes, in order."""
    out = []
    for number, mix in enumerate(mixes, 1):
        sound = mix.audio().astype(np.float32) / np.float32(32768)
        levels = whole(sound, SAMPLE_RATE).astype(np.float16)
        out.append(Heard(levels, mix.beats * FRAME_RATE - 1.0, mix.numbers == 1))
        if number % 200 == 0 or number == len(mixes):
            say(f"heard {number} of {len(mixes)} mixes")
    return out


def targets(frames: int, beats: NDArray[np.float64], downbeats: NDArray[np.bool_]) -> Floats:
    """[frames, 2]: how much a frame is a beat's and a downbeat's, 1 at its middle. `beats`: frames at which
    the network is to tell them."""
    out = np.zeros((frames, 2), np.float32)
    for place, down in zip(beats, downbeats, strict=True):
        near = np.arange(max(0, int(place) - REACH), min(frames, int(place) + REACH + 2))
        bell = np.exp(-0.5 * np.square((near - place) / WIDTH)).astype(np.float32)
        for column in (0, 1) if down else (0,):
            out[near, column] = np.maximum(out[near, column], bell)
    return out


def example(heard: Heard, length: int, delay: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Frames [length, 2 * bands] and targets [length, 2] of a random stretch; silence after its end."""
    factor = float(np.exp(rng.uniform(-RETIMED, RETIMED))) if rng.random() < RETIMED_SHARE else 1.0
    wanted = min(len(heard.levels), round(length * factor))
    first = int(rng.integers(0, len(heard.levels) - wanted + 1))
    part = heard.levels[first : first + wanted].astype(np.float32)
    if factor != 1.0:
        part = _retimed(part, factor)
    part = disturbed(part[:length], rng)
    beats = (heard.beats - first) / factor
    inside = (beats > -1) & (beats < len(part))
    frames, goal = np.zeros((length, 2 * part.shape[1]), np.float32), np.zeros((length, 2), np.float32)
    frames[: len(part)] = with_rise(part)
    goal[: len(part)] = targets(len(part), beats[inside] + delay, heard.downbeats[inside])
    return frames, goal


def disturbed(levels: Floats, rng: np.random.Generator) -> Floats:
    """Other instruments, another gain, another equaliser, at times hiss."""
    magnitude = np.expm1(_of_others(levels, rng) / np.float32(SCALE))
    knots = rng.normal(0.0, BEND_DB, KNOTS) + rng.uniform(-GAIN_DB, GAIN_DB)
    curve = np.interp(np.linspace(0, KNOTS - 1, levels.shape[1]), np.arange(KNOTS), knots)
    magnitude *= (10.0 ** (curve / 20.0)).astype(np.float32)
    if rng.random() < HISS_SHARE:
        size = np.float32(GAIN * 10.0 ** rng.uniform(*HISS))
        magnitude += size * rng.rayleigh(0.8, levels.shape).astype(np.float32)
    return np.asarray(np.log1p(magnitude) * np.float32(SCALE), np.float32)


def _of_others(levels: Floats, rng: np.random.Generator) -> Floats:
    """Bands moved up or down, the outermost repeated; some neighbours silent."""
    count = levels.shape[1]
    if rng.random() < MOVED_SHARE:
        by = int(rng.integers(-MOVED, MOVED + 1))
        levels = levels[:, np.clip(np.arange(count) - by, 0, count - 1)]
    if rng.random() < MUTED_SHARE:
        width = int(rng.integers(1, MUTED + 1))
        first = int(rng.integers(0, max(1, count - width + 1)))
        levels = levels.copy()
        levels[:, first : first + width] = 0.0
    return levels


def _retimed(levels: Floats, factor: float) -> Floats:
    """`factor` times as fast, frames between frames by their mean."""
    places = np.arange(int((len(levels) - 1) / factor)) * factor
    low = places.astype(np.int64)
    share = (places - low)[:, None].astype(np.float32)
    return np.asarray(levels[low] * (1 - share) + levels[low + 1] * share, np.float32)
