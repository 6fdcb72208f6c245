"""Chords that stand in a prompt: "Dm7 G7 Cmaj7", "dm7 g7", "Am - F - C - G", "ii-V-I"."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from stemwright.errors import UsageError
from stemwright.song.harmony import Chord, Key
from stemwright.song.roman import is_roman, parse_roman
from stemwright.text.prompt import Prompt

_CHORD = r"[A-G](?:#|b)?(?:[a-zA-Z0-9#+°øΔ^()]{0,10})(?:/[A-G][#b]?)?"
_GAP = r"(?: ?[|,→>] ?| ?-+>? ?| )"
_CHORDS = re.compile(rf"(?<![\w#]){_CHORD}(?:{_GAP}{_CHORD})+(?![\w#])")
_SMALL = r"[a-g][#b]?(?:maj[79]|m7b5|m(?:aj)?[679]?|6|7|9|11|13|sus[24]|dim7?|aug|add9)"
_SMALLS = re.compile(rf"(?<![\w#]){_SMALL}(?:{_GAP}{_SMALL})+(?![\w#])")
_ROOT = re.compile(r"(?<![\w#])[a-g]")
_ROMAN = r"[b#]?(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(?:maj7|m7b5|7b9|[oø°+]?7|9|sus4)?"
_ROMANS = re.compile(rf"(?<!\w){_ROMAN}(?:(?: ?[|,] ?| ?- ?| ){_ROMAN})+(?!\w)")
_VAMP = re.compile(
    rf"\b(?:over|on|chords?:?) (?P<chord>{_CHORD})(?![\w#])|(?<![\w#])(?P<one>{_CHORD}) (?:vamp|chord)\b"
)
_SPLIT = re.compile(r"[\s,→>-]+")


@dataclass(frozen=True, slots=True)
class Harmony:
    """Bars of chords as `parse_progression` reads them, and the words that say them."""

    chart: str
    said: str


def read_chords(prompt: Prompt) -> Harmony | None:
    """The chords that a prompt names; of several runs of them all, one after the other."""
    found: list[Harmony] = []
    for match in prompt.find(_CHORDS, cased=True):
        harmony = _run(prompt, match, match[0])
        found += [harmony] if harmony else []
    for match in prompt.find(_SMALLS, cased=True):
        if re.search(r"\d", match[0]):  # "am em" may be words
            harmony = _run(prompt, match, _ROOT.sub(lambda root: root[0].upper(), match[0]))
            found += [harmony] if harmony else []
    for match in prompt.find(_ROMANS, cased=True):
        parts = [part for part in re.split(r"[\s,|-]+", match[0]) if part]
        small = any(part.islower() for part in parts)
        if (len(parts) >= 3 or small) and all(_is_roman(part) for part in parts):
            chart = match[0] if "|" in match[0] else " | ".join(parts)
            found.append(Harmony(chart, prompt.take(match)))
    for match in prompt.find(_VAMP, cased=True):
        chord = match["chord"] or match["one"]
        if _is_chord(chord) and len(chord) > 1:
            found.append(Harmony(chord, prompt.take(match)))
    if not found:
        return None
    return Harmony(" | ".join(each.chart for each in found), " ".join(each.said for each in found))


def _run(prompt: Prompt, match: re.Match[str], text: str) -> Harmony | None:
    """The chords of a run, `text` with capital roots, where it is one: notes alone between commas are keys,
    and "A" begins sentences."""
    parts = [part for part in re.split(r"[\s,|→>-]+", text) if part]
    told = [part for part in parts if not re.fullmatch(r"[A-G]", part)]
    plain = "," not in text or all(re.fullmatch(r"[A-G][#b]?", part) is None for part in parts)
    if not all(_is_chord(part) for part in parts) or not plain or not (told or len(parts) > 2):
        return None
    if re.match(r" (?:major|minor|maj|min|dorian|flat|sharp)\b", prompt.low[match.end() :]):
        return None
    if "|" not in text:
        return Harmony(" | ".join(parts), prompt.take(match))
    bars = (" ".join(part for part in _SPLIT.split(bar) if part) for bar in text.split("|"))
    return Harmony(" | ".join(bar for bar in bars if bar), prompt.take(match))


def _is_chord(text: str) -> bool:
    with suppress(UsageError):
        return bool(Chord.parse(text))
    return False


def _is_roman(text: str) -> bool:
    with suppress(UsageError):
        return is_roman(text) and bool(parse_roman(text, Key("C")))
    return False
