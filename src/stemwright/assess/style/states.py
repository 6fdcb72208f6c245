"""Songs to be written for a style: usual tempi, keys, modes and forms, the same for a seed."""

from __future__ import annotations

from fractions import Fraction

from stemwright.compose.streams import Stream
from stemwright.compose.styles import style_of
from stemwright.song.form import parse_form
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState

FORMS = (
    "verse:4 chorus:4 verse:4 chorus:4",
    "intro:2 verse:4 chorus:4 verse:4 chorus:4 outro:2",
    "verse:8 chorus:8 verse:8 chorus:8",
    "intro:4 verse:8 chorus:8 bridge:4 chorus:8",
)
"""All have a section that returns, and a verse and a chorus."""
TWELVES = ("verse:12 chorus:12", "verse:12 verse:12 chorus:12", "intro:4 verse:12 chorus:12 verse:12")
"""Forms of styles whose sections have twelve bars."""
_OF_TWELVE = ("blues",)
_MODES = ("major",) * 3 + ("minor",) * 2


def state_of(style: str, seed: int) -> GlobalState:
    """A state in 4/4 without chords and rhythm map, of a style that the arranger plays."""
    stream = Stream(seed, "assessed state", style)
    low, high = style_of(style).bpm
    return GlobalState(
        bpm=Fraction(stream.between(low, high)),
        meter=Meter(4, 4),
        key=Key.from_pc(stream.below(12), stream.pick(_MODES)),
        sections=parse_form(stream.pick(TWELVES if style in _OF_TWELVE else FORMS)),
        style=style,
    )
