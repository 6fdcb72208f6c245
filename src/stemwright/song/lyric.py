"""The lyric lane of a song: lines of text over bars, each in syllables that stand at ticks.

The syllables of a line, put one after the other, are its text. docs/formats.md has the form in `song.json`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError, shown
from stemwright.song.fields import expect_fields, expect_int, expect_list, expect_text
from stemwright.song.layers import check_layer_name
from stemwright.song.takes import is_sha

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState

MAX_LINES = 1000
MAX_SYLLABLES = 120
"""Of a line."""
MAX_SIGNS = 400
"""Of a line's text."""
MAX_BAR = 4096
JOINERS = "\u200c\u200d"
"""Signs without a width that some scripts need within a word."""
_MAX_TICK = 2**31 - 1
_FIELDS = ("bar", "bars", "syllables", "stress", "ticks")


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `bar`: its first one, from 0; `bars`: how many it may be sung in. `syllables`: with the
    blanks and signs that follow them. `stress`: a digit each: 1 stressed, 2 half, 0 not. `ticks`: where each
    begins, from its first bar's beginning, upwards; () where they did not fit. `by_hand`: a person placed it,
    so it stays there. UsageError names the field that is wrong.
    """

    bar: int
    bars: int
    syllables: tuple[str, ...]
    stress: str
    ticks: tuple[int, ...] = ()
    by_hand: bool = False

    def __post_init__(self) -> None:
        expect_int(self.bar, "bar", 0, MAX_BAR - 1)
        expect_int(self.bars, "bars", 1, MAX_BAR - self.bar)
        check_text(self.text)
        if len(self.syllables) > MAX_SYLLABLES:
            raise UsageError(f"syllables: {len(self.syllables)} in a line; at most {MAX_SYLLABLES}")
        if any(not syllable.strip() or syllable[0] == " " for syllable in self.syllables):
            raise UsageError("syllables: each should have a sign, and begin with one")
        if len(self.stress) != len(self.syllables) or self.stress.strip("012"):
            raise UsageError(f"stress: {shown(self.stress)} should be a digit 0, 1 or 2 for each syllable")
        if len(self.ticks) not in (0, len(self.syllables)):
            raise UsageError(f"ticks: {len(self.ticks)} given; give one for each syllable, or none")
        if any(a >= b for a, b in pairwise((-1, *self.ticks))):
            raise UsageError("ticks: should go upwards from 0")

    @property
    def text(self) -> str:
        """The line as one reads it."""
        return "".join(self.syllables)

    def span(self, state: GlobalState) -> tuple[int, int]:
        """The ticks of its bars, from the song's beginning: the first, and the one after the last."""
        stop = min(self.bar + self.bars, state.bars)
        return state.bar_tick(self.bar), state.bar_tick(max(stop, self.bar))

    def placed(self, state: GlobalState) -> tuple[int, ...]:
        """Where its syllables begin, in ticks from the song's beginning."""
        start = state.bar_tick(self.bar)
        return tuple(start + tick for tick in self.ticks)

    def at(self, ticks: Iterable[int], state: GlobalState) -> Line:
        """This line with its syllables at such ticks of the song."""
        start = state.bar_tick(self.bar)
        return replace(self, ticks=tuple(tick - start for tick in ticks))


