"""The styles that a song may name, and what else people call them.

Who plays, writes or performs keeps a table of its own by canonical name (a performer's column, a composer's
token); how a style is spelled is decided here alone.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache

ALIASES: dict[str, tuple[str, ...]] = {
    "pop": ("indie", "indie pop", "synthpop"),
    "rock": ("alternative", "grunge", "rock and roll", "indie rock"),
    "funk": (),
    "jazz": ("bebop",),
    "bossa": ("bossa nova", "brazilian"),
    "house": ("deep house",),
    "hiphop": ("hip hop", "rap", "boom bap"),
    "ballad": ("slow",),
    "reggae": ("dub",),
    "metal": ("heavy metal", "hard rock"),
    "blues": ("shuffle",),
    "country": ("bluegrass",),
    "latin": (),
    "soul": ("rnb", "r and b", "motown"),
    "folk": ("singer songwriter",),
    "electronic": ("edm", "electro"),
    "dance": (),
    "ambient": (),
    "punk": ("punk rock", "pop punk"),
    "classical": (),
    "game": (),
    "gospel": (),
    "afrobeat": (),
    "afrocuban": (),
    "highlife": (),
    "middleeastern": (),
    "neworleans": (),
    "disco": ("nu disco",),
    "techno": (),
    "trance": (),
    "drumandbass": ("drum and bass", "drum bass", "drum n bass", "dnb", "jungle"),
    "lofi": ("lo fi", "lo fi hip hop", "chillhop"),
    "trap": (),
    "salsa": ("son montuno",),
    "samba": (),
    "swing": ("big band",),
    "waltz": (),
    "ska": (),
    "synthwave": ("retrowave", "outrun"),
    "cinematic": ("film score", "soundtrack", "orchestral"),
}
"""Canonical name -> what else it is called, words as people part them."""

_KIN: dict[str, str] = {
    "disco": "funk", "techno": "electronic", "trance": "electronic", "drumandbass": "electronic",
    "lofi": "hiphop", "trap": "hiphop", "salsa": "latin", "samba": "bossa", "swing": "jazz", "waltz": "folk",
    "ska": "reggae", "synthwave": "electronic", "cinematic": "ambient",
}  # fmt: skip
"""Styles younger than the networks that read them -> the one that these know, or knew, it by."""

NAMES: tuple[str, ...] = tuple(ALIASES)
"""The canonical names."""

_MANNERS = ("slow", "shuffle")
"""Names that only say how a style is played where another stands beside them ("slow blues")."""


def canonical(name: str) -> str | None:
    """The canonical name of a style as people write it ("Hip-Hop": hiphop), "" of "", None where unknown.

    Of several words the last style counts, as in English ("deep house", "jazz funk"); of two with a stroke
    between them ("jazz/funk") the first, as collections write a style and its kind.
    """
    pieces = (_known(piece) for piece in name.lower().split("/"))
    return next((found for found in pieces if found), None) if name.strip() else ""


def learnt(name: str) -> str | None:
    """The canonical name by which the trained networks know a style: its own, or an older one's."""
    known = canonical(name)
    return _KIN.get(known, known) if known is not None else None


def nearest(name: str) -> str | None:
    """The known name or alias that a misspelt one is nearest to; None where none is near."""
    spelt = {_joined(text): text for text in (*(a for row in ALIASES.values() for a in row), *NAMES)}
    found = get_close_matches(_joined(name.lower()), spelt, n=1, cutoff=0.7)
    return spelt[found[0]] if found else None


def _known(text: str) -> str | None:
    """The style that the longest run of words names, of several the last run."""
    words = "".join(c if c.isalnum() else " " for c in text).split()
    for length in range(len(words), 0, -1):
        for first in range(len(words) - length, -1, -1):
            run = "".join(words[first : first + length])
            if run in _spellings() and (length == len(words) or run not in _MANNERS):
                return _spellings()[run]
    return None


def _joined(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    rows = [(name, name) for name in NAMES]
    rows += [(_joined(alias), name) for name, aliases in ALIASES.items() for alias in aliases]
    return dict(rows)
