"""Songs of the arranger among the composer's: whole songs in every style, with sections that come again."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from stemwright.compose.arranger import arrange
from stemwright.compose.streams import Stream
from stemwright.compose.styles import BOOK, style_of
from stemwright.corpus.readers.bandsongs import on_grid
from stemwright.corpus.song import CorpusSong
from stemwright.errors import UsageError, argument
from stemwright.song.form import parse_form
from stemwright.song.harmony import Key
from stemwright.song.layers import LAYERS
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState

SOURCE = "arranger"
MOST = 10_000
"""Songs that may be asked for: more than all others together by far."""
FORMS = (
    "intro:4 verse:8 chorus:8 verse:8 chorus:8 outro:4",
    "verse:8 chorus:8 verse:8 chorus:8 bridge:8 chorus:8",
    "intro:4 verse:8 prechorus:4 chorus:8 verse:8 prechorus:4 chorus:8",
    "intro:2 verse:8 verse:8 chorus:8 verse:8 chorus:8 outro:2",
    "verse:8 verse:8 bridge:8 verse:8",
    "intro:4 verse:16 chorus:8 verse:16 chorus:8",
    "intro:4 chorus:8 verse:8 chorus:8 solo:8 chorus:8 outro:4",
    "verse:4 chorus:4 verse:4 chorus:4 bridge:4 chorus:4",
)
"""In each a section returns."""
TWELVES = (
    "verse:12 verse:12 chorus:12 verse:12",
    "intro:4 verse:12 verse:12 solo:12 verse:12",
    "verse:12 chorus:12 verse:12 chorus:12",
)
OF_TWELVE = ("blues",)
_MODES = ("major",) * 10 + ("minor",) * 10 + ("dorian",) * 2 + ("mixolydian",) * 2
_METERS = ("4/4",) * 17 + ("3/4", "3/4", "6/8")


def checked_count(count: int) -> None:
    """UsageError for a number of songs that nobody can mean."""
    if not 0 <= count <= MOST:
        raise UsageError(f"{argument('arranged')} {count}: give a number of songs, 0 to {MOST}")


def arranged_songs(count: int) -> Iterator[CorpusSong]:
    """So many songs, the styles in turn; each follows from its number and how the arranger writes now."""
    for number in range(count):
        yield arranged(number)


def arranged(number: int) -> CorpusSong:
    """The song of a number (from 0)."""
    made = arrange(state_of(number), LAYERS, number)
    # Real songs have no rhythm map, and the composer is told none.
    state = made.state.with_(rhythm=None)
    timing = "grid" if on_grid(dict(made.scores)) else "human"
    name = f"arranger-{number:04d}"
    return CorpusSong(state, made.scores, source=SOURCE, name=name, timing=timing, chords="given")


def state_of(number: int) -> GlobalState:
    """A state with a form, a tempo and a meter that are usual in the number's style; its chords are open."""
    stream = Stream(number, "song of the corpus")
    style = style_of(BOOK[number % len(BOOK)])
    slow, fast = style.bpm
    return GlobalState(
        bpm=Fraction(stream.between(slow, fast)),
        meter=style.meter or Meter.parse(stream.pick(_METERS)),
        key=Key.from_pc(stream.below(12), stream.pick(_MODES)),
        sections=parse_form(stream.pick(TWELVES if style.name in OF_TWELVE else FORMS)),
        style=style.name,
    )