@dataclass(frozen=True, slots=True)
class Lyrics:
    """The lines, in the order of their bars. `layer`: the melody that they are sung to; None: to the beats.
    `score`, `meter`: the SHA-256 of its notes and the meters that the syllables were placed by. `language`:
    of the words, two letters, "" where it is not known.
    """

    lines: tuple[Line, ...]
    layer: str | None = None
    score: str | None = None
    meter: str = ""
    language: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.lines) <= MAX_LINES:
            raise UsageError(f"lyrics.lines: {len(self.lines)} given; give 1 to {MAX_LINES}")
        if self.layer is not None:
            check_layer_name(self.layer, "lyrics.layer")
        if self.score is not None and not is_sha(self.score):
            raise UsageError(f"lyrics.score_sha256: {shown(self.score)} should be 64 hex digits")
        if len(self.meter) > 65536 or not self.meter.isascii():
            raise UsageError("lyrics.meter: is no meter")
        if self.language and not (len(self.language) == 2 and self.language.isascii()):
            raise UsageError(f"lyrics.language: {shown(self.language)} should be two letters")
        if any(a.bar > b.bar for a, b in pairwise(self.lines)):
            raise UsageError("lyrics.lines: should be in the order of their bars")

    def line(self, number: int) -> Line:
        """A line by its number, from 1. UsageError where there is none."""
        if not 1 <= number <= len(self.lines):
            raise UsageError(f"line {number}: is not there; the lyrics have lines 1 to {len(self.lines)}")
        return self.lines[number - 1]


def check_text(text: str) -> None:
    """UsageError for what is no line of text: empty, too long, with signs that cannot be printed."""
    if text != text.strip() or not text:
        raise UsageError("text: a line should have signs, and no blanks around them")
    if len(text) > MAX_SIGNS:
        raise UsageError(f"text: {text[:40]!r}... has {len(text)} signs; at most {MAX_SIGNS} are allowed")
    if not all(sign.isprintable() or sign in JOINERS for sign in text):
        raise UsageError(f"text: {text[:40]!r} has signs that cannot be printed; take them out")


def lyrics_to_json(lyrics: Lyrics) -> dict[str, Any]:
    """The lane as `song.json` has it; bars are counted from 1."""
    lines = []
    for line in lyrics.lines:
        told: dict[str, Any] = {name: getattr(line, name) for name in _FIELDS}
        told |= {"bar": line.bar + 1, "syllables": list(line.syllables), "ticks": list(line.ticks)}
        lines.append({**told, "by_hand": True} if line.by_hand else told)
    head = {"layer": lyrics.layer, "score_sha256": lyrics.score, "meter": lyrics.meter}
    return {**head, "language": lyrics.language, "lines": lines}


def lyrics_from_json(value: object) -> Lyrics:
    """The lane in a `song.json`. UsageError names the field that is wrong."""
    fields = expect_fields(value, "lyrics", ("layer", "score_sha256", "meter", "language", "lines"))
    lines = expect_list(fields["lines"], "lyrics.lines")
    if len(lines) > MAX_LINES:
        raise UsageError(f"lyrics.lines: {len(lines)} given; at most {MAX_LINES} are allowed")
    texts = {
        name: None if fields[name] is None else expect_text(fields[name], f"lyrics.{name}")
        for name in ("layer", "score_sha256")
    }
    return Lyrics(
        tuple(_line(item, f"lyrics.lines[{number}]") for number, item in enumerate(lines, 1)),
        texts["layer"],
        texts["score_sha256"],
        expect_text(fields["meter"], "lyrics.meter"),
        expect_text(fields["language"], "lyrics.language"),
    )


def _line(value: object, where: str) -> Line:
    fields = expect_fields(value, where, _FIELDS, ("by_hand",))
    if fields.get("by_hand", True) is not True:
        raise UsageError(f"{where}.by_hand: should be true, or left out")
    syllables = expect_list(fields["syllables"], f"{where}.syllables")
    ticks = expect_list(fields["ticks"], f"{where}.ticks")
    try:
        return Line(
            expect_int(fields["bar"], "bar", 1, MAX_BAR) - 1,
            expect_int(fields["bars"], "bars", 1, MAX_BAR),
            tuple(expect_text(syllable, "syllables") for syllable in syllables),
            expect_text(fields["stress"], "stress"),
            tuple(expect_int(tick, "ticks", 0, _MAX_TICK) for tick in ticks),
            "by_hand" in fields,
        )
    except UsageError as error:
        raise UsageError(f"{where}.{error.marked}") from None
