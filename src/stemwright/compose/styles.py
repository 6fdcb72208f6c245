"""What a style is, and the table of styles.

A style is data only: grooves, bass lines, comping and melody rhythms written as text (see `patterns`),
chord progressions as scale degrees (see `chords`), and a few numbers on feel. One file a style stands in
`stylebook/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from importlib import import_module

from stemwright.errors import UsageError
from stemwright.song.style import canonical, nearest

LEVELS = ("sparse", "verse", "chorus")  # how busy a section is
NAMES = (
    "pop", "rock", "funk", "jazz", "bossa", "house", "hiphop", "ballad", "reggae", "metal", "blues",
    "country",
)  # fmt: skip
_PLAYED_LIKE = {
    "": "pop", "latin": "bossa", "soul": "funk", "folk": "country", "electronic": "house", "dance": "house",
    "ambient": "ballad", "punk": "rock",
}  # fmt: skip
"""Canonical names without patterns of their own -> whose they are played by."""


@dataclass(frozen=True, slots=True)
class Groove:
    """One drum pattern: piece name -> pattern."""

    parts: Mapping[str, str]

    @property
    def kick(self) -> str:
        """The kick's pattern (silent if the groove has none)."""
        return self.parts.get("kick", "." * 16)

    @property
    def backbeat(self) -> str:
        """The pattern of the piece that answers the kick."""
        for piece in ("snare", "clap", "rim"):
            if piece in self.parts:
                return self.parts[piece]
        return "." * 16


@dataclass(frozen=True, slots=True)
class Comp:
    """One comping pattern. `how`: block (all voices), arp (one voice a note), stab (block, short)."""

    pattern: str
    how: str = "block"


@dataclass(frozen=True, slots=True)
class Style:
    """Everything the arranger knows of a style. Patterns by level of `LEVELS`; percentages are integers."""

    name: str
    bpm: tuple[int, int]  # the usual range, for random states
    swing: Fraction
    grooves: Mapping[str, tuple[Groove, ...]]
    bass: Mapping[str, tuple[str, ...]]  # marks: 1 root, 5, 3, 7 chord degrees, 8 octave, a approach, g ghost
    comps: Mapping[str, tuple[Comp, ...]]
    motifs: tuple[str, ...]  # melody rhythms
    major: tuple[str, ...]  # progressions in degrees, see chords.py
    minor: tuple[str, ...]
    cadences: tuple[str, ...]  # what leads from one section to the next
    color: str = "triad"  # triad, seventh, ninth or power
    colored: int = 0  # percent of triads that take a richer colour
    fills: tuple[str, ...] = ()  # marks: s snare, h m l toms, k kick, c crash, r rim, p clap, o open hat
    crash: str | None = "crash"  # the piece that opens a section
    triple: str = "C"  # which quarter of a pattern fills the middle of a group of three
    bass_lock: int = 0  # percent of free kicks that the bass joins
    bass_gate: int = 90  # percent of the written length that sounds
    walking: bool = False
    comp_gate: int = 95
    lead_gate: int = 92
    pentatonic: bool = False  # the melody leaves out the scale's half steps
    leaps: int = 15  # percent of wide melody steps
    loose: int = 1  # timing deviations, up to so many ticks
    lean: Mapping[str, int] = field(default_factory=dict)  # ticks late (+) by layer or drum piece
    ghosts: int = 0  # percent of empty sixteenths beside the backbeat that get a ghost note


def resolve(name: str) -> str | None:
    """The table's name for a style as people write it ("Hip-Hop", "techno"), or None where it has none."""
    known = canonical(name)
    found = _PLAYED_LIKE.get(known, known) if known is not None else None
    return found if found in NAMES else None


def played_names() -> tuple[str, ...]:
    """The canonical names that the arranger plays: those with patterns of their own first."""
    return (*NAMES, *(name for name in _PLAYED_LIKE if name))


def played(text: str) -> str:
    """The canonical name of a style that the arranger plays, as a new song stores it. UsageError for others,
    naming the nearest.
    """
    known = canonical(text)
    if known is not None and resolve(known):
        return known
    near = nearest(text)
    hint = f"did you mean {near!r}? Use" if near is not None and resolve(near) else "use"
    raise UsageError(f"style: {text[:40]!r} is not known; {hint} one of {', '.join(NAMES)}", field="style")


@cache
def _load(name: str) -> Style:
    style: Style = import_module(f"stemwright.compose.stylebook.{name}").STYLE
    return style


def style_of(name: str) -> Style:
    """The patterns that `name` is played by; names that nobody knows are played as pop."""
    return _load(resolve(name) or "pop")


def about(name: str) -> str:
    """What a style with patterns of its own is like, as its file in the stylebook says."""
    said = import_module(f"stemwright.compose.stylebook.{name}").__doc__ or ""
    return said.partition(":")[2].strip().rstrip(".")
