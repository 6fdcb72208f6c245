"""Chord qualities: their tones, and the many ways in which musicians write them.

A suffix is looked up as it stands, then read piece by piece ("7(b9,13)", "min9b5", "maj7+11") into tones,
and the tones are looked up. So every writing of a chord gives one quality with one name.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from stemwright.song.signs import plain_signs

QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7), "m": (0, 3, 7), "dim": (0, 3, 6), "aug": (0, 4, 8), "5": (0, 7),
    "sus2": (0, 2, 7), "sus4": (0, 5, 7), "6": (0, 4, 7, 9), "m6": (0, 3, 7, 9), "69": (0, 4, 7, 9, 14),
    "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11), "m7": (0, 3, 7, 10), "mmaj7": (0, 3, 7, 11),
    "dim7": (0, 3, 6, 9), "m7b5": (0, 3, 6, 10), "aug7": (0, 4, 8, 10), "7b5": (0, 4, 6, 10),
    "7sus4": (0, 5, 7, 10), "add9": (0, 4, 7, 14), "madd9": (0, 3, 7, 14),
    "9": (0, 4, 7, 10, 14), "maj9": (0, 4, 7, 11, 14), "m9": (0, 3, 7, 10, 14), "9sus4": (0, 5, 7, 10, 14),
    "7b9": (0, 4, 7, 10, 13), "7#9": (0, 4, 7, 10, 15), "7#11": (0, 4, 7, 10, 18),
    "11": (0, 4, 7, 10, 14, 17), "m11": (0, 3, 7, 10, 14, 17), "13": (0, 4, 7, 10, 14, 21),
    # Only append below: the order is part of what trained models know.
    "maj13": (0, 4, 7, 11, 14, 21), "m13": (0, 3, 7, 10, 14, 21), "13sus4": (0, 5, 7, 10, 14, 21),
    "9#11": (0, 4, 7, 10, 14, 18), "13#11": (0, 4, 7, 10, 14, 18, 21), "13b9": (0, 4, 7, 10, 13, 21),
    "7b13": (0, 4, 7, 10, 20), "7b9b13": (0, 4, 7, 10, 13, 20), "7#9b13": (0, 4, 7, 10, 15, 20),
    "7b9#11": (0, 4, 7, 10, 13, 18), "7#9#11": (0, 4, 7, 10, 15, 18), "7b9sus4": (0, 5, 7, 10, 13),
    "7b5b9": (0, 4, 6, 10, 13), "7b5#9": (0, 4, 6, 10, 15), "7#5b9": (0, 4, 8, 10, 13),
    "7#5#9": (0, 4, 8, 10, 15), "7alt": (0, 4, 10, 13, 15, 20), "9b5": (0, 4, 6, 10, 14),
    "aug9": (0, 4, 8, 10, 14), "maj7#11": (0, 4, 7, 11, 18), "maj9#11": (0, 4, 7, 11, 14, 18),
    "maj7b5": (0, 4, 6, 11), "maj7#5": (0, 4, 8, 11), "maj7sus2": (0, 2, 7, 11), "maj7sus4": (0, 5, 7, 11),
    "mmaj9": (0, 3, 7, 11, 14), "m9b5": (0, 3, 6, 10, 14), "m11b5": (0, 3, 6, 10, 14, 17),
    "m7#5": (0, 3, 8, 10), "m7b9": (0, 3, 7, 10, 13), "m69": (0, 3, 7, 9, 14), "m#5": (0, 3, 8),
    "dimmaj7": (0, 3, 6, 11), "7sus2": (0, 2, 7, 10), "sus2sus4": (0, 2, 5, 7),
    "add11": (0, 4, 7, 17), "madd11": (0, 3, 7, 17), "add#11": (0, 4, 7, 18), "69#11": (0, 4, 7, 9, 14, 18),
}  # fmt: skip
"""Chord quality -> semitones above the root, root first (9ths and above beyond the octave)."""

_NAMES = {
    "maj": "", "M": "", "min": "m", "-": "m", "°": "dim", "o": "dim", "+": "aug", "sus": "sus4",
    "M7": "maj7", "Δ": "maj7", "Δ7": "maj7", "min7": "m7", "-7": "m7", "mM7": "mmaj7", "mMaj7": "mmaj7",
    "°7": "dim7", "o7": "dim7", "ø": "m7b5", "ø7": "m7b5", "min7b5": "m7b5", "-7b5": "m7b5",
    "+7": "aug7", "7+": "aug7", "7#5": "aug7", "7sus": "7sus4", "9sus": "9sus4", "6/9": "69",
    "M9": "maj9", "min9": "m9", "-9": "m9",
    "min6": "m6", "-6": "m6", "min11": "m11", "alt": "7alt", "add2": "add9", "add4": "add11",
}  # fmt: skip
"""Usual writings, by which names that were always read keep their meaning."""

_SIGNS = str.maketrans({"^": "Δ", "(": " ", ")": " ", ",": " "})
_HEAD = re.compile(
    r"(maj|Maj|ma(?!dd)|Ma|MA|M|Δ|min|Min|mi|MI|m|-|dim|°|o|aug|\+|ø|h)?(6/9|69|13|11|9|7|6|5)?"
)
_PIECE = re.compile(
    r" *(?:(sus)(24|2|4)?|((?:maj|Maj|M)(?=[79])|Δ)(7|9)?|(add|no|omit)([#b]?)(2|3|4|5|6|9|11|13)"
    r"|([#b+-])(5|9|11|13)|(?<= )(6|7|9|11|13)) *"
)
_KINDS = {
    "maj": "maj", "ma": "maj", "m": "maj", "δ": "maj", "min": "m", "mi": "m", "-": "m",
    "dim": "dim", "°": "dim", "o": "dim", "aug": "aug", "+": "aug", "ø": "half", "h": "half", "": "",
}  # fmt: skip
_UPPER = {"2": 14, "4": 17, "6": 9, "9": 14, "11": 17, "13": 21}
_BY_TONES = {frozenset(tones): name for name, tones in QUALITIES.items()}
_NEAR = 0.6
"""How alike the letters of two suffixes are, from 0 to 1, that one may have been meant for the other."""
_SHIFTS = {"": 0, "b": -1, "-": -1, "#": 1, "+": 1}


def parse_quality(suffix: str) -> str | None:
    """The quality (a key of `QUALITIES`) that a chord symbol's suffix means; None where it means none."""
    tones = None
    plain = _NAMES.get(suffix, suffix)
    if plain not in QUALITIES:
        tones = tones_of(suffix)
        if tones is None:
            return None
        # Thirteenths and elevenths are written with and without the ninth that goes with them.
        plain = _BY_TONES.get(tones, _BY_TONES.get(tones | {14}, suffix))  # "" is plain major
    return plain if plain in QUALITIES else None


