"""Chord symbols of MusicXML: the writings that occur in the lead sheets, as our chords.

Reference: https://www.w3.org/2021/06/musicxml40/ (elements <harmony>, <kind> and <degree>).
"""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

from stemwright.song.harmony import Chord

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
"""Semitones of the letters above C."""
_QUALITIES = {
    "major": "", "minor": "m", "augmented": "aug", "diminished": "dim", "power": "5",
    "dominant": "7", "major-seventh": "maj7", "minor-seventh": "m7", "diminished-seventh": "dim7",
    "augmented-seventh": "aug7", "half-diminished": "m7b5", "major-minor": "mmaj7", "minor-major": "mmaj7",
    "major-sixth": "6", "minor-sixth": "m6", "dominant-ninth": "9", "major-ninth": "maj9",
    "minor-ninth": "m9", "augmented-ninth": "aug7", "dominant-11th": "11", "minor-11th": "m11",
    "dominant-13th": "13", "suspended-second": "sus2", "suspended-fourth": "sus4",
}  # fmt: skip
_ALTERED = {
    ("7", "9", -1): "7b9", ("7", "9", 1): "7#9", ("7", "5", -1): "7b5", ("7", "5", 1): "aug7",
    ("7", "11", 1): "7#11", ("9", "5", 1): "aug7", ("9", "5", -1): "7b5", ("9", "11", 1): "7#11",
    ("sus4", "7", 0): "7sus4", ("sus4", "9", 0): "9sus4", ("7sus4", "9", 0): "9sus4",
    ("m7", "5", -1): "m7b5", ("m", "5", -1): "dim", ("", "5", 1): "aug", ("", "9", 0): "add9",
    ("m", "9", 0): "madd9", ("6", "9", 0): "69",
}  # fmt: skip
"""(quality, degree, semitones it is altered by) -> the quality that says both."""


def _name(element: ElementTree.Element, what: str) -> str | None:
    """The note name of a <root> or <bass>."""
    step = (element.findtext(f"{what}-step") or "").strip()
    alter = round(Fraction((element.findtext(f"{what}-alter") or "0").strip()))
    if step not in STEPS or abs(alter) > 1:
        return None
    return step + {1: "#", -1: "b", 0: ""}[alter]


def chord_symbol(item: ElementTree.Element) -> Chord | None:
    """The chord of a <harmony> with what is added to it or altered in it ("7" with a flat ninth is "7b9"),
    None for "no chord"; a kind that is not known is read as its triad.
    """
    root, kind = item.find("root"), (item.findtext("kind") or "").strip()
    name = _name(root, "root") if root is not None else None
    if name is None or kind == "none":
        return None
    bass = item.find("bass")
    quality = _QUALITIES.get(kind, "m" if kind.startswith("minor") else "")
    for degree in item.iterfind("degree"):
        value, alter = degree.findtext("degree-value") or "", degree.findtext("degree-alter") or "0"
        quality = _ALTERED.get((quality, value.strip(), round(Fraction(alter.strip()))), quality)
    return Chord(name, quality, _name(bass, "bass") if bass is not None else None)
