"""Random global states, as training data wants them: every style, key and usual meter, 4 to 32 bars."""

from __future__ import annotations

from fractions import Fraction

from stemwright.compose.streams import Stream
from stemwright.compose.styles import NAMES, style_of
from stemwright.song.harmony import Key
from stemwright.song.state import GlobalState, Meter, Section

_METERS = ("4/4",) * 15 + ("3/4", "3/4", "6/8", "12/8", "7/8", "5/4")
_MODES = ("major",) * 9 + ("minor",) * 8 + ("dorian", "mixolydian", "lydian", "phrygian")
_FORMS = (
    "verse:4", "chorus:4", "verse:8", "chorus:8", "verse:4 chorus:4", "intro:4 verse:4", "intro:2 verse:8",
    "verse:8 chorus:8", "verse:8 bridge:4 chorus:8", "intro:4 verse:8 chorus:8", "chorus:8 outro:4",
    "intro:4 verse:8 chorus:8 outro:4", "verse:4 chorus:4 verse:4 chorus:4", "bridge:8 chorus:8",
    "intro:2 verse:4 chorus:4 outro:2", "solo:8 chorus:4", "intro:4 verse:8 chorus:8 verse:4 chorus:8",
    "verse:6 chorus:6", "prechorus:4 chorus:8", "intro:4 verse:4 outro:4",
)  # fmt: skip


def _bpm(low: int, high: int, stream: Stream) -> Fraction:
    """A tempo in the range, in tenths; at times somewhat outside it."""
    if stream.chance(15):
        low, high = max(40, low * 4 // 5), min(220, high * 6 // 5)
    tenths = stream.between(low * 10, high * 10)
    return Fraction(tenths if stream.chance(40) else tenths // 10 * 10, 10)


def random_state(seed: int) -> GlobalState:
    """A random state without chords and rhythm map; the same for the same seed."""
    stream = Stream(seed, "random state")
    style = style_of(stream.pick(NAMES))
    sections = []
    for part in stream.pick(_FORMS).split():
        name, _, bars = part.partition(":")
        sections.append(Section(name, int(bars)))
    return GlobalState(
        bpm=_bpm(*style.bpm, stream),
        meter=Meter.parse(stream.pick(_METERS)),
        key=Key.from_pc(stream.below(12), stream.pick(_MODES)),
        sections=tuple(sections),
        style=style.name,
    )
