"""Captions of clips: some of their traits, in a wording of synonyms and templates. Drawn from (seed, clip,
number) alone; traits are left out at random, and a caption knows which it tells.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from stemwright.dataset.described.traits import FIELDS, Described, Traits

TIMBRE, LAYER = 0.7, 0.9
"""How often the timbre is told; up to here the layer alone, beyond neither."""
STYLE = 0.4
COUNTS = (0, 1, 1, 2, 2, 3, 3, 4, 5)
"""How many other traits are told."""
PROSE = 0.2
_OTHERS = tuple(field for field in FIELDS if field not in ("layer", "timbre", "style"))


@dataclass(frozen=True, slots=True)
class Caption:
    """A text, and the traits that it tells, "" for those that it leaves out."""

    text: str
    told: Traits


@dataclass(frozen=True, slots=True)
class Wording:
    """Words for traits and what they are put into, as `wording.toml` has them."""

    words: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Wording:
        """A wording that is part of the program."""
        return cls(tomllib.loads(path.read_text(encoding="utf-8")))

    def nouns(self, layer: str, timbre: str = "any") -> list[str]:
        """What a timbre of a layer is called, or the layer itself; nothing where it has no name."""
        return list(self.words["noun"][layer].get(timbre, ()))

    def styles(self, style: str) -> list[str]:
        """What a style is called."""
        return list(self.words["style"].get(style, ()))

    def of(self, kind: str, field: str, value: str) -> list[str]:
        """The words for a trait of a kind, "adjective" or "phrase"."""
        return list(self.words[kind].get(field, {}).get(value, ()))

    def put(self, kind: str, rng: random.Random, text: str) -> str:
        """A text in a template of a kind: `heads`, `styles`, `sentences`, `told`."""
        return str(rng.choice(self.words[kind])).format(text)


@lru_cache(maxsize=1)
def training_wording() -> Wording:
    """The words that training draws."""
    return Wording.read(Path(__file__).with_name("wording.toml"))


def rng_of(seed: int, each: Described, number: int) -> random.Random:
    """Where all that is random in a caption comes from."""
    clip = each.clip
    return random.Random(f"{seed} {clip.layer} {clip.shard.name} {clip.index} {number}")


def caption(wording: Wording, seed: int, each: Described, number: int) -> Caption:
    """The caption of a number of a clip."""
    return told_of(wording, each.traits, rng_of(seed, each, number))


def told_of(wording: Wording, traits: Traits, rng: random.Random, whole: bool = False) -> Caption:
    """Some of these traits in words; `whole`: timbre, style and as many others as a caption has at most."""
    known = dict(zip(FIELDS, traits, strict=True))
    noun, told = _noun(wording, known, 0.0 if whole else rng.random(), rng)
    tags = []
    styles = wording.styles(known["style"])
    if styles and (whole or rng.random() < STYLE):
        tags.append(wording.put("styles", rng, rng.choice(styles)))
        told["style"] = known["style"]
    count = COUNTS[-1] if whole else rng.choice(COUNTS)
    adjectives, phrases = _traits(wording, known, told, rng, count)
    text = (_prose if rng.random() < PROSE else _tags)(wording, rng, noun, adjectives, phrases + tags)
    return Caption(text, tuple(told.get(field, "") for field in FIELDS))


def single(wording: Wording, field: str, value: str) -> list[str]:
    """Every word for one trait."""
    return wording.of("adjective", field, value) + wording.of("phrase", field, value)


def _noun(
    wording: Wording, known: dict[str, str], way: float, rng: random.Random
) -> tuple[str, dict[str, str]]:
    """What a caption is of, and what that tells; `way`: what chance says of it, 0 to 1."""
    layer = known["layer"]
    names = wording.nouns(layer, known["timbre"])
    if names and way < TIMBRE:
        return rng.choice(names), {"layer": layer, "timbre": known["timbre"]}
    if way < LAYER:
        return rng.choice(wording.nouns(layer)), {"layer": layer}
    return "", {}


def _traits(
    wording: Wording, known: dict[str, str], told: dict[str, str], rng: random.Random, count: int
) -> tuple[list[str], list[str]]:
    """Adjectives and phrases for at most so many traits, which `told` then has."""
    adjectives: list[str] = []
    phrases: list[str] = []
    there = [field for field in _OTHERS if known[field] and single(wording, field, known[field])]
    for field in rng.sample(there, min(count, len(there))):
        words, after = (wording.of(kind, field, known[field]) for kind in ("adjective", "phrase"))
        at = rng.randrange(len(words) + len(after))
        (adjectives if at < len(words) else phrases).append((words + after)[at])
        told[field] = known[field]
    return adjectives, phrases


def _tags(
    wording: Wording, rng: random.Random, noun: str, adjectives: Sequence[str], phrases: Sequence[str]
) -> str:
    """A noun with adjectives before it and what is left behind it."""
    first = rng.randint(0, min(3, len(adjectives))) if noun else 0
    rest = [*adjectives[first:], *phrases]
    rng.shuffle(rest)
    head = [wording.put("heads", rng, " ".join([*adjectives[:first], noun]))] if noun else []
    return str(rng.choice(wording.words["joins"])).join([*head, *rest]) or str(rng.choice(("music", "sound")))


def _prose(
    wording: Wording, rng: random.Random, noun: str, adjectives: Sequence[str], phrases: Sequence[str]
) -> str:
    """A sentence for every trait."""
    head = wording.put("heads", rng, noun or "sound")
    said = [wording.put("sentences", rng, each) for each in adjectives]
    said += [wording.put("told", rng, each) for each in phrases]
    rng.shuffle(said)
    return " ".join([f"{head[:1].upper()}{head[1:]}.", *said])
