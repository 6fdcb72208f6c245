"""Mixes on disk: `DATA/<split>-<nnnn>.i16` (int16 little-endian, mono, 24 kHz, one after the other) and a
`.jsonl` with a line each, written last and atomically, so that a shard is there exactly if its lines are.
`manifest.json` counts them, names sources and licences, and has the SHA-256 of every `.jsonl`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemwright.dataset.mixes.sound import Mix
from stemwright.dataset.shards import SPLITS
from stemwright.errors import UsageError
from stemwright.store.atomic import write_bytes

SCHEMA = 1
_FIELDS = {"samples": int, "beats": list, "numbers": list, "source": str, "song": str, "sha256": str}


@dataclass(frozen=True, slots=True)
class StoredMix:
    """One mix: `path` of its shard's sound, `offset` and `samples` in it; seconds of its beats [B], which of
    the bar each is [B], and its line."""

    path: Path
    offset: int
    samples: int
    beats: NDArray[np.float64]
    numbers: NDArray[np.int64]
    about: dict[str, Any]

    def audio(self) -> NDArray[np.int16]:
        """int16 [samples], a read-only view into the shard's file."""
        return np.memmap(self.path, "<i2", "r", 2 * self.offset, (self.samples,))

    @property
    def drums(self) -> bool:
        """Whether drums are heard."""
        return "drums" in self.about.get("timbres", {})


def write_mixes(data: Path, split: str, number: int, mixes: Sequence[Mix]) -> Path:
    """Write a shard; its path without suffix."""
    base = data / f"{split}-{number:04d}"
    data.mkdir(parents=True, exist_ok=True)
    write_bytes(base.with_suffix(".i16"), b"".join(mix.audio.tobytes() for mix in mixes))
    lines = [json.dumps(_line(mix), sort_keys=True, ensure_ascii=False) + "\n" for mix in mixes]
    write_bytes(base.with_suffix(".jsonl"), "".join(lines).encode())
    return base


def _line(mix: Mix) -> dict[str, Any]:
    return {
        "samples": int(mix.audio.size),
        "beats": list(mix.beats),
        "numbers": list(mix.numbers),
        **mix.about,
        "sha256": hashlib.sha256(mix.audio.tobytes()).hexdigest(),
    }


def mixes_done(data: Path, split: str, number: int) -> bool:
    """Whether a shard was written completely."""
    return (data / f"{split}-{number:04d}.jsonl").is_file()


def read_mixes(data: Path, split: str) -> list[StoredMix]:
    """All mixes of a split in the order of shards. UsageError naming file and line, and where there are
    none."""
    if split not in SPLITS:
        raise UsageError(f"split {split!r} is unknown; use one of: {', '.join(SPLITS)}")
    found = [mix for path in sorted(data.glob(f"{split}-[0-9]*.jsonl")) for mix in _shard(path)]
    if not found:
        raise UsageError(f"{data}: has no mixes of {split}; run `stemwright train mixes` first")
    return found


def _shard(lines: Path) -> list[StoredMix]:
    out, offset, sound = [], 0, lines.with_suffix(".i16")
    for number, text in enumerate(lines.read_text(encoding="utf-8").splitlines(), 1):
        try:
            about = json.loads(text)
            good = all(isinstance(about.get(name), kind) for name, kind in _FIELDS.items())
            beats = np.array(about["beats"], np.float64) if good else np.zeros(0)
            numbers = np.array(about["numbers"], np.int64) if good else np.zeros(0, np.int64)
        except (ValueError, AttributeError, TypeError, OverflowError):
            good = False
        if not good or beats.ndim != 1 or len(beats) != len(numbers):
            raise UsageError(f"{lines}: line {number} is not a mix; delete the shard and build again")
        out.append(StoredMix(sound, offset, about["samples"], beats, numbers, about))
        offset += about["samples"]
    if not sound.is_file() or sound.stat().st_size != 2 * offset:
        raise UsageError(f"{sound}: is not as long as its lines say; delete the shard and build again")
    return out


def shard_hashes(data: Path) -> dict[str, str]:
    """SHA-256 of every shard's lines, by its name."""
    found = sorted(path for split in SPLITS for path in data.glob(f"{split}-[0-9]*.jsonl"))
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
