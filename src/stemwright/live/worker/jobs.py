"""What words ask of a layer, as commands of the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError, shown
from stemwright.song.layers import LAYERS
from stemwright.song.style import NAMES

_FILLERS = frozenset({"a", "an", "the", "and", "more", "please", *LAYERS})


@dataclass(frozen=True, slots=True)
class Job:
    """A stem to be made for a slot of the launcher. ``bars``: from 0, the second not among them; ``words``:
    what it should be like, "" for another one of the same kind."""

    column: int
    row: int
    layer: str
    bars: tuple[int, int]
    words: str
    seed: int

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that are made."""
        return (self.layer,)


@dataclass(frozen=True, slots=True)
class Phrase:
    """The ``number``-th phrase of a stream: some layers together. ``scene``: the section whose bars they
    are."""

    number: int
    scene: int
    layers: tuple[str, ...]
    bars: tuple[int, int]
    words: str
    seed: int


Order = Job | Phrase


def commands(song: Path, job: Order) -> list[list[str]]:
    """What makes the notes and the take, one command after the other. UsageError for words that say
    nothing here."""
    styles, shares, controls = _read(job.words)
    span = f"{job.bars[0] + 1}-{job.bars[1]}"  # as the command line counts them
    place, bars, seed = str(song), ["--bars", span], ["--seed", str(job.seed)]
    if controls:
        given = [word for name, value in controls.items() for word in (f"--{name}", f"{value:g}")]
        return [
            *([["edit", place, "--style", styles[-1]]] if styles else []),
            ["compose", place, *job.layers, *bars, *seed, *given],
            ["generate", place, *job.layers],
        ]
    if styles:
        made = ["generate", place, *job.layers, *bars, *seed, "--arranger"]
        return [["edit", place, "--style", styles[-1]], made]
    if shares:
        amount = ["--amount", f"{shares[-1]:g}"]
        return [["vary", place, layer, *bars, *amount, *seed] for layer in job.layers]
    return [["generate", place, *job.layers, *bars, *seed, "--arranger"]]


def known_words() -> list[str]:
    """All words that say something, and the styles."""
    table = _table()
    return sorted({*table["styles"], *table["vary"], *table["compose"], *NAMES})


def _read(words: str) -> tuple[list[str], list[float], dict[str, float]]:
    """Styles, shares of notes to change, and controls of the composer that words name."""
    table = _table()
    styles: list[str] = []
    shares: list[float] = []
    controls: dict[str, float] = {}
    for word in words.lower().replace(",", " ").split():
        if word in table["styles"] or word in NAMES:
            styles.append(table["styles"].get(word, word))
        elif word in table["vary"]:
            shares.append(table["vary"][word])
        elif word in table["compose"]:
            controls |= table["compose"][word]
        elif word not in _FILLERS and word.rstrip("s") not in LAYERS:
            raise UsageError(f"words: {shown(word)} says nothing here; there are {', '.join(known_words())}")
    return styles, shares, controls


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
