"""Chord symbols of MusicXML, read as our chords and written from them.

A quality without a kind of its own is the kind nearest to it with degrees added, altered or taken away. Read,
kind and degrees are put together as tones, and the tones are looked up.
Reference: https://www.w3.org/2021/06/musicxml40/ (elements <harmony>, <kind> and <degree>).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import NamedTuple
from xml.etree.ElementTree import Element

from stemwright.song.harmony import Chord
from stemwright.song.pitch import fifths_of, name_at
from stemwright.song.qualities import QUALITIES, parse_quality

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
"""Semitones of the letters above C."""
SIGNS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}
_KINDS = {
    "major": "", "minor": "m", "augmented": "aug", "diminished": "dim", "power": "5",
    "dominant": "7", "major-seventh": "maj7", "minor-seventh": "m7", "diminished-seventh": "dim7",
    "augmented-seventh": "aug7", "half-diminished": "m7b5", "major-minor": "mmaj7",
    "major-sixth": "6", "minor-sixth": "m6", "dominant-ninth": "9", "major-ninth": "maj9",
    "minor-ninth": "m9", "dominant-11th": "11", "minor-11th": "m11", "dominant-13th": "13",
    "major-13th": "maj13", "minor-13th": "m13", "suspended-second": "sus2", "suspended-fourth": "sus4",
}  # fmt: skip
"""MusicXML's kinds whose tones are those of a quality of ours."""
_READ = _KINDS | {"minor-major": "mmaj7", "augmented-ninth": "aug9", "major-11th": "maj9", "none": ""}
_DEGREES = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 10, "9": 14, "11": 17, "13": 21}
"""Semitones of the degrees above the root, unaltered: those of a dominant chord."""
_WRITTEN = {
    13: ("9", -1), 14: ("9", 0), 15: ("9", 1), 17: ("11", 0), 18: ("11", 1), 20: ("13", -1), 21: ("13", 0),
    9: ("6", 0), 10: ("7", 0), 11: ("7", 1), 7: ("5", 0), 6: ("5", -1), 8: ("5", 1), 3: ("3", -1),
    4: ("3", 0), 2: ("2", 0), 5: ("4", 0),
}  # fmt: skip
"""Tone -> its degree, and by how much that is altered."""
_ALTERED = {"5": 7, "9": 14}


class Degree(NamedTuple):
    """A change to a kind. `type`: "add", "alter" or "subtract"."""

    value: str
    alter: int
    type: str


@cache
def kind_of(quality: str) -> tuple[str, tuple[Degree, ...]]:
    """The kind of a quality of ours, and what is changed in it."""
    written = {name: kind for kind, name in _KINDS.items()}
    if quality in written:
        return written[quality], ()
    tones = frozenset(QUALITIES[quality])
    found = [(kind, _changes(frozenset(QUALITIES[name]), tones)) for kind, name in _KINDS.items()]
    return min(found, key=lambda one: len(one[1]))


def _changes(base: frozenset[int], tones: frozenset[int]) -> tuple[Degree, ...]:
    missing, more = set(base - tones), sorted(tones - base)
    out = []
    for tone in more:
        value, alter = _WRITTEN[tone]
        plain = _ALTERED.get(value)
        altered = alter != 0 and plain in missing
        if altered and plain is not None:
            missing.remove(plain)
        out.append(Degree(value, alter, "alter" if altered else "add"))
    return (*out, *(Degree(*_WRITTEN[tone], "subtract") for tone in sorted(missing) if tone))


def chord_symbol(item: Element, fifths: int = 0) -> Chord | None:
    """The chord of a <harmony> with what is added to it or altered in it ("7" with a flat ninth is "7b9"),
    None for "no chord"; a kind that is not known is read as its triad. `fifths`: how far it sounds above what
    is printed, on the line of fifths.
    """
    root = item.find("root")
    kind = item.find("kind")
    said = (kind.text or "").strip() if kind is not None else ""
    name = _name(root, "root", fifths) if root is not None else None
    if name is None or said == "none":
        return None
    bass = item.find("bass")
    text = (kind.get("text") or "").strip() if kind is not None else ""
    quality = _READ.get(said, "m" if said.startswith("minor") else "")
    if said in ("other", ""):
        quality = parse_quality(text) or quality
    quality = _with_degrees(quality, item)
    return Chord(name, quality, _name(bass, "bass", fifths) if bass is not None else None)


def _with_degrees(quality: str, item: Element) -> str:
    """The quality with the degrees of a <harmony>; as it is where no quality has these tones."""
    tones = set(QUALITIES[quality])
    degrees = [
        (
            (degree.findtext("degree-type") or "add").strip() == "subtract",
            _DEGREES.get((degree.findtext("degree-value") or "").strip()),
            round(Fraction((degree.findtext("degree-alter") or "0").strip())),
        )
        for degree in item.iterfind("degree")
    ]
    for away, plain, alter in sorted(degrees, key=lambda degree: not degree[0]):
        if plain is None:
            continue
        if away:
            tones -= {plain + alter}
        elif alter and plain % 12 in (2, 5, 7, 9):
            tones -= {plain}
            tones.add(plain + alter)
        else:
            tones.add(plain + 12 if plain in (2, 5) and tones & {3, 4} else plain + alter)
    return _BY_TONES.get(frozenset(tones), _BY_TONES.get(frozenset(tones | {14}), quality))


_BY_TONES = {frozenset(tones): name for name, tones in reversed(QUALITIES.items())}


def _name(element: Element, what: str, fifths: int) -> str | None:
    """The note name of a <root> or <bass>, as it sounds."""
    step = (element.findtext(f"{what}-step") or "").strip()
    alter = round(Fraction((element.findtext(f"{what}-alter") or "0").strip()))
    if step not in STEPS or alter not in SIGNS:
        return None
    return shifted(step + SIGNS[alter], fifths)


def shifted(name: str, fifths: int) -> str:
    """A note name so many fifths further, with two signs at most."""
    place = fifths_of(name) + fifths
    while place > 19:
        place -= 12
    while place < -15:
        place += 12
    return name_at(place)
