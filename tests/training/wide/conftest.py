"""A tiny codec, and a little data with its tokens and wide twins: tones with air, louder on the left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from stemwright.dataset.shards import NewClip, write_shard, write_wide
from stemwright.dataset.tokenize import tokenize_data
from stemwright.models import Bundle
from stemwright.song.score import Score
from stemwright.song.state import GlobalState
from support.codecs import write_tiny

FRAMES = 330


def wide_sound(pitch: float, seed: int) -> np.ndarray:
    """Decaying tones with a hiss above 12 kHz, the left side louder: float [samples, 2] at 48 kHz."""
    rng = np.random.default_rng(seed)
    t = np.arange(FRAMES * 640) / 48_000
    fade = np.exp(-3 * (t % 0.5))
    hiss = np.diff(np.diff(rng.standard_normal(t.size + 2)))
    tone = 0.3 * np.sin(2 * np.pi * pitch * t) * fade
    return np.stack((tone + 0.02 * hiss * fade, 0.5 * tone + 0.01 * hiss * fade), axis=1)


@pytest.fixture(scope="session")
def codec(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tiny(tmp_path_factory.mktemp("wide") / "codec")


@pytest.fixture(scope="session")
def wide_data(tmp_path_factory: pytest.TempPathFactory, codec: Bundle) -> Path:
    import soxr

    data = tmp_path_factory.mktemp("wide-data")
    state = GlobalState.create("120", "C major", "4/4", "verse:2", "rock")
    for layer, pitch in (("bass", 110.0), ("lead", 440.0)):
        for seed, split in enumerate(("train", "valid")):
            sides = wide_sound(pitch, seed)
            plain = soxr.resample(sides.mean(axis=1), 48_000, 24_000)[: FRAMES * 320]
            mono = np.round(plain * 32767).astype("<i2")
            base = write_shard(data, layer, split, 0, [NewClip(mono, state, Score(()), "x", "etudes", "s")])
            write_wide(base, [np.round(sides * 32767).astype("<i2")])
    tokenize_data(data, codec.path, workers=1)
    return data
