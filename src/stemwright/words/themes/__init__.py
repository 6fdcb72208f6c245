"""What drafts are made of: for each theme clauses and places that suit each other, written for Stemwright.

A file a theme. `also`: words that mean it. `scene`: what goes on; `self`: what "I" or "you" do; `hook`: what
a chorus says; `place`: ends that suit the first two. general.toml: beginnings and ends for all.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_GENERAL = "general"
USUAL = "stars"
"""The theme of words that none is known for: hopes and dreams."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme's clauses (`heads`: scene, self, hook) and their ends (`tails`: place, time, heart), and how
    lines of each kind may begin.
    """

    name: str
    heads: dict[str, tuple[str, ...]]
    tails: dict[str, tuple[str, ...]]
    leads: dict[str, tuple[str, ...]]


def theme_of(text: str) -> tuple[Theme, bool]:
    """The theme that most words of a text mean, of several the one named first; and whether one does."""
    words = re.findall(r"[a-z]+", text.lower())
    best, most = USUAL, (0, 0)
    for name in names():
        known = _loaded(name)["also"]
        found = [at for at, word in enumerate(words) if word in known or word.rstrip("s") in known]
        rank = (len(found), -found[0]) if found else (0, 0)
        if rank[0] and (rank > most or not most[0]):
            best, most = name, rank
    return _theme(best), most[0] > 0


@cache
def names() -> tuple[str, ...]:
    """The themes that there are."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml") if file.stem != _GENERAL))


def _theme(name: str) -> Theme:
    own, general = _loaded(name), _loaded(_GENERAL)
    return Theme(
        name,
        {kind: tuple(own[kind]) for kind in ("scene", "self", "hook")},
        {"place": tuple(own["place"]), **{kind: tuple(ends) for kind, ends in general["tails"].items()}},
        {kind: tuple(leads) for kind, leads in general["leads"].items()},
    )


@cache
def _loaded(name: str) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
