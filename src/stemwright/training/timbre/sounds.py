"""What a timbre is learnt from: audio files of one instrument or voice, or clips of a data folder.

Segments depend on the seed and the step alone. A tenth is held out: every tenth file, or the end of each
where there are fewer than ten; of a data folder its validation split.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.dataset.held_out import is_data
from stemwright.dataset.shards import clips, wide_done
from stemwright.errors import UsageError, argument
from stemwright.models.timbre import RATE
from stemwright.recordings.source import MAX_MINUTES, open_source

Sound = npt.NDArray[np.float32]
SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff")
MAX_HOURS = 6
SHARE = 10
"""One in so many is held out."""
LEVEL_DB = 9.0
"""By how much segments are made louder or softer, at most."""
TRIES = 3


@dataclass(frozen=True, slots=True)
class Sounds:
    """Mono sounds at 48 kHz: those learnt from, and those held out."""

    train: tuple[Sound, ...]
    held: tuple[Sound, ...]


def read_sounds(folder: Path, least: int, timbre: str | None = None) -> Sounds:
    """All that a folder holds, each at least ``least`` samples long. UsageError where there is too little."""
    if is_data(folder):
        made = _of_data(folder, timbre)
    elif timbre is not None:
        raise UsageError(f"{argument('timbre')} {timbre!r}: only clips of a data folder have names")
    else:
        made = _of_files(folder)
    found = Sounds(_long(made.train, least), _long(made.held, least))
    seconds = sum(map(len, found.train)) / RATE
    if seconds < 10 or not found.held:
        raise UsageError(
            f"{folder}: holds {seconds:.0f} s of sound to learn from; a timbre needs some minutes of one "
            "instrument or voice, alone"
        )
    return found


def _long(sounds: Iterable[Sound], least: int) -> tuple[Sound, ...]:
    return tuple(sound for sound in sounds if len(sound) >= least)


def _of_files(folder: Path) -> Sounds:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not paths:
        raise UsageError(f"{folder}: holds no audio files ({', '.join(SUFFIXES)})")
    sounds: list[Sound] = []
    for path in paths:
        sounds.append(_read(path))
        if sum(map(len, sounds)) > MAX_HOURS * 3600 * RATE:
            raise UsageError(f"{folder}: holds more than {MAX_HOURS} hours; give fewer files")
    if len(sounds) >= SHARE:
        train = tuple(sound for index, sound in enumerate(sounds) if index % SHARE)
        return Sounds(train, tuple(sounds[::SHARE]))
    cuts = [len(sound) - len(sound) // SHARE for sound in sounds]
    train = tuple(sound[:cut] for sound, cut in zip(sounds, cuts, strict=True))
    return Sounds(train, tuple(sound[cut:] for sound, cut in zip(sounds, cuts, strict=True)))


def _read(path: Path) -> Sound:
    source = open_source(path, 0.0, MAX_MINUTES * 60 * RATE)
    blocks = [block.mean(axis=1) for block in source.blocks()]
    return np.concatenate(blocks).astype(np.float32) if blocks else np.zeros(0, np.float32)


def _of_data(folder: Path, timbre: str | None) -> Sounds:
    found: dict[str, list[Sound]] = {"train": [], "valid": []}
    names: set[str] = set()
    layers = sorted(path.name for path in folder.iterdir() if path.is_dir())
    for layer in layers:
        for split, sounds in found.items():
            for clip in clips(folder, layer, split):
                names.add(clip.timbre)
                if clip.timbre == timbre and wide_done(clip.shard):
                    sounds.append((clip.wide().astype(np.float32) / 32768).mean(axis=1))
    if timbre not in names:
        raise UsageError(
            f"{folder}: name one timbre of this data with {argument('timbre')}: {', '.join(sorted(names))}"
        )
    if not found["valid"]:
        found["valid"], found["train"] = (
            found["train"][::SHARE],
            [sound for index, sound in enumerate(found["train"]) if index % SHARE],
        )
    return Sounds(tuple(found["train"]), tuple(found["valid"]))


class Segments:
    """Segments of ``samples`` each, drawn evenly over all sounds."""

    def __init__(self, sounds: Sequence[Sound], samples: int, seed: int = 0) -> None:
        self.sounds, self.samples, self.seed = sounds, samples, seed
        sizes = np.array([len(sound) for sound in sounds], dtype=np.float64)
        self._odds = sizes / sizes.sum()

    def batch(self, step: int, size: int) -> Sound:
        """Training batch number ``step``, ``[size, samples]``, at levels of its own. What is silent is drawn
        again, some times."""
        rng = np.random.default_rng((self.seed, step))
        gains = 10 ** (rng.uniform(-LEVEL_DB, LEVEL_DB, (size, 1)) / 20)
        cut = np.stack([self._sounding(rng) for _ in range(size)])
        room = 0.99 / np.maximum(np.abs(cut).max(axis=1, keepdims=True), 1e-3)
        return np.asarray(cut * np.minimum(gains, room), dtype=np.float32)

    def fixed(self, count: int) -> Sound:
        """The same segments each time, ``[count, samples]``."""
        rng = np.random.default_rng((self.seed, 0x5EED))
        return np.stack([self._sounding(rng) for _ in range(count)])

    def _sounding(self, rng: np.random.Generator) -> Sound:
        for _ in range(TRIES):
            sound = self.sounds[int(rng.choice(len(self.sounds), p=self._odds))]
            at = int(rng.integers(0, len(sound) - self.samples + 1))
            segment = sound[at : at + self.samples]
            if float(np.abs(segment).max()) > 1e-3:
                break
        return segment
