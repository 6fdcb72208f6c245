"""What a user asks the composer for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NEW = "new"
"""`chords` that are to be written too."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked the composer for. `layers` empty: all. `bars`: "5-8". `chords`: a progression for
    these bars, or NEW. `attributes`: name of `symbolic.attributes` -> value. `low`, `high`: pitches.
    `in_key`: only notes of the key; `on_chord`: chord tones on beats; `voices`: notes at once;
    `keep_rhythm`: onsets as they are; `rest`: bars in which nothing sounds.
    """

    layers: tuple[str, ...] = ()
    bars: str | None = None
    seed: int | None = None
    chords: str | None = None
    attributes: Mapping[str, float] = field(default_factory=dict)
    low: int | None = None
    high: int | None = None
    in_key: bool = False
    on_chord: bool = False
    voices: int | None = None
    keep_rhythm: bool = False
    rest: str | None = None
