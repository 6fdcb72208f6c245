"""The three Launchpads: what tells them apart. Facts: Novation's programmer's reference manuals."""

from __future__ import annotations

from dataclasses import dataclass

PADS = tuple(10 * row + column for row in range(1, 9) for column in range(1, 9))
"""LED numbers of the 64 pads, which are also their notes: row 1 is at the bottom."""
_TOP, _RIGHT = tuple(range(91, 99)), tuple(range(19, 90, 10))
_LOGO = 99


@dataclass(frozen=True, slots=True)
class Model:
    """`number`: the byte of its system exclusive header; `ports`: how the names of its ports begin, whichever
    system asks; `lights`: numbers of its LEDs; `most_specs`: lights that one message may set;
    `midi_port`: which of its ports, counted from 1, takes programmer mode where the system only counts them.
    """

    name: str
    number: int
    ports: tuple[str, ...]
    lights: tuple[int, ...]
    most_specs: int
    midi_port: int


PRO = Model(
    "Launchpad Pro MK3",
    0x0E,
    ("LPProMK3", "Launchpad Pro MK3"),
    (*PADS, 90, *_TOP, _LOGO, *_RIGHT, *range(10, 81, 10), *range(101, 109), *range(1, 9)),
    106,
    1,
)
X = Model("Launchpad X", 0x0C, ("LPX", "Launchpad X"), (*PADS, *_TOP, _LOGO, *_RIGHT), 81, 2)
MINI = Model(
    "Launchpad Mini MK3", 0x0D, ("LPMiniMK3", "Launchpad Mini MK3"), (*PADS, *_TOP, _LOGO, *_RIGHT), 81, 2
)
MODELS = (PRO, X, MINI)
