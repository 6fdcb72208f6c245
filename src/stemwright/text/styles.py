"""Styles that a prompt names: the stylebook's, by their names, other names and the names of their kinds."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from stemwright.song.style import ALIASES
from stemwright.text.prompt import Prompt

_MANNERS = {"slow", "shuffle"}
"""Other names of styles that in a prompt say how something is played."""
_PLAYED = {"ballad": "slow", "waltz": ""}
"""Styles that beside another one say how that is played -> the pace; a waltz's meter is read elsewhere."""
BESIDE = 12
"""Signs between two names at most that one says more of the other."""


@dataclass(frozen=True, slots=True)
class Named:
    """`style`: what counts, "" for none; `others`: what else is named, by style; `said`: the words of each;
    `pace`: what a style that says how another is played asks for; `weak`: whether its name is one that may
    mean something else; `manners`: styles that only say how it is played.
    """

    style: str
    others: tuple[str, ...]
    said: dict[str, str]
    pace: str = ""
    weak: bool = False
    manners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Mention:
    style: str
    said: str
    start: int
    end: int
    weak: bool


def read_styles(prompt: Prompt, known: tuple[str, ...]) -> Named:
    """The style that a prompt names. `known`: those that can be played.

    Of two with nothing between them the last counts, as in English ("jazz funk"); a ballad or a waltz beside
    another style says how that is played; of names apart from each other the first counts.
    """
    pattern, table, weak = _names(known)
    found = [
        _Mention(table[match[0]], prompt.take(match), *match.span(), match[0] in weak)
        for match in prompt.find(pattern)
    ]
    if not found:
        return Named("", (), {})
    strong = [mention for mention in found if not mention.weak] or found
    run = [strong[0]]
    for mention in strong[1:]:
        if not _adjacent(prompt, run[-1], mention):
            break
        run.append(mention)
    plain = [mention for mention in run if mention.style not in _PLAYED] or run[-1:]
    manners = [mention for mention in run if mention not in plain]
    chosen = plain[-1]
    said: dict[str, str] = {}
    for mention in found:
        said.setdefault(mention.style, mention.said)
    others = tuple(style for style in said if style != chosen.style)
    pace = next((_PLAYED[mention.style] for mention in manners if _PLAYED[mention.style]), "")
    return Named(chosen.style, others, said, pace, chosen.weak, tuple(each.style for each in manners))


def kinds() -> dict[str, tuple[str, ...]]:
    """Every name of each style that a prompt may use, its own first."""
    further = _file()["kinds"]
    return {
        style: tuple(
            dict.fromkeys((style, *(n for n in names if n not in _MANNERS), *further.get(style, ())))
        )
        for style, names in ALIASES.items()
    }


def _adjacent(prompt: Prompt, one: _Mention, other: _Mention) -> bool:
    between = prompt.written(one.end, other.start)
    return len(between) <= BESIDE and re.fullmatch(r"[ -]*", between) is not None


def _file() -> dict[str, dict[str, list[str]]]:
    text = Path(__file__).with_name("kinds.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=4)
def _names(known: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, str], frozenset[str]]:
    table = {name: style for style, names in kinds().items() if style in known for name in names}
    listed = "|".join(re.escape(name).replace(r"\ ", "[ -]") for name in sorted(table, key=len, reverse=True))
    spelt = {name.replace("-", " "): style for name, style in table.items()}
    pattern = re.compile(rf"(?<![\w&'-])(?:{listed})(?![\w&])")
    every = _Spelt({**spelt, **table})
    return pattern, every, frozenset(_file()["weak"])


class _Spelt(dict[str, str]):
    """Names, also where hyphens stand for their blanks."""

    def __missing__(self, name: str) -> str:
        return self[name.replace("-", " ")]