def nearest_quality(suffix: str) -> str | None:
    """For a suffix that means no quality, the one that is nearest: by its tones where they can be read, else
    by its letters; None where nothing is near.
    """
    tones = tones_of(suffix)
    if tones is not None:
        return max(QUALITIES, key=lambda name: _likeness(tones, frozenset(QUALITIES[name])))
    written = [name for name in (*QUALITIES, *_NAMES) if name]
    alike = {name: SequenceMatcher(None, suffix[:40], name).ratio() for name in written}
    near = max(written, key=lambda name: alike[name])
    return parse_quality(near) if alike[near] >= _NEAR else None


def _likeness(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other)


def tones_of(suffix: str) -> frozenset[int] | None:
    """Semitones above the root that a suffix spells out; None where some piece of it cannot be read."""
    text = plain_signs(suffix).translate(_SIGNS)
    head = _HEAD.match(text)
    assert head is not None  # every part of it may be missing
    word, number = head[1] or "", head[2] or ""
    kind = "m" if word == "m" else _KINDS[word.lower()]
    chord = _Tones(kind, number or ("7" if word == "Δ" else ""))
    at = head.end()
    while at < len(text.rstrip()):
        piece = _PIECE.match(text, at)
        if piece is None or piece.end() == at or not chord.add(piece):
            return None
        at = piece.end()
    return chord.all()


class _Tones:
    """A chord under construction: third, fifth and seventh by place, the rest as a set."""

    def __init__(self, kind: str, number: str) -> None:
        self.thirds = {3 if kind in ("m", "dim", "half") else 4}
        self.fifth: int | None = {"dim": 6, "half": 6, "aug": 8}.get(kind, 7)
        self.seventh: int | None = 10 if kind == "half" else None
        self.rest: set[int] = set()
        if number == "5":
            self.thirds = set()
        elif number in ("6", "69", "6/9"):
            self.rest = {9} if number == "6" else {9, 14}
        elif number:
            self.seventh = {"maj": 11, "dim": 9}.get(kind, 10)
            self.rest = {"7": set(), "9": {14}, "11": {14, 17}, "13": {14, 21}}[number]

    def add(self, piece: re.Match[str]) -> bool:
        """Take in one piece after the head; False where it contradicts what is there."""
        sus, which, major, high, change, sign, degree, alter, altered, plain = piece.groups()
        if sus:
            self.thirds = {"24": {2, 5}, "2": {2}}.get(which or "4", {5}) | (self.thirds & {2, 5})
        elif major:
            self.seventh = 11
            self.rest |= {14} if high == "9" else set()
        elif change in ("no", "omit"):
            return not sign and self._leave_out(degree)
        elif change or plain:
            return self._extend(plain or degree, sign or "")
        elif altered == "5":
            self.fifth = 7 + _SHIFTS[alter]
        else:
            return self._extend(altered, alter)
        return True

    def _leave_out(self, degree: str) -> bool:
        if degree == "3":
            self.thirds = set()
        elif degree == "5":
            self.fifth = None
        return degree in ("3", "5")

    def _extend(self, degree: str, sign: str) -> bool:
        """A tone above the triad. An altered one takes the place of the plain one."""
        if degree == "7":
            self.seventh = 10 + _SHIFTS[sign]
            return not sign
        if degree not in _UPPER:
            return False
        if sign:
            self.rest.discard(_UPPER[degree])
        self.rest.add(_UPPER[degree] + _SHIFTS[sign])
        return True

    def all(self) -> frozenset[int]:
        places = {0, *self.thirds, *self.rest}
        return frozenset(places | {tone for tone in (self.fifth, self.seventh) if tone is not None})
