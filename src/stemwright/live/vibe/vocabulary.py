"""The table of words (`data/words.toml`), read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PLAIN, MORE, NOUN = "plain", "more", "noun"


@dataclass(frozen=True, slots=True)
class Word:
    """`kind`: an adjective, a comparative or a noun; `moves`: steps by parameter."""

    kind: str
    moves: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What words mean. `units`: a word's unit; `speeds`: bars of a glide; `roles`: how others are meant."""

    words: Mapping[str, Word]
    intensities: Mapping[str, float]
    speeds: Mapping[str, float]
    units: Mapping[str, str]
    numbers: Mapping[str, float]
    roles: Mapping[str, str]
    filler: frozenset[str]

    def known(self) -> list[str]:
        """All words that move something or say how."""
        return [*self.words, *self.intensities, *self.speeds, *self.units, *self.numbers, *self.roles]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The shipped table."""
    sheet = tomllib.loads((Path(__file__).parent / "data" / "words.toml").read_text(encoding="utf-8"))
    words: dict[str, Word] = {}
    for entry in sheet["entry"]:
        for kind, names in ((NOUN, "nouns"), (MORE, "more"), (PLAIN, "plain")):
            words |= {each: Word(kind, entry["moves"]) for each in entry[names]}
    return Vocabulary(
        words,
        sheet["intensities"],
        sheet["speeds"],
        sheet["units"],
        sheet["numbers"],
        sheet["roles"],
        frozenset(sheet["filler"]["words"]),
    )
