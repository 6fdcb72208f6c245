"""Drafts of lines: clauses of a theme put together so that they have as many syllables as a phrase has notes,
their stress on its strong ones, and rhyme as asked. The same seed writes the same lines.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from stemwright.song.lyric_placing import cost
from stemwright.song.lyric_spots import Spot
from stemwright.words.pronouncing import rhyme_of, rhymes, sounds
from stemwright.words.syllables import syllables
from stemwright.words.themes import Theme

_TRIED = 80
"""Lines that are weighed against each other."""
_ENDS = {"scene": ("place", "time"), "self": ("place", "time", "heart"), "hook": ("hook", "heart")}
_ANY = ("self", "scene", "hook")
_AGAIN_HEAD, _AGAIN_TAIL, _AGAIN_LEAD, _OFF, _NO_RHYME = 60, 30, 16, 14, 200
_JOINT = re.compile(r"^(and|but|though|my)\b")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a line should be: its syllables, a digit of stress each, and lines of the same `rhyme` rhyme, ""
    with none. `spots`: the places of its phrase.
    """

    count: int
    stress: str
    rhyme: str
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A section that is to be written; `chorus`: it says what the song is about."""

    name: str
    chorus: bool
    lines: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    lead: str
    head: str
    tail: str

    @property
    def end(self) -> str:
        """Its last word."""
        return last_word(self.tail or self.head)

    @property
    def text(self) -> str:
        lead = f"{self.lead} " if self.lead else ""
        joint = ", " if self.tail and _JOINT.match(self.tail) else " "
        line = f"{lead}{self.head}{joint if self.tail else ''}{self.tail}"
        return line[0].upper() + line[1:]


@dataclass(slots=True)
class _Used:
    heads: Counter[str] = field(default_factory=Counter)
    tails: Counter[str] = field(default_factory=Counter)
    leads: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)


def drafted(theme: Theme, parts: Sequence[Part], seed: int) -> list[list[str]]:
    """The lines of each part."""
    rng = random.Random(f"{theme.name} {seed}")
    used = _Used()
    return [_part(theme, part, rng, used) for part in parts]


@lru_cache(maxsize=4096)
def last_word(text: str) -> str:
    """The word that a line ends in, in small letters."""
    words = re.findall(r"[a-z']+", text.lower().replace("’", "'"))
    return words[-1].strip("'") if words else ""


def _part(theme: Theme, part: Part, rng: random.Random, used: _Used) -> list[str]:
    """Its lines; one that others are to rhyme with ends in a word that enough words for these rhyme with."""
    lines: list[str] = []
    heads: set[str] = set()
    ends: dict[str, list[str]] = {}
    for number, shape in enumerate(part.lines):
        before = ends.setdefault(shape.rhyme, []) if shape.rhyme else []
        later = [at for at in range(number + 1, len(part.lines)) if part.lines[at].rhyme == shape.rhyme]
        fits = _matching(theme, part, later[0]) if shape.rhyme and later else None
        options = (
            [
                each
                for each in _candidates(theme, kinds, shape.count, fewer)
                if each.head not in heads
                and _rhyming(each.end, before)
                and (fits is None or len(fits.get(_rhyme(each.end), set()) - {each.end}) > 1)
            ]
            for kinds, fewer in ((_kinds(part, number), 1), (_ANY, 1), (_ANY, 3))
        )
        found = next((option for option in options if option), None)
        found = found or [*_candidates(theme, _ANY, shape.count)] or [*_nearest(theme, shape.count)]
        tried = rng.sample(found, min(_TRIED, len(found)))
        best = min(tried, key=lambda each: (_badness(each, shape, before, used), each.text))
        _note(best, used)
        heads.add(best.head)
        before.append(best.end)
        lines.append(best.text)
    return lines


def _matching(theme: Theme, part: Part, number: int) -> dict[tuple[str, ...], set[str]]:
    """The last words that a line may have, by what they rhyme on."""
    found: dict[tuple[str, ...], set[str]] = {}
    for each in _candidates(theme, _ANY, part.lines[number].count):
        found.setdefault(_rhyme(each.end), set()).add(each.end)
    return found


def _kinds(part: Part, number: int) -> tuple[str, ...]:
    """Choruses begin with a hook, and go back to one; verses tell what goes on, then who is there."""
    if part.chorus:
        return ("hook",) if number % 2 == 0 else ("self", "hook")
    return ("scene",) if number % 4 < 2 else ("self", "scene") if number % 4 == 2 else ("self",)


def _candidates(theme: Theme, kinds: Sequence[str], count: int, fewer: int = 1) -> Iterator[_Candidate]:
    """The lines of that many syllables, or so many fewer at most."""
    for kind in kinds:
        tails = ["", *(tail for end in _ENDS[kind] for tail in theme.tails[end])]
        for lead in theme.leads[kind]:
            for head in theme.heads[kind]:
                rest = count - _count(lead) - _count(head)
                if rest < 0:
                    continue
                for tail in tails:
                    if rest - fewer <= _count(tail) <= rest and not _repeats(head, tail):
                        yield _Candidate(lead, head, tail)


def _nearest(theme: Theme, count: int) -> Iterator[_Candidate]:
    """Where no line has so many syllables: clauses alone, the nearest ones."""
    heads = [head for kind in _ANY for head in theme.heads[kind]]
    least = min(abs(_count(head) - count) for head in heads)
    yield from (_Candidate("", head, "") for head in heads if abs(_count(head) - count) == least)


def _rhyming(word: str, before: Sequence[str]) -> bool:
    return all(rhymes(word, other) for other in before)


def _badness(each: _Candidate, shape: Shape, before: Sequence[str], used: _Used) -> int:
    found = syllables(each.text, "en")
    badness = cost(found.parts, found.stress, shape.spots)
    badness = 40 * abs(len(found.parts) - shape.count) if badness is None else badness
    badness += _OFF * abs(len(found.parts) - shape.count)
    badness += _AGAIN_HEAD * used.heads[each.head] + _AGAIN_TAIL * used.tails[each.tail] * bool(each.tail)
    badness += _AGAIN_LEAD * used.leads[each.lead] + _AGAIN_TAIL * used.ends[each.end]
    return badness + (0 if _rhyming(each.end, before) else _NO_RHYME)


def _note(each: _Candidate, used: _Used) -> None:
    used.heads[each.head] += 1
    used.tails[each.tail] += 1
    used.leads[each.lead] += bool(each.lead)
    used.ends[each.end] += 1


def _repeats(head: str, tail: str) -> bool:
    """Whether an end says a word of its clause again, as "the rain ... in the rain"."""
    own = {word for word in head.split() if len(word) > 3 or word in ("you", "me")}
    return any(word in own for word in tail.split())


@lru_cache(maxsize=4096)
def _rhyme(word: str) -> tuple[str, ...]:
    return rhyme_of(sounds(word))


@lru_cache(maxsize=4096)
def _count(text: str) -> int:
    return len(syllables(text, "en").parts) if text else 0
