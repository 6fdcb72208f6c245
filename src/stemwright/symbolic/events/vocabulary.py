"""The vocabulary of symbolic events: what every token means, and the hash that a bundle is bound to.

A token is a kind and a value. Kinds lie one after the other, their values ascending, so that a token is
FIRST[kind] + value - lowest value. Time is in units of FINE ticks with what is left over in a token of its
own, which is left out where nothing is left: music on the grid is short, human timing is exact.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from fractions import Fraction

from stemwright.compose.form import family
from stemwright.song.harmony import MODES, QUALITIES
from stemwright.song.layers import LAYERS, kind_of
from stemwright.song.style import learnt

VERSION = 1
FINE = 8
"""Ticks of a unit of time: the largest that 16th notes (24) and triplets (32) are multiples of."""
PAGE = 192
"""Units that one position token reaches: 16 quarters. Longer bars have pages."""
LONG = 768
"""Ticks that duration tokens reach; a token `long` e adds LONG * 2^e."""
DRUM_TICKS = 24
"""What a drum lasts whose duration is not told."""

PARTS: tuple[str, ...] = ("chords", *LAYERS)
"""What is written, bar by bar, in this order."""
FAMILIES = ("", "intro", "verse", "prechorus", "chorus", "bridge", "solo", "outro")
STYLES = (
    "", "ballad", "blues", "bossa", "country", "funk", "hiphop", "house", "jazz", "metal", "pop",
    "reggae", "rock", "classical", "game", "afrobeat", "afrocuban", "dance", "gospel", "highlife", "latin",
    "middleeastern", "neworleans", "punk", "soul",
)  # fmt: skip
DENOMINATORS = (2, 4, 8, 16)
_TEMPO_STEPS = 12  # an octave of tempo
_SLOWEST = 30

KINDS: dict[str, tuple[int, int]] = {
    "start": (0, 1),  # the song's beginning; meter, tempo, key and style follow
    "stands": (0, 1),  # bars that stand follow, to be heard
    "like": (0, 1),  # bars follow that the bars to be written should be like
    "write": (0, 1),  # what is to be written follows
    "bar": (0, 1),
    "end": (0, 1),  # of a part's bar
    "meter_n": (1, 32),
    "meter_d": (0, len(DENOMINATORS)),
    "tempo": (0, 41),
    "tonic": (0, 12),
    "mode": (0, len(MODES)),
    "style": (0, len(STYLES)),
    "section": (0, len(FAMILIES)),
    "part": (0, len(PARTS)),
    "page": (1, 4),
    "position": (0, PAGE),
    "shift": (-FINE // 2, FINE),  # ticks; 0 is never written
    "pitch": (-6, 140),  # semitones, of the song moved to a tonic of C
    "drum": (0, 128),
    "velocity": (1, 127),
    "long": (0, 22),
    "duration": (0, LONG // FINE),
    "ticks": (1, FINE - 1),
    "root": (0, 12),  # semitones above the tonic
    "quality": (0, len(QUALITIES)),
    "over": (0, 12),  # a chord's bass that is not its root, above the tonic
    "no_chord": (0, 1),
}
"""Kind -> (lowest value, number of values)."""


def _firsts() -> dict[str, int]:
    out, at = {}, 0
    for kind, (_, count) in KINDS.items():
        out[kind] = at
        at += count
    return out


FIRST = _firsts()
SIZE = sum(count for _, count in KINDS.values())
_OF = [(kind, low + i) for kind, (low, count) in KINDS.items() for i in range(count)]


@dataclass(frozen=True, slots=True)
class Event:
    """A token's meaning."""

    kind: str
    value: int


def token(kind: str, value: int = 0) -> int:
    """The token of a kind and a value. ValueError where the kind has no such value."""
    low, count = KINDS[kind]
    if not low <= value < low + count:
        raise ValueError(f"{kind} {value}: is outside {low}..{low + count - 1}")
    return FIRST[kind] + value - low


def event(number: int) -> Event:
    """What a token means. ValueError for a number outside 0..SIZE - 1."""
    if not 0 <= number < SIZE:
        raise ValueError(f"token {number}: is outside 0..{SIZE - 1}")
    return Event(*_OF[number])


def span(kind: str) -> slice:
    """Where the tokens of a kind lie."""
    return slice(FIRST[kind], FIRST[kind] + KINDS[kind][1])


def part_of(layer: str) -> int:
    """The part whose place a layer takes, by its kind; the lead's where its kind is no part."""
    kind = kind_of(layer)
    return PARTS.index(kind if kind in PARTS else "lead")


def tempo_of(bpm: Fraction) -> int:
    """A tempo's value: semitones above 30 beats a minute."""
    step = round(_TEMPO_STEPS * math.log2(float(bpm) / _SLOWEST))
    return min(max(step, 0), KINDS["tempo"][1] - 1)


def style_of(style: str) -> int:
    """A style's value; 0 for one that the composer does not know."""
    name = learnt(style)
    return STYLES.index(name) if name in STYLES else 0


def section_of(name: str) -> int:
    """A section's value, by its family."""
    return FAMILIES.index(family(name))


def home(tonic: int) -> int:
    """Semitones (-5..6) that a song in a key with this tonic lies above the same in C."""
    return (tonic + 5) % 12 - 5


def identity() -> str:
    """SHA-256 of everything that tokens mean: 64 hex digits."""
    facts = (
        VERSION,
        FINE,
        PAGE,
        LONG,
        DRUM_TICKS,
        PARTS,
        FAMILIES,
        STYLES,
        DENOMINATORS,
        _TEMPO_STEPS,
        _SLOWEST,
    )
    text = repr((facts, tuple(KINDS.items()), tuple(MODES), tuple(QUALITIES)))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
