"""What was understood of a prompt: facts that are exact, and what is left for the style vector."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from stemwright.song.harmony import Key
from stemwright.text.instruments import Instrument


@dataclass(frozen=True, slots=True)
class Understood:
    """`bpm`: exact, as text; `pace`: of `tempo.PACES`, "" for none;
    `form`, `length`, `chords`: as `song` reads them; `style`: of the stylebook, named (`weak`: by a word that
    may mean something else) or, where `likest`, the nearest by the style vector; `ranking`: styles by the
    vector, those that are named first; `only`, `without`: layers; `density`, `dynamics`: -2 to
    2; `said`: field -> the words that say it; `words`: what went into the style vector alone; `unread`: what
    was not understood at all.
    """

    prompt: str
    bpm: str | None = None
    pace: str = ""
    key: Key | None = None
    meter: str | None = None
    form: str | None = None
    length: str | None = None
    chords: str | None = None
    style: str = ""
    weak: bool = False
    likest: bool = False
    ranking: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    swing: Fraction | None = None
    density: int = 0
    dynamics: int = 0
    moods: tuple[str, ...] = ()
    said: dict[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
