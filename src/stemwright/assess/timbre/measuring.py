"""A timbre on recordings of other instruments, beside the input as it is and the instrument itself.

Content is judged by swift-f0, colour by musicnn and by long-term spectra: nothing here was trained with them.
The reference of colours are the target's odd recordings; its even ones are the *control*, as near as can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.assess.means import Figures, mean, rounded
from stemwright.assess.recordings import read_as_is
from stemwright.assess.sound.judges import Judges, load_judges
from stemwright.assess.timbre.playing import Sound, Timbre, cost
from stemwright.errors import UsageError
from stemwright.evaluation import set_distances, transfer
from stemwright.models import load_bundle
from stemwright.models.timbre import HOP, RATE
from stemwright.models.timbre_files import read_timbre
from stemwright.work.progress import Watch, unwatched

SECONDS = 20.0
"""Of each recording, from its start."""
STREAMED = 4.0
"""Seconds that are streamed, and timed."""
SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff")


@dataclass(frozen=True, slots=True)
class Set:
    """Sounds of one kind, mono at 48 kHz."""

    name: str
    sounds: list[Sound]


def read_set(folder: Path, count: int) -> Set:
    """The first recordings of a folder, by name. UsageError where there are none."""
    paths = (
        sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
        if folder.is_dir()
        else []
    )
    if not paths:
        raise UsageError(f"{folder}: holds no recordings; give a folder with {', '.join(SUFFIXES)} files")
    return Set(folder.name, [_read(path) for path in paths[:count]])


def _read(path: Path) -> Sound:
    import soxr

    raw, rate = read_as_is(path, SECONDS)
    return np.asarray(soxr.resample(raw.mean(axis=1), rate, RATE), dtype=np.float32)


def assess_timbre(path: Path, inputs: Sequence[Set], target: Set, watch: Watch = unwatched) -> dict[str, Any]:
    """All figures as plain JSON values; a judge that is not installed is left out, and `notes` says so.
    UsageError where the target has fewer than two recordings."""
    if len(target.sounds) < 2:
        raise UsageError(f"{target.name}: has one recording; the target needs two or more")
    bundle = load_bundle(path, kind="timbre")
    timbre, (judges, notes) = Timbre(bundle), load_judges()
    colours = Colours(Set(target.name, target.sounds[::2]), judges)
    rows: list[dict[str, Any]] = []
    control = Set(target.name, target.sounds[1::2])
    sets = [*inputs, control]
    for done, each in enumerate(sets):
        watch("timbre", done, len(sets))
        made = Set(each.name, [timbre.play(sound) for sound in each.sounds])
        kept = mean(
            [_kept(*pair, judges, timbre.delay) for pair in zip(each.sounds, made.sounds, strict=True)]
        )
        before, after = colours.apart(each), colours.apart(made)
        rows.append(
            {
                "input": each.name,
                "is_target": each is control,
                "recordings": len(each.sounds),
                **kept,
                **{f"{name}_before": value for name, value in before.items()},
                **{f"{name}_after": value for name, value in after.items()},
            }
        )
    timed = np.concatenate(inputs[0].sounds)[: round(STREAMED * RATE)]
    run = {"streamed_apart": timbre.streamed_apart(timed), **cost(read_timbre(bundle), timed)}
    made_of = {"bundle": bundle.manifest.name, "sha256": bundle.sha256, "hop": HOP}
    shown: dict[str, Any] = rounded(
        {**made_of, "judges": judges.versions, "rows": rows, "run": run, "notes": notes}
    )
    shown["run"]["streamed_apart"] = run["streamed_apart"]
    return shown


def _kept(given: Sound, made: Sound, judges: Judges, delay: int) -> Figures:
    """What is kept of a sound's content."""
    same = given[: len(made)]
    found: Figures = {"level": transfer.level_correlation(same, made, RATE)}
    if judges.follow is not None:
        curves = [judges.follow(sound, RATE) for sound in (same, made)]
        found |= transfer.pitch_kept(*curves)
    return found


class Colours:
    """How far sets of sounds lie from a reference set."""

    def __init__(self, reference: Set, judges: Judges) -> None:
        self._judges = judges
        self._vectors = self._embedded(reference)
        self._colour = _colour(reference)

    def apart(self, other: Set) -> Figures:
        """`colour` in dB, and by musicnn `kad` and `fad`."""
        mine, its = self._colour, _colour(other)
        found: Figures = {
            "colour": None if mine is None or its is None else transfer.colour_distance(mine, its)
        }
        vectors = self._embedded(other)
        if self._vectors is not None and vectors is not None:
            found["kad"] = set_distances.kad(self._vectors, vectors)
            found["fad"] = set_distances.fad(self._vectors, vectors)
        return found

    def _embedded(self, those: Set) -> npt.NDArray[np.float64] | None:
        if self._judges.embed is None:
            return None
        halves = [half for sound in those.sounds for half in self._judges.embed(sound, RATE)]
        vectors = np.concatenate(halves)
        return vectors if len(vectors) >= 2 else None


def _colour(those: Set) -> npt.NDArray[np.float64] | None:
    return transfer.colour(np.concatenate(those.sounds), RATE)
