"""What a timbre is learnt from: audio files of one instrument or voice, or clips of a data folder; and, where
there are some, the same music played by others, which is to sound like it.

Segments depend on the seed and the step alone. A tenth is held out: every tenth file, or the end of each
where there are fewer than ten; of a data folder its validation split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    """Mono sounds at 48 kHz: those learnt from, and those held out. ``twins``: of each that is learnt from,
    and ``held_twins``, of each that is held out, the same music played by others, as long and as loud.
    """

    train: tuple[Sound, ...]
    held: tuple[Sound, ...]
    twins: tuple[tuple[Sound, ...], ...] = ()
    held_twins: tuple[tuple[Sound, ...], ...] = ()

    @property
    def paired(self) -> bool:
        """Whether any of it was played by others too."""
        return any(self.twins) and any(self.held_twins)


def read_sounds(folder: Path, least: int, timbre: str | None = None, others: Path | None = None) -> Sounds:
    """All that a folder holds, each at least ``least`` samples long. ``others``: a folder of folders, one for
    each other instrument, with files of the same names. UsageError where there is too little.
    """
    if is_data(folder):
        if others is not None:
            raise UsageError(f"{argument('others')}: is for a folder of audio files, not for a data folder")
        made = _of_data(folder, timbre)
    elif timbre is not None:
        raise UsageError(f"{argument('timbre')} {timbre!r}: only clips of a data folder have names")
    else:
        made = _of_files(folder, others)
    found = _long(made, least)
    seconds = sum(map(len, found.train)) / RATE
    if seconds < 10 or not found.held:
        raise UsageError(
            f"{folder}: holds {seconds:.0f} s of sound to learn from; a timbre needs some minutes of one "
            "instrument or voice, alone"
        )
    return found


def _long(sounds: Sounds, least: int) -> Sounds:
    """Those that are long enough, with their twins."""
    parts: list[tuple[Any, ...]] = []
    for own, twins in ((sounds.train, sounds.twins), (sounds.held, sounds.held_twins)):
        kept = [index for index, sound in enumerate(own) if len(sound) >= least]
        parts += [tuple(own[index] for index in kept), tuple(twins[index] for index in kept if twins)]
    return Sounds(parts[0], parts[2], parts[1], parts[3])


def _of_files(folder: Path, others: Path | None) -> Sounds:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not paths:
        raise UsageError(f"{folder}: holds no audio files ({', '.join(SUFFIXES)})")
    sounds: list[Sound] = []
    twins: list[tuple[Sound, ...]] = []
    for path in paths:
        sounds.append(_read(path))
        twins.append(_twins(path, sounds[-1], others))
        if sum(map(len, sounds)) > MAX_HOURS * 3600 * RATE:
            raise UsageError(f"{folder}: holds more than {MAX_HOURS} hours; give fewer files")
    if others is not None and not any(twins):
        raise UsageError(f"{others}: no folder in it has files named as those of {folder}")
    if len(sounds) >= SHARE:
        own = [index for index in range(len(sounds)) if index % SHARE]
        return Sounds(
            tuple(sounds[index] for index in own),
            tuple(sounds[::SHARE]),
            tuple(twins[index] for index in own),
            tuple(twins[::SHARE]),
        )
    cuts = [len(sound) - len(sound) // SHARE for sound in sounds]
    return Sounds(
        tuple(sound[:cut] for sound, cut in zip(sounds, cuts, strict=True)),
        tuple(sound[cut:] for sound, cut in zip(sounds, cuts, strict=True)),
        tuple(tuple(twin[:cut] for twin in each) for each, cut in zip(twins, cuts, strict=True)),
        tuple(tuple(twin[cut:] for twin in each) for each, cut in zip(twins, cuts, strict=True)),
    )


def _twins(path: Path, sound: Sound, others: Path | None) -> tuple[Sound, ...]:
    """What others play under the name of a file, as long and as loud as it."""
    found = []
    for place in sorted(others.iterdir()) if others is not None else ():
        twin = place / path.name
        if twin.is_file():
            played = _read(twin)[: len(sound)]
            played = np.pad(played, (0, len(sound) - len(played)))
            loud = np.sqrt(np.square(sound).mean() / max(float(np.square(played).mean()), 1e-12))
            found.append((played * min(float(loud), 30.0)).astype(np.float32))
    return tuple(found)


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


@dataclass(frozen=True, slots=True)
class TimbreBatch:
    """``given`` to the encoder and ``target``, ``[size, samples]``: the last ``paired`` are of others, the
    rest are the target itself."""

    given: Sound
    target: Sound
    paired: int = 0


class Segments:
    """Segments of ``samples`` each, drawn evenly over all sounds. ``twins``: of each sound, others'."""

    def __init__(
        self,
        sounds: Sequence[Sound],
        samples: int,
        seed: int = 0,
        twins: Sequence[Sequence[Sound]] = (),
    ) -> None:
        self.sounds, self.samples, self.seed = sounds, samples, seed
        self.twins = twins if any(twins) else [()] * len(sounds)
        self.paired = any(twins)
        sizes = np.array([len(sound) for sound in sounds], dtype=np.float64)
        self._odds = sizes / sizes.sum()

    def batch(self, step: int, size: int) -> TimbreBatch:
        """Training batch number ``step``, at levels of its own; half of it by others, where there are some.
        What is silent is drawn again, some times."""
        rng = np.random.default_rng((self.seed, step))
        gains = 10 ** (rng.uniform(-LEVEL_DB, LEVEL_DB, (size, 1)) / 20)
        paired = size // 2 if self.paired else 0
        cut = [self._sounding(rng, row >= size - paired) for row in range(size)]
        given, target = (np.stack(part) for part in zip(*cut, strict=True))
        peak = np.maximum(np.abs(given), np.abs(target)).max(axis=1, keepdims=True)
        gains = np.minimum(gains, 0.99 / np.maximum(peak, 1e-3))
        return TimbreBatch((given * gains).astype(np.float32), (target * gains).astype(np.float32), paired)

    def fixed(self, count: int, paired: bool = False) -> TimbreBatch:
        """The same segments each time; by others where ``paired``."""
        rng = np.random.default_rng((self.seed, 0x5EED))
        cut = [self._sounding(rng, paired) for _ in range(count)]
        given, target = (np.stack(part) for part in zip(*cut, strict=True))
        return TimbreBatch(given, target, count if paired else 0)

    def _sounding(self, rng: np.random.Generator, by_others: bool) -> tuple[Sound, Sound]:
        """What the encoder is given, and what it is to become."""
        for _ in range(TRIES):
            index = int(rng.choice(len(self.sounds), p=self._odds))
            sound, twins = self.sounds[index], self.twins[index]
            at = int(rng.integers(0, len(sound) - self.samples + 1))
            segment = sound[at : at + self.samples]
            given = segment
            if by_others and twins:
                given = twins[int(rng.integers(len(twins)))][at : at + self.samples]
            if float(np.abs(segment).max()) > 1e-3:
                break
        return given, segment
