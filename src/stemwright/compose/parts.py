"""Parts that a band may have beside drums, bass, harmony and lead: their kinds, who writes them, what they
are played in, where they stand in the mix, and from which section on they play. Which layers were asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from stemwright.compose.style import Style
from stemwright.errors import UsageError, argument
from stemwright.song.layers import AUDIO, LAYERS, check_layer_name, kind_of, named_kind, role_of


@dataclass(frozen=True, slots=True)
class Part:
    """A known part. `writer`: see `arranger`; `timbres`: what it is played in, the first that the harmony is
    not; in the mix, `gain_db`: louder than its kind, and `pan`; `light`, `full`: the energy (0..9) of the
    sections in which it joins lightly, and wholly; `stands_in`: it takes the place of its kind's known layer
    where a song lacks that.
    """

    kind: str
    writer: str
    timbres: tuple[str, ...]
    gain_db: float
    pan: float
    light: int
    full: int
    stands_in: bool = False


PARTS: dict[str, Part] = {
    "percussion": Part("drums", "percussion", ("percussion",), -7.0, 0.4, 5, 6),
    "congas": Part("drums", "percussion", ("percussion",), -7.0, 0.4, 5, 6),
    "shaker": Part("drums", "percussion", ("percussion",), -12.0, -0.5, 4, 6),
    "tambourine": Part("drums", "percussion", ("percussion",), -11.0, 0.5, 6, 8),
    "sub": Part("bass", "sub", ("sine",), -4.0, 0.0, 3, 8),
    "pad": Part("harmony", "pad", ("new age pad", "strings"), -4.0, 0.1, 3, 8),
    "strings": Part("harmony", "pad", ("strings", "choir"), -3.0, -0.15, 5, 8),
    "choir": Part("harmony", "pad", ("choir",), -4.0, 0.2, 5, 8),
    "guitar": Part("harmony", "guitar2", ("steel guitar", "clean guitar"), -1.0, 0.5, 5, 6, True),
    "guitar2": Part("harmony", "guitar2", ("clean guitar", "steel guitar"), -1.0, 0.5, 5, 6, True),
    "keys": Part("harmony", "guitar2", ("epiano", "organ"), -2.0, 0.45, 5, 6, True),
    "piano": Part("harmony", "guitar2", ("piano", "concert grand"), -2.0, 0.45, 5, 6, True),
    "organ": Part("harmony", "guitar2", ("organ", "flute organ"), -3.0, 0.35, 5, 6, True),
    "arp": Part("harmony", "guitar2", ("polysynth", "fm piano"), -4.0, 0.5, 5, 6, True),
    "brass": Part("harmony", "brass", ("brass",), -2.0, 0.35, 6, 8),
    "horns": Part("harmony", "brass", ("brass",), -2.0, 0.35, 6, 8),
    "counter": Part("lead", "counter", ("violin", "clarinet"), -4.0, -0.35, 6, 8, True),
}  # fmt: skip
"""The known parts by name; "pad-2" and "pad2" are pads."""

TABLES = ("pad", "guitar2", "brass")
"""The writers whose patterns a style may bring, as chords; those of "percussion" are drums'."""

MAX_LAYERS = 16
"""Layers that a new song may be asked to have: more than a listener can tell apart, and what a mix has room
for.
"""

_FURTHER = {"drums": "percussion", "bass": "sub", "harmony": "guitar2", "lead": "counter"}
"""What a further layer of a kind is, where its name tells none: "harmony-2" is a second guitar."""
_NUMBER = re.compile(r"[-_]?[0-9]+")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that a new song is to have. `part`: None for the four known layers and names of one's own."""

    name: str
    kind: str
    part: Part | None

    @property
    def role(self) -> str:
        """What it goes by wherever its name has to say its kind."""
        return role_of(self.name, self.kind)


def known_part(name: str) -> Part | None:
    """The known part that a layer's name says, a number at its end aside."""
    if name in PARTS:
        return PARTS[name]
    found = _NUMBER.search(name)
    bare = name[: found.start()] if found and found.end() == len(name) else name
    return PARTS.get(bare)


def part_of(role: str, band: Collection[str] = LAYERS) -> Part | None:
    """The part that a layer plays in a band of such roles; None for the drums, bass, harmony or lead itself.

    A song without, say, "harmony" has it played by its first layer of that kind that can.
    """
    kind, name = kind_of(role), role.rpartition(":")[2]
    if kind == AUDIO or role == kind:
        return None
    found = known_part(name)
    part = found if found is not None and found.kind == kind else None
    if (part is None or part.stands_in) and kind not in band:
        others = [other for other in band if kind_of(other) == kind and _may_lead(other)]
        if not others or min(others, key=_rank) == role:
            return None
    return part or PARTS[_FURTHER[kind]]


def _may_lead(role: str) -> bool:
    part = known_part(role.rpartition(":")[2])
    return part is None or part.kind != kind_of(role) or part.stands_in


def _rank(role: str) -> tuple[bool, str]:
    """Names of one's own come before known parts."""
    return known_part(role.rpartition(":")[2]) is not None, role


def parse_layers(texts: Iterable[str], field: str) -> tuple[Layer, ...]:
    """The layers that "drums", "pad" or "strings2:harmony" mean. UsageError, naming `field`, for none, names
    that say no kind, doubles and too many.
    """
    found: dict[str, Layer] = {}
    texts = [text.strip() for text in texts]
    if not any(texts):
        raise UsageError(f"{field}: names no layer; write for example {','.join(LAYERS)}")
    if len(texts) > MAX_LAYERS:
        raise UsageError(f"{field}: {len(texts)} layers given; give at most {MAX_LAYERS}")
    for text in texts:
        layer = _layer(text, field)
        if layer.name in found:
            raise UsageError(f"{field}: {layer.name!r} is given twice; give a second one a name of its own")
        found[layer.name] = layer
    return tuple(found.values())


def _layer(text: str, field: str) -> Layer:
    name, colon, said = text.partition(":")
    check_layer_name(name.strip(), field)
    name, said = name.strip(), said.strip()
    if colon and said == AUDIO:
        raise UsageError(
            f"{field} {text[:40]!r}: a layer of kind {AUDIO} begins with a recording; add it with: "
            f"stemwright layer add DIR {name.strip()} {argument('audio')} FILE"
        )
    if colon and said not in LAYERS:
        raise UsageError(f"{field} {text[:40]!r}: {said[:20]!r} is no kind; use {', '.join(LAYERS)}")
    part = known_part(name)
    kind = said or (part.kind if part else named_kind(name))
    if kind is None or kind == AUDIO:
        raise UsageError(
            f"{field}: what is {name!r}? Add its kind, {name}:harmony ({', '.join(LAYERS)}), or name one of "
            f"{', '.join((*LAYERS, *PARTS))}"
        )
    return Layer(name, kind, part if part and part.kind == kind else None)


def timbre_of(style: Style, part: Part, name: str) -> str:
    """What a style plays a part in: as its file says, else the part's first that its harmony is not."""
    said = style.timbres.get(name) or style.timbres.get(part.writer)
    others = [timbre for timbre in part.timbres if timbre != style.timbres.get("harmony")]
    return said or (others or list(part.timbres))[0]
