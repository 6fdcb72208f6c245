"""The layers a song usually has. The set is open: any well-formed name may be a layer, and its kind says what
it is played, written, mixed and drawn like. The kind is what the song gives it, else what its name says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stemwright.errors import Message, UsageError

LAYERS: tuple[str, ...] = ("drums", "bass", "harmony", "lead")
"""The known layers in their fixed order."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What layers of a kind have. `range`: lowest and highest pitch they usually keep to, None where there is
    none; `program`: General MIDI's, 0-based (of drums the kit); in the mix, `level_db`: loudness in LU beside
    the drums, `pan`: -1 left .. 1 right, `room_db`: how loud the room is beside it.
    """

    range: tuple[int, int] | None
    program: int
    level_db: float
    pan: float
    room_db: float


AUDIO = "audio"
"""The kind of recordings: neither written nor performed."""

KINDS: dict[str, Kind] = {
    "drums": Kind(None, 0, 0.0, 0.0, -13.0),
    "bass": Kind((28, 60), 33, -2.0, 0.0, -26.0),
    "harmony": Kind((36, 96), 0, -5.0, -0.4, -7.5),
    "lead": Kind((45, 96), 80, -3.0, 0.3, -8.0),
    AUDIO: Kind(None, 0, -4.0, 0.0, -12.0),
}
"""The kinds from the bottom of a score to its top: those of the known layers, and recordings."""

OTHER = "harmony"
"""The kind of a layer whose name tells none."""

_WORDS = {**{kind: kind for kind in KINDS}, "percussion": "drums"}
_OF_KIND = re.compile(rf"({'|'.join(_WORDS)})([-_0-9:].*)?")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def check_layer_name(name: object, field: str = "layer") -> str:
    """`name`, where it is a well-formed layer name; UsageError otherwise."""
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    raise UsageError(
        f"{field}: {str(name)[:40]!r} is not a layer name; use a-z, 0-9, _ and -, a letter first, at most 32",
        field=Message(field),
    )


def named_kind(layer: str) -> str | None:
    """The kind that a layer's name says: "bass" of "bass", "bass-2" and "bass2"; None of "bassoon"."""
    found = _OF_KIND.fullmatch(layer)
    return _WORDS[found[1]] if found else None


def role_of(layer: str, kind: str | None) -> str:
    """What a layer goes by wherever its name has to say its kind: its name where that does, or where no other
    kind is given; else the kind before it, "bass:pad" (no layer's name has a colon, so no two share a role).
    """
    return layer if kind in (None, named_kind(layer)) else f"{kind}:{layer}"


def kind_of(layer: str) -> str:
    """The kind of a layer, one of `KINDS`; `OTHER` where its name says none."""
    return named_kind(layer) or OTHER


def is_drums(layer: str) -> bool:
    """Whether a layer's pitches are drum pieces ("drums", "drums2", "drums-fill")."""
    return kind_of(layer) == "drums"


def ordered(names: list[str] | tuple[str, ...] | set[str]) -> list[str]:
    """Layer names in the fixed order: the known ones first, then the others by name."""
    return sorted(names, key=lambda name: (LAYERS.index(name) if name in LAYERS else len(LAYERS), name))
