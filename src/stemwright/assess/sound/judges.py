"""The judges that are installed, loaded; and what to install for the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.errors import StemwrightError
from stemwright.evaluation.judges.basic_pitch import BasicPitch
from stemwright.evaluation.judges.musicnn import SECONDS, Musicnn
from stemwright.evaluation.judges.packages import BASIC_PITCH, MUSICNN, SWIFT_F0, version_of
from stemwright.evaluation.judges.swift_f0 import SwiftF0
from stemwright.evaluation.transcription import Posteriorgrams

Vectors = NDArray[np.float64]
Halves = tuple[Vectors, Vectors]
Judge = TypeVar("Judge")

MOST_PATCHES = 24
"""Of each half of a sound."""
STEP = 1.0
"""Seconds from patch to patch, or more."""


@dataclass(frozen=True, slots=True)
class Judges:
    """Each takes mono audio [N] and its rate; None where its package is not installed.

    `transcribe` gives posteriorgrams, `follow` a pitch curve, `embed` vectors of a sound's first and second
    half. `versions`: of the packages in use.
    """

    transcribe: Callable[[ArrayLike, int], Posteriorgrams] | None = None
    follow: Callable[[ArrayLike, int], NDArray[np.float64]] | None = None
    embed: Callable[[ArrayLike, int], Halves] | None = None
    versions: dict[str, str] = field(default_factory=dict)


def load_judges() -> tuple[Judges, list[str]]:
    """The judges that are there, and a line of what is missing for each other."""
    missing: list[str] = []
    transcribe = _loaded("note F", BasicPitch, missing)
    follow = _loaded("pitch and jitter", SwiftF0, missing)
    network = _loaded("FAD and KAD", Musicnn, missing)
    used = {BASIC_PITCH: transcribe, SWIFT_F0: follow, MUSICNN: network}
    versions = {package.name: version_of(package) for package, judge in used.items() if judge is not None}
    embed = None if network is None else _in_halves(network)
    return Judges(transcribe, follow, embed, versions), missing


def _loaded(figures: str, load: Callable[[], Judge], missing: list[str]) -> Judge | None:
    try:
        return load()
    except StemwrightError as error:
        missing.append(f"no {figures}: {error}")
        return None


def _in_halves(network: Musicnn) -> Callable[[ArrayLike, int], Halves]:
    """An embedding of a sound's halves, at most MOST_PATCHES each: every second, or farther apart."""

    def embed(audio: ArrayLike, sample_rate: int) -> Halves:
        sound = np.asarray(audio)
        middle = len(sound) // 2
        step = max(STEP, (middle / sample_rate - SECONDS) / (MOST_PATCHES - 1))
        first, second = (network(half, sample_rate, step) for half in (sound[:middle], sound[middle:]))
        return first[:MOST_PATCHES], second[:MOST_PATCHES]

    return embed
