"""What a style is: data only. Grooves, bass lines, comping and melody rhythms written as text (see
`patterns`), chord progressions as scale degrees (see `chords`), and a few numbers on feel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from stemwright.song.meter import Meter

LEVELS = ("sparse", "verse", "chorus")  # how busy a section is


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
    about: str
    like: str  # the style whose file gives what this one's leaves out, "" for none
    bpm: tuple[int, int]  # the usual range
    swing: Fraction
    meter: Meter | None  # what new songs are in where nobody names one; None: any
    timbres: Mapping[str, str]  # what the layers are usually played in
    grooves: Mapping[str, tuple[Groove, ...]]
    bass: Mapping[str, tuple[str, ...]]
    comps: Mapping[str, tuple[Comp, ...]]
    motifs: tuple[str, ...]  # melody rhythms
    major: tuple[str, ...]  # progressions in degrees, see chords.py
    minor: tuple[str, ...]
    cadences: tuple[str, ...]  # what leads from one section to the next
    color: str = "triad"  # triad, seventh or power
    colored: int = 0  # percent of triads that take a richer colour
    fills: tuple[str, ...] = ()
    crash: str | None = "crash"  # the piece that opens a section
    steady: bool = False  # no kicks and open hats beyond the grooves
    triple: str = "C"  # which quarter of a pattern fills the middle of a group of three
    bass_lock: int = 0  # percent of free kicks that the bass joins
    bass_gate: int = 90  # percent of the written length that sounds
    walking: bool = False
    comp_gate: int = 95
    lead_gate: int = 96
    pentatonic: bool = False  # the melody leaves out the scale's half steps
    leaps: int = 15  # how wide the melody moves: 15 as in songs, 30 twice as often by leaps
    learned: int = 60  # percent of melody bars in rhythms as people write them, not in the style's own
    whose: str = "song"  # who writes them so: a family of `learned.lead`
    chromatic: bool = False  # the melody leads into chord tones from outside the scale
    loose: int = 1  # timing deviations, up to so many ticks
    lean: Mapping[str, int] = field(default_factory=dict)  # ticks late (+) by layer or drum piece
    ghosts: int = 0  # percent of empty sixteenths beside the backbeat that get a ghost note
