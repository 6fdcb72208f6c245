"""What a style is: data only. Grooves, bass lines, comping and melody rhythms written as text (see
`patterns`), chord progressions as scale degrees (see `chords`), and a few numbers on feel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from stemwright.song.meter import Meter

LEVELS = ("sparse", "verse", "chorus")  # how busy a section is
GENRES = (
    "pop",
    "rock",
    "soul",
    "country",
    "jazz",
    "dance",
    "hiphop",
    "metal",
    "latin",
    "blues",
    "classical",
    "world",
)
"""Families of genres that charts of real songs are sorted into, by which tables of chords and forms are
asked.
"""


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
    """One comping pattern. `how`: block (all voices), arp (one voice a note), stab (block, short), pad (held:
    voices that stay are tied over a change); of a second guitar also chug (root and fifth below, short) and
    oct (the root in two octaves).
    """

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
    learned: int = 0  # percent of songs whose chords are drawn from what real songs do
    genre: str = "pop"  # of GENRES: whose chords
    inversions: int = 0  # percent of the places where a chord is turned so that the bass goes by steps
    forms: tuple[str, ...] = ()  # the usual forms, as `parse_form` reads them
    form_genre: str = "pop"  # of GENRES: whose forms where there are no usual ones
    fills: tuple[str, ...] = ()
    crash: str | None = "crash"  # the piece that opens a section
    player: str = "none"  # of learned.drums.PLAYERS, who plays the grooves; "none": a machine, as written
    steady: bool = False  # no kicks, ghosts and open hats beyond the grooves
    triple: str = "C"  # which quarter of a pattern fills the middle of a group of three
    bass_lock: int = 0  # percent of free kicks that the bass joins
    bass_gate: int = 90  # percent of the written length that sounds
    bass_turns: tuple[str, ...] = ()  # lines of the bar that ends a phrase; (): any
    bass_learned: int = 0  # percent of sections whose line is drawn from what basses of bands play
    walking: bool = False
    comp_gate: int = 95
    comp_turns: tuple[Comp, ...] = ()  # comping of the bar that ends a phrase; (): any
    comp_learned: int = 0  # percent of sections whose comping is drawn from what is played
    comp_player: str = "band"  # who that is: band or piano
    voicing: str = "close"  # see `voicing.KINDS`
    spread: int = 0  # ticks from voice to voice of a chord that is struck
    motion: int = 0  # percent of held chords whose top voice is suspended or passes on
    push: int = 0  # percent of changes at a bar line that bass and chords anticipate with a kick
    lead_gate: int = 96
    pentatonic: bool = False  # the melody leaves out the scale's half steps
    leaps: int = 15  # how wide the melody moves: 15 as in songs, 30 twice as often by leaps
    lead_learned: int = 60  # percent of melody bars in rhythms as people write them, not in the style's own
    whose: str = "song"  # who writes them so: a family of `learned.lead`
    chromatic: bool = False  # the melody leads into chord tones from outside the scale
    loose: int = 1  # timing deviations, up to so many ticks
    lean: Mapping[str, int] = field(default_factory=dict)  # ticks late (+) by layer or drum piece
    ghosts: int = 0  # percent of empty sixteenths beside the backbeat that get a ghost note
    layers: tuple[str, ...] = ()  # the layers of a usual band, () for the four known ones
    percussion: Mapping[str, tuple[Groove, ...]] = field(default_factory=dict)  # by level, {} for none
    parts: Mapping[str, Mapping[str, tuple[Comp, ...]]] = field(default_factory=dict)  # by writer and level
