"""Songs as charts: sections with their bars, and chords bar by bar where they are known; no notes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from stemwright.compose.degrees import chords_in

HELD_ONE_IN = 5
"""Of so many songs one is kept for measuring."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section. `name`: as `compose.form` reads it, "" where nobody said; `chords`: a text a bar as
    `compose.degrees` has them, () where they are not known.
    """

    name: str
    bars: int
    chords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Charted:
    """A song. `family`: of `compose.style.GENRES`; `mode`: "major" or "minor"; `bpm`: quarter notes a
    minute, 0 where nobody said; `bars` of parts are 0 where only their order is known.
    """

    source: str
    title: str
    family: str
    mode: str
    meter: str
    bpm: int
    parts: tuple[Part, ...]

    @property
    def held_out(self) -> bool:
        """Whether it is one of those that nothing is learned from: the same for every annotation of a song,
        by its title.
        """
        plain = re.sub(r"[^a-z0-9]", "", self.title.lower())
        return hashlib.sha256(plain.encode()).digest()[0] % HELD_ONE_IN == 0


_NAMES = {
    "verse": "verse",
    "theme": "verse",
    "maintheme": "verse",
    "head": "verse",
    "rap": "verse",
    "raps": "verse",
    "chorus": "chorus",
    "refrain": "chorus",
    "hook": "chorus",
    "altchorus": "chorus",
    "postchorus": "+",
    "quietchorus": "breakdown",
    "prechorus": "prechorus",
    "prec": "prechorus",
    "pc": "prechorus",
    "bridge": "bridge",
    "middleeight": "bridge",
    "interlude": "interlude",
    "trans": "interlude",
    "transition": "interlude",
    "preverse": "interlude",
    "mainriff": "interlude",
    "link": "interlude",
    "solo": "solo",
    "gtr": "solo",
    "instrumental": "solo",
    "inst": "solo",
    "instchorus": "solo",
    "chorusinst": "solo",
    "instrumentalverse": "solo",
    "jam": "solo",
    "intro": "intro",
    "outro": "outro",
    "coda": "outro",
    "fadeout": "outro",
    "ending": "outro",
    "break": "breakdown",
    "breakdown": "breakdown",
    "build": "build",
    "buildup": "build",
    "drop": "drop",
    "vr": "verse",
    "vrf": "verse",
    "ch": "chorus",
    "rf": "chorus",
    "br": "bridge",
    "so": "solo",
    "in": "intro",
    "ou": "outro",
    "co": "outro",
    "tg": "outro",
    "tag": "outro",
    "ln": "interlude",
    "li": "interlude",
    "tr": "interlude",
}
SILENT = frozenset({"silence", "end", "noise", "z", "spoken", "applause"})
"""Labels of what is no section."""


def named(label: str) -> str | None:
    """The section's name that a label of an annotator means ("Pre-Chorus", "verse2"): "" for a label that
    says nothing, "+" for more of what went before, None for what is no music.
    """
    word = re.sub(r"[^a-z]", "", label.lower())
    return None if word in SILENT else _NAMES.get(word, "")


def joined(found: Sequence[Part]) -> tuple[Part, ...]:
    """Parts with those that are more of the one before added to it, and what is a bar or less beside them."""
    out: list[Part] = []
    for part in found:
        again = bool(out) and (part.name == "+" or (part.name == "outro" == out[-1].name))
        if again or (out and 0 < part.bars < 2 and part.name in ("", "interlude", "outro")):
            last = out.pop()
            out.append(Part(last.name, last.bars + part.bars, last.chords + part.chords))
        else:
            out.append(Part("", part.bars, part.chords) if part.name == "+" else part)
    return tuple(out)


def mode_of(bars: Sequence[str]) -> str:
    """Major or minor: by the third that chords on the tonic have, where there is any."""
    found = {"major": 0, "minor": 0}
    for bar in bars:
        for chord in chords_in(bar):
            if chord.partition(":")[0] == "1":
                minor = chord.partition(":")[2].startswith(("m", "dim")) and not chord.startswith("1:maj")
                found["minor" if minor else "major"] += 1
    return "minor" if found["minor"] > found["major"] else "major"


def all_bars(found: Sequence[Part]) -> list[str]:
    """The bars of some parts, one after the other."""
    return [bar for part in found for bar in part.chords]
