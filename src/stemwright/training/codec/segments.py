"""Random training segments: read from memory-mapped shards, mixed and varied; a pure function of (seed,
step).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError
from stemwright.instruments.effects import STRONG, draw_effects

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Shard:
    """One file of 16-bit samples."""

    layer: str
    samples: npt.NDArray[np.int16]


def open_shards(data: Path, split: str, at_least: int) -> list[Shard]:
    """All ``DATA/<layer>/<split>-*.i16`` of at least so many samples, in a fixed order."""
    shards = []
    for path in sorted(data.glob(f"*/{split}-*.i16")):
        if path.with_suffix(".jsonl").is_file() and path.stat().st_size >= 2 * at_least:
            shards.append(Shard(path.parent.name, np.memmap(path, dtype="<i2", mode="r")))
    if not shards:
        raise UsageError(
            f"{data}: no audio shards {split}-*.i16 of a second or more; make them with "
            "'stemwright train data'"
        )
    return shards


class Segments:
    """Batches of segments. Layers are drawn evenly, shards of a layer by their length."""

    def __init__(self, data: Path, split: str, samples: int, seed: int = 0) -> None:
        self.samples = samples
        self.seed = seed
        self.shards = open_shards(data, split, 2 * samples)
        self.layers = sorted({s.layer for s in self.shards})
        self.by_layer = {name: [s for s in self.shards if s.layer == name] for name in self.layers}
        self.odds = {}
        for name, group in self.by_layer.items():
            sizes = np.array([len(s.samples) for s in group], dtype=np.float64)
            self.odds[name] = sizes / sizes.sum()

    def batch(self, step: int, size: int) -> FloatArray:
        """Varied training batch number ``step``: ``[size, samples]``."""
        rng = np.random.default_rng((self.seed, step))
        return np.stack([self._varied(rng) for _ in range(size)])

    def held_out(self, count: int) -> FloatArray:
        """Fixed, unvaried segments, evenly over layers and shards: ``[count, samples]``. The quietest are
        passed over.
        """
        rng = np.random.default_rng((self.seed, 0x5EED))
        out = []
        for i in range(count):
            name = self.layers[i % len(self.layers)]
            best = max(
                (self._cut(rng, name, self.samples) for _ in range(3)), key=lambda x: float(np.mean(x * x))
            )
            out.append(best)
        return np.stack(out)

    def _cut(self, rng: np.random.Generator, layer: str, samples: int) -> FloatArray:
        group = self.by_layer[layer]
        shard = group[int(rng.choice(len(group), p=self.odds[layer]))]
        start = int(rng.integers(0, len(shard.samples) - samples + 1))
        part: FloatArray = shard.samples[start : start + samples].astype(np.float32) / np.float32(32768)
        return part

    def _stem(self, rng: np.random.Generator) -> FloatArray:
        """One stem, sometimes faster or slower (0.75 to 1.35 times) or in a room, toned or driven, of either
        polarity.
        """
        layer = self.layers[int(rng.integers(len(self.layers)))]
        if rng.random() < 0.35:
            speed = float(rng.uniform(0.75, 1.35))
            raw = self._cut(rng, layer, int(self.samples * speed) + 2)
            at = np.arange(self.samples) * speed
            x = np.interp(at, np.arange(len(raw)), raw).astype(np.float32)
        else:
            x = self._cut(rng, layer, self.samples)
            if not x.any():  # stems rest often: silence has its own share
                x = self._cut(rng, layer, self.samples)
        if rng.random() < 0.5:
            x = -x
        if rng.random() < 0.4:
            x = draw_effects(Random(int(rng.integers(1 << 62))), STRONG).apply(x)
        return np.asarray(x, dtype=np.float32)

    def _varied(self, rng: np.random.Generator) -> FloatArray:
        """One item: silence (2%), one stem (60%) or a mix of two to four, loud or soft, sometimes over faint
        noise, sometimes cut off or let in.
        """
        if rng.random() < 0.02:
            return np.zeros(self.samples, dtype=np.float32)
        count = int(rng.choice((1, 2, 3, 4), p=(0.6, 0.18, 0.12, 0.1)))
        x = self._stem(rng)
        for _ in range(count - 1):
            x = x + self._stem(rng) * np.float32(10 ** rng.uniform(-0.5, 0.1))
        x = x * np.float32(10 ** (_level(rng) / 20))
        if rng.random() < 0.08:
            x = x + rng.standard_normal(self.samples, dtype=np.float32) * np.float32(
                10 ** (rng.uniform(-75, -40) / 20)
            )
        if rng.random() < 0.06:
            x = x * _gate(rng, self.samples)
        peak = float(np.max(np.abs(x)))
        return np.asarray(x / np.float32(max(1.0, peak)), dtype=np.float32)


def _level(rng: np.random.Generator) -> float:
    """Gain in dB: -12 to +3, in a quarter of the items down to -40."""
    return float(rng.uniform(-40, -12) if rng.random() < 0.25 else rng.uniform(-12, 3))


def _gate(rng: np.random.Generator, samples: int, fade: int = 240) -> FloatArray:
    """Digital silence before or after a random place, with a fade of 10 ms."""
    at = int(rng.integers(fade, samples - fade))
    gate = np.interp(np.arange(samples), (at, at + fade), (1.0, 0.0)).astype(np.float32)
    return np.asarray(gate if rng.random() < 0.5 else 1 - gate, dtype=np.float32)
