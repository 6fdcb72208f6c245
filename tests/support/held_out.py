"""Made-up held-out clips: scores, states and sounds that follow them, as a data folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stemwright.dataset.shards import NewClip, write_shard
from stemwright.song.harmony import Chord
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.song.timebase import HOP, SAMPLE_RATE
from support.performers import TIMBRES

LAYERS = ("drums", "bass", "harmony", "lead")
PITCHES = {"drums": (36, 38, 42), "bass": (36, 43, 40), "harmony": (60, 64, 67), "lead": (72, 76, 79)}
FOREIGN = "unheard of"


def write_data(data: Path, layers: tuple[str, ...] = LAYERS, count: int = 3) -> None:
    """`count` clips of each layer in `valid` and in `unseen`, and one in a timbre that no bundle has."""
    for layer in layers:
        for split in ("valid", "unseen"):
            names = [TIMBRES[i % len(TIMBRES)] for i in range(count)] + [FOREIGN]
            clips = [clip(layer, timbre, seed) for seed, timbre in enumerate(names)]
            write_shard(data, layer, split, 0, clips)


def clip(layer: str, timbre: str, seed: int) -> NewClip:
    """Two bars of C major at 200 BPM."""
    state = GlobalState.create(bpm="200", form="verse:2", style="rock")
    state = state.with_(chords=(Chord("C"),) * state.total_beats)
    score = made_score(layer, state, seed)
    audio = np.round(played(score, state) * 32767).astype("<i2")
    return NewClip(audio, state, score, timbre, "made up", f"song {seed}")


def made_score(layer: str, state: GlobalState, seed: int) -> Score:
    """A note on about every second eighth, of the tones of C major; the first one on the first beat."""
    rng = np.random.default_rng(seed)
    ticks = [t for t in range(0, state.total_ticks, 48) if t == 0 or rng.random() < 0.5]
    return Score.from_notes(Note(t, 40, int(rng.choice(PITCHES[layer])), 100) for t in ticks)


def played(score: Score, state: GlobalState) -> np.ndarray:
    """Every note as a decaying tone with a few partials: [frames * 320], peak below 1."""
    out = np.zeros(state.frames * HOP)
    t = np.arange(SAMPLE_RATE // 4) / SAMPLE_RATE
    for note in score.notes:
        start = state.timebase.tick_sample(note.onset)
        hertz = 440 * 2 ** ((note.pitch - 69) / 12)
        tone = sum(np.sin(2 * np.pi * hertz * k * t) / k for k in (1, 2, 3)) * np.exp(-30 * t) * 0.3
        size = min(len(tone), len(out) - start)
        out[start : start + size] += tone[:size]
    return np.clip(out, -0.95, 0.95)
