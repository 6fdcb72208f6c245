"""What a clip sounds like in numbers, of its sound, its notes and what was done to it; beside the shards as
`.measures`, where it is kept.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.dataset.shards import Clip, read_shard
from stemwright.song.timebase import SAMPLE_RATE
from stemwright.store.atomic import write_bytes

SUFFIX, VERSION = ".measures", 1
"""The version is a new one whenever a measure means something else."""
MEASURES = ("brightness", "loudness", "decay", "attack", "length", "density", "register")
_STEP = 120
"""Samples of a step of the envelope: 5 ms."""
_WINDOW = 2048
_AUDIBLE = 40.0
"""dB below the loudest window: what is softer counts as silence."""
_NOTES = 64
_LATE, _RISE = 50, 40
"""Steps after a note's beginning: where its decay is read, and how long it may rise."""
Floats = npt.NDArray[np.float64]


def measured(clip: Clip) -> dict[str, float]:
    """`brightness`: octaves of the spectral centroid above 1 Hz; `loudness`: dB of what is audible; `decay`:
    dB that notes have lost a quarter of a second after they began, `attack`: milliseconds in which they rise
    (medians); `length`: seconds of notes (median); `density`: beginnings a second; `register`: mean pitch. Of
    silence nothing is measured.
    """
    sound = clip.audio().astype(np.float64) / 32767
    notes = clip.score().notes
    powers = _powers(sound)
    levels = 10 * np.log10(powers.sum(axis=1) + 1e-12)
    heard = powers[levels > levels.max(initial=-120.0) - _AUDIBLE]
    if not notes or levels.max(initial=-120.0) < -100:
        return {}
    hertz = np.arange(powers.shape[1]) * SAMPLE_RATE / _WINDOW
    spread = heard.sum(axis=0)
    timebase = clip.state().timebase
    starts = np.unique([timebase.tick_sample(note.onset) for note in notes])
    lengths = [timebase.tick_sample(note.end) - timebase.tick_sample(note.onset) for note in notes]
    decay, attack = _shapes(sound, starts)
    found = {
        "brightness": np.log2((hertz * spread).sum() / spread.sum()),
        "loudness": 10 * np.log10(heard.sum(axis=1).mean()),
        "decay": decay,
        "attack": attack,
        "length": np.median(lengths) / SAMPLE_RATE,
        "density": len(starts) * SAMPLE_RATE / clip.samples,
        "register": np.mean([note.pitch for note in notes]),
    }
    return {name: round(float(value), 3) for name, value in found.items()}


def measures_of(lines: Path, layer: str, split: str) -> list[dict[str, float]]:
    """Those of every clip of a shard; measured the first time and kept beside it."""
    path = lines.with_suffix(SUFFIX)
    whose = {"version": VERSION, "of": hashlib.sha256(lines.read_bytes()).hexdigest()}
    found = _kept(path, whose)
    if found is None:
        found = [measured(clip) for clip in read_shard(lines, layer, split)]
        write_bytes(path, (json.dumps({**whose, "clips": found}) + "\n").encode())
    return found


def _kept(path: Path, whose: dict[str, Any]) -> list[dict[str, float]] | None:
    """What is there of this version and of these clips."""
    try:
        record: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    same = isinstance(record, dict) and all(record.get(name) == value for name, value in whose.items())
    return list(record["clips"]) if same else None


def _powers(sound: Floats) -> Floats:
    """Power [windows, bins] of windows that follow each other."""
    padded = np.pad(sound, (0, -len(sound) % _WINDOW)).reshape(-1, _WINDOW)
    made = np.fft.rfft(padded * np.hanning(_WINDOW), axis=1)
    return np.asarray((made.real**2 + made.imag**2) / _WINDOW**2)


def _shapes(sound: Floats, starts: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Medians over notes: dB lost a quarter of a second after the beginning, milliseconds of the rise."""
    whole = len(sound) // _STEP * _STEP
    level = 10 * np.log10(np.square(sound[:whole]).reshape(-1, _STEP).mean(axis=1) + 1e-10)
    picked = starts[:: max(1, len(starts) // _NOTES)] // _STEP
    lost, rises = [], []
    for first in picked[picked + _LATE + 4 < len(level)].tolist():
        begun = level[first : first + _RISE]
        top = float(begun.max())
        lost.append(top - float(level[first + _LATE - 2 : first + _LATE + 3].mean()))
        rises.append(int(np.argmax(begun > top - 3)) * 1000 * _STEP / SAMPLE_RATE)
    return (float(np.median(lost)), float(np.median(rises))) if lost else (0.0, 0.0)
