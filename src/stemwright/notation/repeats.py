"""What tells the order in which printed bars are played: repeats, endings, da capo, dal segno, coda, fine.

Read from MusicXML's barlines, from the attributes of <sound>, and from words where a file only prints them.
Reference: https://www.w3.org/2021/06/musicxml40/ (elements <repeat>, <ending> and <sound>).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from xml.etree.ElementTree import Element

MAX_TIMES = 8
_NUMBERS = re.compile(r"[0-9]{1,2}", re.ASCII)
_WORDS = {
    "dacapo": re.compile(r"d\.? ?c\.?( |$)|da capo"),
    "dalsegno": re.compile(r"d\.? ?s\.?( |$)|dal segno"),
    "fine": re.compile(r"fine\.?"),
    "tocoda": re.compile(r"to coda"),
}


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one bar.

    `forward`: a repeat begins here; `times`: it ends here and is played so often in all (0: none ends).
    `endings`: the passes on which the ending that begins here is played; `ending_stop`: one ends here.
    """

    forward: bool = False
    times: int = 0
    endings: tuple[int, ...] = ()
    ending_stop: bool = False
    segno: bool = False
    coda: bool = False
    tocoda: bool = False
    fine: bool = False
    dacapo: bool = False
    dalsegno: bool = False
    rehearsal: bool = False

    def merged(self, other: Marks) -> Marks:
        """What either of two parts has at this bar."""
        return Marks(*(getattr(self, name) or getattr(other, name) for name in self.__slots__))

    @property
    def begins(self) -> bool:
        """Whether a listener would say that something begins here."""
        return self.forward or self.segno or self.coda or self.rehearsal


NO_MARKS = Marks()


def marks_of(measure: Element) -> Marks:
    """The marks of a <measure>; what is not understood is passed over."""
    found: dict[str, bool | int | tuple[int, ...]] = {}
    for barline in measure.iterfind("barline"):
        found |= _repeat(barline) | _ending(barline)
    for sound in measure.iter("sound"):
        for name in ("segno", "coda", "tocoda", "fine", "dacapo", "dalsegno"):
            if sound.get(name) not in (None, "no"):
                found[name] = True
    for direction in measure.iterfind("direction/direction-type"):
        for item in direction:
            found |= _direction(item)
    return Marks(**found) if found else NO_MARKS  # type: ignore[arg-type]


def _repeat(barline: Element) -> dict[str, bool | int | tuple[int, ...]]:
    repeat = barline.find("repeat")
    if repeat is None:
        return {}
    if repeat.get("direction") == "forward":
        return {"forward": True}
    times = repeat.get("times", "2")
    return {"times": max(2, min(MAX_TIMES, int(times))) if _NUMBERS.fullmatch(times) else 2}


def _ending(barline: Element) -> dict[str, bool | int | tuple[int, ...]]:
    ending = barline.find("ending")
    if ending is None:
        return {}
    if ending.get("type") != "start":
        return {"ending_stop": True}
    numbers = islice(_NUMBERS.findall(ending.get("number", "")), MAX_TIMES)
    return {"endings": tuple(int(number) for number in numbers)}


def _direction(item: Element) -> dict[str, bool | int | tuple[int, ...]]:
    if item.tag in ("segno", "coda", "rehearsal"):
        return {item.tag: True}
    if item.tag != "words":
        return {}
    text = " ".join((item.text or "").lower().split())
    return {name: True for name, word in _WORDS.items() if word.match(text) and _alone(name, text)}


def _alone(name: str, text: str) -> bool:
    """Whether a word stands for itself: "rall. al fine" is no fine."""
    return name != "fine" or _WORDS["fine"].fullmatch(text) is not None
