"""What a Python program gives (numbers, pairs, lists, mappings) as the text that a command line would."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import SupportsFloat, TypeAlias

from stemwright.errors import UsageError, argument, shown
from stemwright.exchange.chartfile import chart_text
from stemwright.song.tempo import BPM_DECIMALS

Place: TypeAlias = "str | PathLike[str]"
Number: TypeAlias = "str | SupportsFloat"
"""Text, or any number: int, float, Fraction, Decimal, NumPy's."""
Tempo: TypeAlias = "Number | Mapping[int, Number]"
"""Beats a minute; where they change, as "112, 9: 126" or {1: 112, 9: 126}, bars counted from 1."""
Meters: TypeAlias = "str | Mapping[int, str]"
"""A meter; where it changes, as "4/4, 9: 3/4" or {1: "4/4", 9: "3/4"}."""
Pair: TypeAlias = "str | int | tuple[int, int]"
"""Bars or pitches: "5-8", (5, 8), or 5 alone."""
Texts: TypeAlias = "str | Iterable[str]"
Chart: TypeAlias = "str | PathLike[str] | Iterable[str]"
"""Chords: "Am7 | D9", ["Am7", "D9"], or a text file: "@FILE", "-" (standard input), a Path."""
Named: TypeAlias = "str | Iterable[str] | Mapping[str, str]"
"""Pairs of names: {"lead": "sax"}, ["lead=sax"] or "lead=sax"."""
Form: TypeAlias = "str | Iterable[str | tuple[str, int]]"
"""Sections: "intro:4 verse:8", or [("intro", 4), ("verse", 8)]."""

_PITCHES = re.compile(r"\s*([0-9]{1,6})\s*-\s*([0-9]{1,6})\s*", re.ASCII)


def path(place: Place) -> Path:
    """A folder or file. UsageError for what is no name of one."""
    try:
        return Path(place)
    except TypeError:
        raise UsageError(f"path: {shown(place)} is not a path; give a str or a Path", field="path") from None


def paths(field: str, places: Place | Iterable[Place]) -> list[Path]:
    """A file or several. UsageError naming the field for what is none."""
    try:
        return [Path(places)] if isinstance(places, str | PathLike) else [Path(each) for each in places]
    except TypeError:
        raise UsageError(
            f"{field}: {shown(places)} is no list of files; give one, or a list", field=field
        ) from None


def bpm_text(value: Tempo | None) -> str | None:
    """Beats a minute as decimal text, numbers rounded to the six decimals that a song keeps."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return _map_text("bpm", {bar: bpm_text(each) for bar, each in value.items()})
    return f"{_real('bpm', value):.{BPM_DECIMALS}f}".rstrip("0").rstrip(".")


def meter_text(value: Meters | None) -> str | None:
    """A meter and its changes as text."""
    if isinstance(value, Mapping):
        return _map_text("meter", {bar: text("meter", each) for bar, each in value.items()})
    return text("meter", value)


def _map_text(name: str, values: Mapping[int, str | None]) -> str:
    """ "112, 9: 126" of {1: "112", 9: "126"}. UsageError where a bar has no value, or bar 1 is not there."""
    at = {whole(name, bar) or 0: each for bar, each in values.items()}
    if 1 not in at or None in at.values():
        raise UsageError(f"{name}: {shown(values)} has no value for bar 1, or for a bar that it names")
    return ", ".join([str(at.pop(1)), *(f"{bar}: {at[bar]}" for bar in sorted(at))])


def whole(name: str, value: int | None) -> int | None:
    """A whole number, NumPy's too. UsageError for anything else."""
    if value is None:
        return None
    try:
        return operator.index(value)
    except TypeError:
        raise UsageError(f"{name}: {shown(value)} is not a whole number", field=name) from None


def pair_text(name: str, value: Pair | None) -> str | None:
    """ "5-8" from a pair, "5" from a number."""
    if value is None or isinstance(value, str):
        return value
    ends = value if isinstance(value, (tuple, list)) else (value,)
    if len(ends) not in (1, 2):
        raise UsageError(
            f"{name}: {shown(value)} is not a span; give its first and last, e.g. (5, 8)", field=name
        )
    return "-".join(str(whole(name, end)) for end in ends)


def pitches(value: Pair | None) -> tuple[int | None, int | None]:
    """Lowest and highest pitch from "48-72" or (48, 72)."""
    text = pair_text("range", value)
    if text is None:
        return None, None
    found = _PITCHES.fullmatch(text)
    if found is None:
        raise UsageError(
            f"{argument('range')} {text[:40]!r}: write the lowest and the highest pitch, e.g. 48-72"
        )
    return int(found[1]), int(found[2])


def text(name: str, value: str | None) -> str | None:
    """Text. UsageError for anything else."""
    if value is None or isinstance(value, str):
        return value
    raise UsageError(f"{name}: {shown(value)} is not text", field=name)


def numbers(given: Mapping[str, float | None]) -> dict[str, float]:
    """The numbers that were given. UsageError names the one that is none."""
    return {name: _real(name, value) for name, value in given.items() if value is not None}


def layers(given: Iterable[Texts]) -> tuple[str, ...]:
    """Layers, named one by one or in lists."""
    return tuple(name for one in given for name in texts(one))


def texts(value: Texts | None) -> tuple[str, ...]:
    """One text or several."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value)


def named(value: Named | None) -> tuple[str, ...]:
    """ "NAME=VALUE" of every pair."""
    if isinstance(value, Mapping):
        return tuple(f"{name}={item}" for name, item in value.items())
    return texts(value)


def form_text(value: Form | None) -> str | None:
    """Sections as "intro:4 verse:8"."""
    if value is None or isinstance(value, str):
        return value
    return " ".join(item if isinstance(item, str) else ":".join(map(str, item)) for item in value)


def chord_text(value: Texts | None) -> str | None:
    """Bars of chords as "Am7 | D9": one text, or one a bar."""
    return value if value is None or isinstance(value, str) else " | ".join(texts(value))


@contextmanager
def chart(value: Chart | None) -> Iterator[str | None]:
    """The chords that are given, read from the file where one is named. What is found wrong with them inside
    of the `with` names the file. UsageError where it cannot be read.
    """
    given = f"@{fspath(value)}" if isinstance(value, PathLike) else value
    if given is None or isinstance(given, str):
        with chart_text(given) as text:
            yield text
    else:  # bars, and no names of files
        yield chord_text(given)


def _real(name: str, value: SupportsFloat) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"{name}: {shown(value)} is not a number", field=name) from None
