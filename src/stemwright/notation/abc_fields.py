"""The fields of ABC: keys with their modes, meters, unit notes, tempi."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from stemwright.notation.meters import UNKNOWN, summed
from stemwright.notation.naming import signature
from stemwright.notation.sheet import MODE_FIFTHS
from stemwright.song.meter import Meter
from stemwright.song.pitch import fifths_of

_KEY = re.compile(r"\s*([A-G])([#b]?)(?:\s*([A-Za-z]+))?")
_MODES = {mode[:3]: mode for mode in MODE_FIFTHS} | {"m": "minor"}
_METER = re.compile(r"\(?\s*([0-9]{1,3}(?:\s*\+\s*[0-9]{1,3}){0,7})\s*\)?\s*/\s*([0-9]{1,3})")
_UNIT = re.compile(r"([1-9][0-9]{0,2})\s*/\s*([1-9][0-9]{0,2})|1")
_BEATS = re.compile(r"((?:[1-9][0-9]{0,2}/[1-9][0-9]{0,2}\s*){1,4})=\s*([0-9]{1,4}(?:\.[0-9]{1,6})?)")
_SIGNS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_EXTRA = re.compile(r"(\^\^|\^|__|_|=)([a-gA-G])")
_MOVED = re.compile(r"(transpose|octave)=(-?[0-9]{1,2})")


class Keyed(NamedTuple):
    """What K: says: the signature as fifths, None where there is none; the mode; letter -> alteration."""

    fifths: int | None
    mode: str
    letters: dict[str, int]


def key_of(text: str) -> Keyed:
    """The key of K:. ValueError where it is none."""
    plain = text.strip()
    if plain[:2] in ("HP", "Hp"):
        return Keyed(2, "mixolydian", signature(2))
    found = _KEY.match(plain)
    if found is None:
        if plain == "" or plain.lower().startswith(("none", "clef", "perc", "exp", "treble", "bass", "alto")):
            return Keyed(None if "none" in plain.lower() else 0, "", signature(0) | _extra(plain))
        raise ValueError(f"K:{plain[:20]} is not a key; write for example K:Am or K:D dorian")
    word = (found[3] or "").lower()
    mode = _MODES.get(word if word == "m" else word[:3])
    if (
        mode is None
        and word
        and word[:3] not in ("cle", "exp", "tre", "bas", "alt", "ten", "tra", "oct", "per")
    ):
        raise ValueError(f"K:{plain[:20]} has no known mode; write for example K:Am or K:D dorian")
    mode = mode or "major"
    fifths = fifths_of(found[1] + found[2]) - MODE_FIFTHS[mode]
    fifths += 12 * (fifths < -7) - 12 * (fifths > 7)
    letters = signature(0 if re.search(r"\bexp\b", plain) else fifths) | _extra(plain[found.end() :])
    return Keyed(fifths, mode, letters)


def _extra(text: str) -> dict[str, int]:
    return {letter.upper(): _SIGNS[sign] for sign, letter in _EXTRA.findall(text)}


def semitones_of(text: str) -> int:
    """Semitones from what is written to what sounds, as K: or V: say ("transpose=-2", "octave=1", a clef that
    ends with -8 or +8).
    """
    found = {name: int(value) for name, value in _MOVED.findall(text)}
    clef = -12 if re.search(r"\b(treble|bass|alto|tenor)-8", text) else 0
    clef += 12 if re.search(r"\b(treble|bass|alto|tenor)\+8", text) else 0
    return found.get("transpose", 0) + 12 * found.get("octave", 0) + clef


def meter_of(text: str) -> Meter:
    """The meter of M:; `UNKNOWN` for free meter. ValueError where no song can have it."""
    plain = text.strip()
    if plain.lower() in ("none", ""):
        return UNKNOWN
    if plain in ("C", "c"):
        return Meter(4, 4)
    if plain in ("C|", "c|"):
        return Meter(2, 2)
    found = _METER.fullmatch(plain)
    meter = summed([(found[1], found[2])]) if found is not None else UNKNOWN
    if meter == UNKNOWN:
        raise ValueError(f"M:{plain[:20]} is not a meter that a song can have; write for example M:6/8")
    return meter


def unit_of(text: str) -> Fraction:
    """The unit note of L:, in whole notes. ValueError where it is none."""
    found = _UNIT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"L:{text.strip()[:20]} is not a length; write for example L:1/8")
    return Fraction(int(found[1]), int(found[2])) if found[1] else Fraction(1)


def usual_unit(meter: Meter) -> Fraction:
    """The unit note where no L: says it: a 16th in meters of less than three quarters, else an eighth."""
    return Fraction(1, 16) if Fraction(meter.n, meter.d) < Fraction(3, 4) else Fraction(1, 8)


def tempo_of(text: str, unit: Fraction) -> Fraction | None:
    """Quarter notes a minute of Q:; None where it only has words. ValueError where it is no tempo."""
    plain = re.sub(r'"[^"]*"', " ", text).strip()
    if not plain:
        return None
    found = _BEATS.fullmatch(plain)
    if found is not None:
        beat = sum((Fraction(part) for part in found[1].split()), Fraction(0))
        return beat * 4 * Fraction(found[2]) or None
    old = re.fullmatch(r"(?:C[0-9]{0,2}\s*=\s*)?([0-9]{1,4}(?:\.[0-9]{1,6})?)", plain)
    if old is None:
        raise ValueError(f"Q:{plain[:20]} is not a tempo; write for example Q:1/4=120")
    return unit * 4 * Fraction(old[1]) or None
