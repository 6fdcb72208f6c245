"""Etudes: random playing that covers an instrument evenly.

The arranger keeps to what is usual; a performer must also follow rare pitches, velocities and rhythms.
Etudes draw them evenly, inside a key and a meter, so that every pitch of the range and every drum piece is
heard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stemwright.instruments.ranges import RANGES
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.score import PPQ, Note, Score

if TYPE_CHECKING:
    from random import Random

    from stemwright.song.state import GlobalState

_STEP = 24
_DRUM_DENSITY = {
    "kick": (0.1, 0.35), "snare": (0.05, 0.3), "closed_hat": (0.0, 0.9), "open_hat": (0.0, 0.2),
    "pedal_hat": (0.0, 0.2), "ride": (0.0, 0.6), "crash": (0.0, 0.06), "bell": (0.0, 0.1), "rim": (0.0, 0.15),
    "clap": (0.0, 0.15), "low_tom": (0.0, 0.12), "mid_tom": (0.0, 0.12), "high_tom": (0.0, 0.12),
    "percussion": (0.0, 0.15),
}  # fmt: skip


_LONE = 0.4
"""Share of the drums' etudes that are lone hits: what rings on after them is heard nowhere else."""


def drum_etude(state: GlobalState, rng: Random) -> Score:
    """A random bar pattern of some pieces, varied from bar to bar; or lone hits."""
    if rng.random() < _LONE:
        return _lone_hits(state, rng)
    steps = state.meter.ticks_per_bar // _STEP
    chosen = {"kick", "snare", *rng.sample(sorted(_DRUM_DENSITY), 4)}
    pattern = [
        (s, p) for p in sorted(chosen) for s in range(steps) if rng.random() < rng.uniform(*_DRUM_DENSITY[p])
    ]
    notes: list[Note] = []
    for bar in range(state.bars):
        for step, piece in pattern:
            if rng.random() < 0.15:
                continue
            moved = rng.randrange(steps) if rng.random() < 0.08 else step
            tick = bar * state.meter.ticks_per_bar + moved * _STEP
            notes.append(Note(tick, _STEP, PIECE_PITCH[piece], rng.randint(25, 127)))
    return Score.from_notes(notes).without_overlaps()


def _lone_hits(state: GlobalState, rng: Random) -> Score:
    """Hits of any piece, one after the other or two at once, half a second to four seconds apart."""
    tick, notes = rng.randrange(_STEP, 8 * _STEP), []
    while tick < state.total_ticks:
        for piece in rng.sample(sorted(PIECE_PITCH), rng.choice((1, 1, 1, 2))):
            notes.append(Note(tick, _STEP, PIECE_PITCH[piece], rng.randint(25, 127)))
        tick += round(float(state.bpm) * PPQ / 60 * rng.uniform(0.5, 4.0) / _STEP) * _STEP
    return Score.from_notes(notes)


def _scale(state: GlobalState, low: int, high: int) -> list[int]:
    inside = set(state.key.pitch_classes)
    return [p for p in range(low, high + 1) if p % 12 in inside]


def melody_etude(state: GlobalState, rng: Random, low: int, high: int) -> Score:
    """One voice wandering through the scale between ``low`` and ``high``, with leaps, rests and odd notes."""
    scale = _scale(state, low, high)
    at = rng.randrange(len(scale))
    grid = rng.choice([(24, 48, 96), (48, 96, 192), (32, 64, 96), (96, 192, 384)])
    tick, notes = 0, []
    loud = rng.uniform(50, 110)
    while tick < state.total_ticks:
        length = min(rng.choice(grid), state.total_ticks - tick)
        at = at + rng.randint(-3, 3) if rng.random() < 0.85 else rng.randrange(len(scale))
        at = max(0, min(len(scale) - 1, at))
        loud = max(30.0, min(120.0, loud + rng.uniform(-12, 12)))
        if rng.random() > 0.15:
            pitch = scale[at] + (rng.choice((-1, 1)) if rng.random() < 0.07 else 0)
            held = max(6, round(length * rng.choice((0.4, 0.8, 0.95, 1.0))))
            notes.append(Note(tick, held, pitch, max(1, min(127, round(loud + rng.uniform(-10, 10))))))
        tick += length
    return Score.from_notes(notes)


def chord_etude(state: GlobalState, rng: Random, low: int, high: int) -> Score:
    """Chords of two to five voices, struck together, strummed or broken."""
    scale = _scale(state, low, high)
    tick, notes = 0, []
    style = rng.choice(("block", "strum", "broken"))
    grid = rng.choice([(96, 192), (192, 384), (48, 96), (384,)])
    while tick < state.total_ticks:
        length = min(rng.choice(grid), state.total_ticks - tick)
        root = rng.randrange(max(1, len(scale) - 8))
        voices = sorted(
            {scale[min(len(scale) - 1, root + step)] for step in (0, 2, 4, 6, 7)[: rng.randint(2, 5)]}
        )
        velocity = rng.randint(40, 115)
        if rng.random() > 0.12:
            for i, pitch in enumerate(voices):
                delay = {"block": 0, "strum": 3 * i, "broken": 24 * i}[style]
                if delay < length:
                    notes.append(Note(tick + delay, max(6, length - delay), pitch, velocity))
        tick += length
    return Score.from_notes(notes).without_overlaps()


def etude(state: GlobalState, layer: str, rng: Random) -> Score:
    """An etude for one layer over the whole of ``state``."""
    if layer == "drums":
        return drum_etude(state, rng)
    low, high = RANGES.get(layer, RANGES["lead"])
    return chord_etude(state, rng, low, high) if layer == "harmony" else melody_etude(state, rng, low, high)
