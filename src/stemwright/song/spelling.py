"""Roots as German charts and those in small letters have them, told from the chart as a whole.

In a German chart H is B and B is B flat, Fis is F#, Es is Eb; a small letter is a minor chord (`a` is Am).
One chord alone does not say whether `B` is B flat, or `c` C minor. A chart does, or what it leaves open is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from stemwright.song.qualities import parse_quality

GERMAN = "German note names: H is B, B is B flat"
SMALL = "small letters are minor chords"
_ROOT = r"([a-hA-H])(is|es|s(?!us)|##?|bb?|)"
_CHORD = re.compile(rf"{_ROOT}(.*?)(?:/{_ROOT})?")
_SIGNS = {"is": "#", "es": "b", "s": "b"}
_MINOR = re.compile(r"m(?!a|A)|-")


@dataclass(frozen=True, slots=True)
class _Written:
    """A chord as it is written. `names`: letter and sign of the root, and of the bass where there is one."""

    names: tuple[tuple[str, str], ...]
    suffix: str

    @property
    def is_german(self) -> bool:
        return any(letter in "hH" or sign in _SIGNS for letter, sign in self.names)

    @property
    def is_small(self) -> bool:
        return any(letter.islower() for letter, _ in self.names)

    @property
    def is_bare(self) -> bool:
        """Whether its small letter alone would say that it is minor: nothing after it tells."""
        return self.names[0][0].islower() and (not self.suffix or self.suffix[0] in "(1679")

    def has(self, *name: str) -> bool:
        return any((letter.upper(), sign) == name for letter, sign in self.names)

    def plain(self, german: bool) -> str:
        """As it is written here. `german`: B is B flat."""
        root, *bass = (_name(letter.upper(), sign, german) for letter, sign in self.names)
        return root + ("m" if self.is_bare else "") + self.suffix + "".join(f"/{name}" for name in bass)


def respelled(text: str) -> str | None:
    """A German or small chord as it is written here, taken alone; None where it is no such chord."""
    found = _written(text)
    return found.plain(german=False) if found and (found.is_german or found.is_small) else None


@dataclass(frozen=True, slots=True)
class Spelling:
    """`known`: chords that are German or small -> as they are written here. `doubts`: those of which the
    chart does not tell -> what to write. `remarks`: what was decided (`GERMAN`, `SMALL`).
    """

    known: dict[str, str]
    doubts: dict[str, str]
    remarks: list[str]


def chart_spelling(words: Iterable[str]) -> Spelling:
    """How to read the roots of a chart's words."""
    written = {word: found for word in words if (found := _written(word)) is not None}
    german, minor = _is_german(written.values()), _small_are_minor(written.values())
    known: dict[str, str] = {}
    doubts: dict[str, str] = {}
    for word, chord in written.items():
        plain = chord.plain(german)
        if chord.is_german and not german:
            doubts[word] = f'write "{plain}" (in a German chart B would be B flat; here it may be B)'
        elif chord.is_bare and not minor:
            doubts[word] = f'write "{plain}", or a capital if it is no minor chord (this chart does not tell)'
        elif chord.is_german or chord.is_small or (german and chord.has("B", "")):
            known[word] = plain
    return Spelling(known, doubts, [text for text, is_so in ((GERMAN, german), (SMALL, minor)) if is_so])


def _is_german(chords: Collection[_Written]) -> bool:
    """Whether German names occur, and B can only be B flat: beside H there is no other B flat, and without
    an H there is no B at all.
    """
    plain_b = any(chord.has("B", "") for chord in chords)
    if any(chord.has("H", sign) for chord in chords for sign in ("", *_SIGNS)):
        return not (plain_b and any(chord.has("B", "b") for chord in chords))
    return any(chord.is_german for chord in chords) and not plain_b


def _small_are_minor(chords: Collection[_Written]) -> bool:
    """Whether chords in small letters are the minor ones: others are in capitals, and none of these minor."""
    capitals = [chord for chord in chords if chord.names[0][0].isupper()]
    return (
        any(chord.is_bare for chord in chords)
        and bool(capitals)
        and not any(_MINOR.match(chord.suffix) for chord in capitals)
    )


def _written(text: str) -> _Written | None:
    found = _CHORD.fullmatch(text[:41])
    if found is None or parse_quality(found[3]) is None:
        return None
    names = ((found[1], found[2]), (found[4], found[5])) if found[4] else ((found[1], found[2]),)
    chord = _Written(names, found[3])
    return chord if not chord.is_bare or parse_quality("m" + chord.suffix) is not None else None


def _name(letter: str, sign: str, german: bool) -> str:
    if letter == "B" and not sign and german:
        return "Bb"
    return ("B" if letter == "H" else letter) + _SIGNS.get(sign, sign)
