"""What a user asks of a new song, as typed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

DEFAULTS = {
    "bpm": "112",
    "key": "F# minor",
    "meter": "4/4",
    "form": "intro:4 verse:8 chorus:8 outro:4",
    "style": "pop",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked of a new song, as typed; None where nothing was said. The last three come from the
    prompt alone: where second eighths fall, and how much fuller and louder than the style it is, -2 to 2.
    """

    bpm: str | None = None
    key: str | None = None
    meter: str | None = None
    form: str | None = None
    style: str | None = None
    seed: int | None = None
    title: str | None = None
    timbres: tuple[str, ...] = ()  # "lead=sax"
    chords: str | None = None
    layers: str | None = None  # "drums,bass,pad", USUAL: the style's
    length: str | None = None  # of a form that is drawn
    amount: int | None = None  # how much returning sections differ, in percent
    prompt: str | None = None
    swing: Fraction | None = None
    density: int = 0
    dynamics: int = 0


USUAL = "usual"
"""`layers`: those that the style usually has."""
