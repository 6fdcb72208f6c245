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

LEVELS = ("sparse", "verse", "chorus")  # how busy a section is
NAMES = (
    "pop", "rock", "funk", "jazz", "bossa", "house", "hiphop", "ballad", "reggae", "metal", "blues",
    "country",
)  # fmt: skip
_ALIASES = {
    "": "pop", "indie": "pop", "synthpop": "pop", "alternative": "rock", "punk": "rock", "grunge": "rock",
    "soul": "funk", "rnb": "funk", "disco": "funk", "swing": "jazz", "bebop": "jazz", "latin": "bossa",
    "bossanova": "bossa", "samba": "bossa", "brazilian": "bossa", "edm": "house", "techno": "house",
    "dance": "house", "electronic": "house", "trance": "house", "rap": "hiphop", "trap": "hiphop",
    "lofi": "hiphop", "boombap": "hiphop", "ambient": "ballad", "slow": "ballad", "dub": "reggae",
    "ska": "reggae", "heavymetal": "metal", "hardrock": "metal", "shuffle": "blues", "folk": "country",
    "bluegrass": "country",
}  # fmt: skip


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
    """The table's name for a style as people write it ("Hip-Hop", "bossa nova"), or None if unknown."""
    words = "".join(c if c.isalnum() else " " for c in name.lower()).split()
    for key in ("".join(words), *reversed(words)):
        if key in NAMES:
            return key
        if key in _ALIASES:
            return _ALIASES[key]
    return None


@cache
def _load(name: str) -> Style:
    style: Style = import_module(f"stemwright.compose.stylebook.{name}").STYLE
    return style


def style_of(name: str) -> Style:
    """The style called `name`; names that nobody knows are played as pop."""
    return _load(resolve(name) or "pop")
