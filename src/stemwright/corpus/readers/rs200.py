"""Harmonic analyses of rock songs, `.har`: named parts of Roman numerals, put together by a line S (de
Clercq and Temperley, 2011).

A bar ends at `|`; an empty one goes on with the chord before; "." is a part of a bar in which the chord goes
on; `$Vr*2` plays a part twice, `|*4` a bar four times; [E] is a tonic, [12/8] a meter, [0] none; R a rest;
"%" begins a remark. Degrees count from the major scale of the tonic.
"""

from __future__ import annotations

import re
from pathlib import Path

from stemwright.compose.degrees import HOLD, NONE, spread, token
from stemwright.corpus.charted import Charted, Part, all_bars, joined, mode_of, named
from stemwright.errors import UsageError

_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
_NUMERAL = r"([b#]*)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)"
_CHORD = re.compile(rf"{_NUMERAL}([^/]*)(?:/{_NUMERAL}.*)?")
_PART = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*):(.*)", re.DOTALL)
_WORD = re.compile(r"\$[A-Za-z0-9]+(?:\*\d+)?|\|(?:\*\d+)?|\[[^\]]*\]|[^\s|$\[\]]+")
_DEEPEST, _MOST = 12, 2000


def rs200(path: Path) -> Charted:
    """The chart of one analysis. UsageError names the file and what cannot be read."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read as an analysis ({error}); get the set again") from None
    rules = _rules(text)
    if "S" not in rules:
        raise UsageError(f"{path}: has no line 'S: ...'; this is no harmonic analysis of the RS set")
    try:
        found = joined(_Playing(rules).parts())
    except ValueError as error:
        raise UsageError(f"{path}: {error}; get the set again") from None
    if not found:
        raise UsageError(f"{path}: has no bars; this is no harmonic analysis of the RS set")
    meters = re.findall(r"\[(\d+/\d+)\]", text)
    title = re.sub(r"_(dt|tdc)$", "", path.stem).replace("_", " ")
    meter = meters[0] if meters and len(set(meters)) == 1 else "4/4"
    return Charted("rs200", title, "rock", mode_of(all_bars(found)), meter, 0, found)


def _rules(text: str) -> dict[str, list[str]]:
    """Name of a part -> its words."""
    rules: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        said = line.partition("%")[0]
        begun = _PART.fullmatch(said)
        if begun is not None:
            name = begun[1]
            rules[name] = []
        if name:
            rules[name] += _WORD.findall(begun[2] if begun is not None else said)
    return rules


class _Playing:
    """An analysis played from S on."""

    def __init__(self, rules: dict[str, list[str]]) -> None:
        self._rules = rules
        self._found: list[Part] = []
        self._open: list[str] = []
        self._before = NONE

    def parts(self) -> list[Part]:
        """The sections in their order."""
        self._play(self._rules["S"], "", 0)
        return [part for part in self._found if part.bars]

    def _play(self, words: list[str], name: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise ValueError("parts name each other in a circle")
        for word in words:
            if word.startswith("$"):
                self._part(word, name, depth)
            elif word.startswith("|"):
                self._bar(int(word[2:] or 1) if len(word) > 1 else 1, name)
            elif not word.startswith("["):
                self._open.append(word)

    def _part(self, word: str, name: str, depth: int) -> None:
        part, _, times = word[1:].partition("*")
        if part not in self._rules:
            raise ValueError(f"part {part[:20]!r} is named but not written")
        called = named(part) or ""
        for _ in range(int(times or 1)):
            if name == "" and called:
                self._found.append(Part(called, 0))
                self._play(self._rules[part], called, depth + 1)
            else:
                self._play(self._rules[part], name, depth + 1)
        if name == "" and called:
            self._found.append(Part("", 0))

    def _bar(self, times: int, name: str) -> None:
        chords = [HOLD if word == HOLD else _chord(word) for word in self._open]
        self._open = []
        if not chords or chords[0] == HOLD:
            chords = [self._before, *chords[1:]]
        self._before = next(chord for chord in reversed(chords) if chord != HOLD)
        if times > _MOST or sum(part.bars for part in self._found) > _MOST:
            raise ValueError(f"has more than {_MOST} bars")
        last = self._found.pop() if self._found else Part(name, 0)
        self._found.append(Part(last.name, last.bars + times, (*last.chords, *[spread(chords)] * times)))


def _chord(word: str) -> str:
    if word == "R":
        return NONE
    found = _CHORD.fullmatch(word)
    if found is None:
        raise ValueError(f"{word[:20]!r} is not a Roman numeral")
    signs, numeral, more, beyond, of = found.groups()
    away = 0 if of is None else _semitones(beyond or "", of)
    return token(away + _semitones(signs, numeral), _quality(numeral, more, of is not None))


def _semitones(signs: str, numeral: str) -> int:
    return _MAJOR[_NUMERALS.index(numeral.upper())] + signs.count("#") - signs.count("b")


def _quality(numeral: str, more: str, borrowed: bool) -> str:
    """The quality of a numeral with its signs: d a dominant, x a diminished, h a half-diminished seventh, a
    and + augmented, o diminished, s4 suspended; figures of inversions say whether there is a seventh.
    """
    small = numeral.islower()
    figures = re.sub(r"[^0-9]", "", more)
    seventh = figures in ("7", "65", "43", "42") or "7" in figures
    if "s" in more:
        return "7sus4" if figures.startswith("7") or figures == "74" else "sus2" if "s2" in more else "sus4"
    if "x" in more:
        return "dim7"
    if "h" in more:
        return "m7b5"
    if "o" in more:
        return "dim"
    if "+" in more or "a" in more:
        return "aug7" if seventh else "aug"
    if figures.startswith(("9", "11", "13")):
        size = "9" if figures.startswith("9") else "11" if figures.startswith("11") else "13"
        return ("m" if small else "") + size
    if not seventh:
        return "m" if small else ""
    if small:
        return "m7"
    return "maj7" if numeral in ("I", "IV") and "d" not in more and not borrowed else "7"
