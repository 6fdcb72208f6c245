"""Networks that hear what a test says, tiny beat bundles, and mixes of clicks, made without torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from stemwright.dataset.mixes.shards import write_mixes
from stemwright.dataset.mixes.sound import Mix
from stemwright.live.beats.network import BeatNetwork
from stemwright.live.beats.spectrum import bands
from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.beat_tensors import beat_shapes

BEATS: dict[str, Any] = {
    "version": 1, "bands": len(bands()), "front": 8, "channels": 8, "blocks": 3, "delay": 2,
}  # fmt: skip


def beat_weights(seed: int = 0) -> dict[str, np.ndarray]:
    """Random tensors."""
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0, 0.3, shape).astype(np.float16) for name, shape in beat_shapes(BEATS).items()}


def write_beats(folder: Path, seed: int = 0) -> Bundle:
    """The bundle `folder/beats`."""
    manifest = Manifest("beats", "beats", "random", dict(BEATS), licences=("Apache-2.0",))
    return write_bundle(folder / "beats", manifest, {"model.safetensors": save(beat_weights(seed))})


class Told(BeatNetwork):
    """Hears beats where it is told so: activations [frames, 2], and nothing after them."""

    def __init__(self, activations: np.ndarray) -> None:
        self.delay, self.activations = 2, activations
        self.reset()

    def reset(self) -> None:
        self.frame = -1

    def hear(self, frame: np.ndarray) -> tuple[float, float]:
        self.frame += 1
        if self.frame >= len(self.activations):
            return 0.0, 0.0
        beat, downbeat = self.activations[self.frame].tolist()
        return beat, downbeat


def activations(beats: Sequence[float], seconds: float, bar: int = 4, seed: int = 0) -> np.ndarray:
    """What a good network would tell: bells at beats (in seconds), among a little noise."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * 100)
    out = rng.uniform(0.01, 0.05, (frames, 2))
    for number, beat in enumerate(beats):
        place = beat * 100 - 1 + 2
        bell = 0.8 * np.exp(-0.5 * np.square((np.arange(frames) - place) / 1.1))
        out[:, 0] = np.maximum(out[:, 0], bell)
        if number % bar == 0:
            out[:, 1] = np.maximum(out[:, 1], bell)
    return out


def clicks(beats: Sequence[float], seconds: float, rate: int = 24_000, bar: int = 4) -> np.ndarray:
    """Bursts of noise at beats, deeper where a bar begins: float32 [samples]."""
    rng = np.random.default_rng(1)
    out = np.zeros(round(seconds * rate), np.float32)
    length = round(0.08 * rate)
    time = np.arange(length) / rate
    for number, beat in enumerate(beats):
        kick = np.sin(2 * np.pi * 60 * time) if number % bar == 0 else rng.standard_normal(length) / 3
        start = round(beat * rate)
        part = out[start : start + length]
        part += (0.6 * kick * np.exp(-time / 0.03))[: len(part)].astype(np.float32)
    return out


def write_click_mixes(data: Path, mixes: int = 3, seconds: float = 6.0) -> Path:
    """A folder of mixes with a shard of each split: clicks at several tempi."""
    for split in ("train", "valid", "unseen"):
        made = []
        for number in range(mixes):
            beats = np.arange(0.25, seconds - 0.1, 60 / (90 + 20 * number)).round(4)
            audio = np.round(clicks(beats.tolist(), seconds) * 32767).astype("<i2")
            numbers = tuple(1 + k % 4 for k in range(len(beats)))
            timbres = {"drums": "rock"} if number % 2 == 0 else {"lead": "flute"}
            about = {"source": "arranger", "song": f"song {number}", "style": "", "meter": "4/4"}
            made.append(
                Mix(audio, tuple(beats.tolist()), numbers, {**about, "timbres": timbres, "bpm": 90.0})
            )
        write_mixes(data, split, 0, made)
    return data
