"""Made-up shards of drums with tokens, so that performers can be trained and measured without a codec."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stemwright.conditioning import frame_features
from stemwright.conditioning.layout import columns
from stemwright.dataset.shards import NewClip, shard_path, write_shard
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

CODEC_SHA256 = "c" * 64
CODEBOOK_SIZE = 16


def write_drums(data: Path) -> None:
    """Six clips to train on and two held out, two bars each."""
    rng = np.random.default_rng(0)
    for split, count in (("train", 6), ("valid", 2)):
        clips, tokens = [], []
        for _ in range(count):
            state = GlobalState.create(bpm="120", form="verse:2", style="rock")
            score = _score(state, rng)
            tokens.append(_tokens(frame_features(state, "drums", score)))
            clips.append(NewClip(np.zeros(state.frames * 320, "<i2"), state, score, "808", "etudes", "x"))
        write_shard(data, "drums", split, 0, clips)
        base = shard_path(data, "drums", split, 0)
        base.with_suffix(".u16").write_bytes(b"".join(t.astype("<u2").tobytes() for t in tokens))
        base.with_suffix(".codec").write_text(CODEC_SHA256 + "\n")


def _tokens(features: np.ndarray) -> np.ndarray:
    """Codes that tell how loud a piece is struck, 0 elsewhere: codebook k tells of piece k."""
    struck = features[:, columns("drums")["drum_onset"]][:, :8].T
    return np.ceil(struck * 15).astype(np.uint16)


def _score(state: GlobalState, rng: np.random.Generator) -> Score:
    """Eight pieces struck at random, as loud as it happens."""
    pitches = (36, 38, 37, 39, 42, 44, 46, 45)
    return Score.from_notes(
        Note(t, 12, p, int(rng.integers(1, 128)))
        for t in range(0, state.total_ticks, 12)
        for p in pitches
        if rng.random() < 0.5
    )
