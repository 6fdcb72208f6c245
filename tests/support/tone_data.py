"""A little data of plucked notes that are where their scores say, mono and at 48 kHz in stereo."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from stemwright.codec.tone.tuning import Strings, Tuning
from stemwright.codec.tone.vibrato import Vibrato
from stemwright.dataset.shards import NewClip, write_shard, write_wide
from stemwright.song.layers import LAYERS
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

STATE = GlobalState.create("120", "C major", "4/4", "verse:2", "rock")
TIMBRES = {"drums": "acoustic", "bass": "finger", "harmony": "piano", "lead": "sax"}
PITCHES = {"drums": 36, "bass": 40, "harmony": 60, "lead": 69}


def plucked(layer: str, score: Score) -> np.ndarray:
    """Eight partials a note, falling, louder on the left: float [samples, 2] at 48 kHz."""
    frames = STATE.timebase.frames(STATE.bars)
    sides = np.zeros((frames * 640, 2))
    rng = np.random.default_rng(3)
    for note in score.notes:
        start = 2 * STATE.timebase.tick_sample(note.onset)
        t = np.arange(min(36_000, len(sides) - start)) / 48_000
        if layer == "drums":
            tone = rng.standard_normal(len(t)) * np.exp(-30 * t)
        else:
            f0 = 440 * 2 ** ((note.pitch - 69) / 12)
            tone = sum(np.sin(2 * np.pi * f0 * h * t) / h for h in range(1, 9)) * np.exp(-4 * t)
        tone = tone * 0.2 * note.velocity / 127
        sides[start : start + len(t)] += np.stack([tone, 0.5 * tone], 1)
    return sides


def write_tone_data(data: Path) -> Path:
    """Two bars a layer to train on, and two held out."""
    import soxr

    for layer in LAYERS:
        for number, split in enumerate(("train", "valid")):
            moved = 0 if layer == "drums" else 1
            notes = [Note(96 * i, 72, PITCHES[layer] + moved * (i % 3), 60 + 8 * i) for i in range(8)]
            score = Score(tuple(notes))
            sides = plucked(layer, score)
            plain = soxr.resample(sides.mean(axis=1), 48_000, 24_000)
            mono = np.round(plain * 32767).astype("<i2")
            made = NewClip(mono, STATE, score, TIMBRES[layer], "etudes", f"{split}{number}")
            base = write_shard(data, layer, split, 0, [made])
            write_wide(base, [np.round(sides * 32767).astype("<i2")])
    strings = Strings((30.0, 90.0), (0.0, 0.0), (0.0, 0.0))
    names = {f"{layer}/{timbre}": strings for layer, timbre in TIMBRES.items() if layer != "drums"}
    vibrato = {"lead/sax": Vibrato((60.0, 80.0), (30.0, 20.0), (5.0, 6.0), (0.1, 0.6))}
    tuning = Tuning(names, {"drums/acoustic": {36: (60.0, 120.0)}}, vibrato)
    (data / "tuning.json").write_text(json.dumps(tuning.to_json()))
    return data
