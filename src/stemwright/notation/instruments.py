"""What a MusicXML file's <part-list> says of each part: its name, its program, its drums."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

MAX_NAME = 100
_DRUM_CHANNEL = 10


@dataclass(slots=True)
class Listed:
    """A part as it is listed. `program`: General MIDI's, 0-based, None where none is said; `drums`: id of an
    instrument -> the pitch of its drum.
    """

    name: str = ""
    program: int | None = None
    drums: dict[str, int] = field(default_factory=dict)
    is_drums: bool = False


def part_list(root: Element) -> dict[str, Listed]:
    """Id of a part -> what is listed of it."""
    return {item.get("id", ""): _listed(item) for item in root.iterfind("part-list/score-part")}


def _listed(item: Element) -> Listed:
    out = Listed(" ".join((item.findtext("part-name") or "").split())[:MAX_NAME])
    for midi in item.iterfind("midi-instrument"):
        drum = _number(midi, "midi-unpitched")
        if drum is not None:
            out.drums[midi.get("id", "")] = drum - 1
        if _number(midi, "midi-channel") == _DRUM_CHANNEL:
            out.is_drums = True
        program = _number(midi, "midi-program")
        if program is not None and out.program is None:
            out.program = program - 1
    return out


def _number(item: Element, tag: str) -> int | None:
    """A number from 1 to 128; None where there is none."""
    text = (item.findtext(tag) or "").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0
    return number if 1 <= number <= 128 else None
