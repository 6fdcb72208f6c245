"""What MusicXML's <direction> and <sound> say: loudness, tempo, swing, the name of a section."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree.ElementTree import Element

_LOUDNESS = {
    "pppp": 34, "ppp": 38, "pp": 46, "p": 56, "mp": 66, "mf": 78, "f": 92, "ff": 106, "fff": 116, "ffff": 122,
    "sf": 100, "sfz": 104, "fp": 76, "fz": 100, "sfp": 76,
}  # fmt: skip
_UNITS = dict(
    zip(("whole", "half", "quarter", "eighth", "16th"), (Fraction(4, 2**n) for n in range(5)), strict=True)
)
_DECIMAL = re.compile(r"[0-9]{1,4}(\.[0-9]{1,10})?", re.ASCII)
MAX_SECTION = 60


def loudness_of(item: Element) -> int | None:
    """The velocity that dynamics ask for; None where there are none."""
    found = None
    for marks in item.iter("dynamics"):
        for mark in marks:
            found = _LOUDNESS.get(mark.tag, found)
    return found


def bpm_of(item: Element) -> Fraction | None:
    """Quarter notes a minute: of the <sound>, else of a metronome mark; None where there are none."""
    for sound in item.iter("sound"):
        if sound.get("tempo"):
            return _tempo(sound.get("tempo", ""))
    metronome = item.find("direction-type/metronome")
    if metronome is None:
        return None
    unit = _UNITS.get((metronome.findtext("beat-unit") or "").strip())
    found = _DECIMAL.search(metronome.findtext("per-minute") or "")
    if unit is None or found is None or len(metronome.findall("beat-unit")) > 1:
        return None
    dotted = Fraction(3, 2) if metronome.find("beat-unit-dot") is not None else 1
    return _tempo(str(found[0]), unit * dotted)


def _tempo(text: str, unit: Fraction | int = 1) -> Fraction | None:
    """A tempo; None for one of 0. ValueError for what is no number."""
    if _DECIMAL.fullmatch(text.strip()) is None:
        raise ValueError(f"tempo {text[:20]!r}")
    return Fraction(text.strip()) * unit or None


def swing_of(item: Element) -> Fraction | None:
    """Where the second of two eighths falls, 1/2 to 3/4; None where nothing is said of it."""
    swing = item.find("swing") if item.tag == "sound" else item.find("sound/swing")
    if swing is None:
        return None
    first, second = (swing.findtext(name) or "" for name in ("first", "second"))
    if swing.find("straight") is not None or (swing.findtext("swing-type") or "eighth").strip() != "eighth":
        return Fraction(1, 2)
    if not all(re.fullmatch(r"[1-9][0-9]{0,3}", text.strip(), re.ASCII) for text in (first, second)):
        return Fraction(1, 2)
    ratio = Fraction(int(first), int(first) + int(second))
    return min(max(ratio, Fraction(1, 2)), Fraction(3, 4))


def section_of(item: Element) -> str:
    """The text of a rehearsal mark, "" where there is none."""
    texts = (mark.text or "" for mark in item.iterfind("direction-type/rehearsal"))
    return next((" ".join(text.split())[:MAX_SECTION] for text in texts if text.strip()), "")
