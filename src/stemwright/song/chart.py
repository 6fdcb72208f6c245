"""A chart: its bars as they are played, its sections, and what it says of its song.

Repeats, endings and signs for what came before are written out here; what a word means is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

from stemwright.errors import UsageError
from stemwright.song.chart_lyrics import has_lyrics, is_barred, lyric_tokens
from stemwright.song.chart_repeats import Bar, Played, Word, wrong
from stemwright.song.chart_sections import Labels, sections
from stemwright.song.chart_tokens import Token, chart_tokens
from stemwright.song.form import Section
from stemwright.song.signs import plain_signs

__all__ = ["Chart", "Word", "read_chart", "wrong"]

MAX_TEXT = 100_000
SAID = ("title", "key", "bpm", "meter")
"""What a chart may say of its song."""
_SAME = ("/", "%", ".", "x", "Kcl")
_SAME_BAR = ("%", "x", "Kcl")
_TWO_BARS = "%%"
_OVER = re.compile(r"W(/.+)?")
_BASS = re.compile(r"/[A-Ha-h](?:[#b]*|is|es|s)$")
_LINK = re.compile(r"\birealb(?:ook)?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chart:
    """`bars`: the words of every bar as it is played, at least one each. `sections`: () without labels.
    `facts`: what it says of `SAID`, as text. `remarks`: what was decided or passed over.
    """

    bars: tuple[tuple[Word, ...], ...]
    sections: tuple[Section, ...]
    facts: Mapping[str, str]
    remarks: tuple[str, ...]


@lru_cache(maxsize=2)  # key, form, chords and remarks are all asked of one text
def read_chart(text: str) -> Chart:
    """The chart that a text is. UsageError names the bar, the sign and its place where it cannot be one."""
    if len(text) > MAX_TEXT:
        raise UsageError(
            f"chords: the text has {len(text)} characters, at most {MAX_TEXT} are allowed", field="chords"
        )
    if _LINK.search(text):
        raise UsageError(
            "chords: a link of iReal Pro is scrambled; paste the chart itself, "
            'bars between |, e.g. "C^7 | A-7 | D-7 G7 | C6"',
            field="chords",
        )
    plain = plain_signs(text)
    sung = has_lyrics(plain)
    reader = _Reader()
    for token in lyric_tokens(plain) if sung else chart_tokens(plain):
        reader.take(token)
    reader.finish()
    remarks = [*reader.remarks, *reader.labels.remarks]
    if sung and not all(is_barred(line) for line in plain.split("\n") if "[" in line):
        remarks.append("chords among lyrics have a bar each where there are no bar lines")
    bars = reader.played.bars
    named = sections(bars, "verse" if sung else "intro") if reader.labels.any else ()
    return Chart(
        tuple(bar.words for bar in bars), named, MappingProxyType(reader.facts), tuple(dict.fromkeys(remarks))
    )


@dataclass(slots=True)
class _Reader:
    """Takes in tokens one by one."""

    played: Played = field(default_factory=Played)
    labels: Labels = field(default_factory=Labels)
    facts: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)  # of the bar that is open
    number: int = 0  # bars as written
    after_line: bool = False  # whether a bar line of its row stands before the bar that is open

    def take(self, token: Token) -> None:
        """The next token."""
        if token.kind == "word":
            self.words.append(Word(token.text, token.at, self.number + 1))
            return
        if self.after_line and token.text[0] in "|:" and self.played.bars and not self.words:
            self.words.append(Word("%", token.at, self.number + 1))  # an empty bar
        if token.kind != "fact":
            self._close_bar()
        self._act(token)
        self.after_line = token.kind in ("line", "double") and token.text[0] == "|"

    def finish(self) -> None:
        """All tokens are taken."""
        self._close_bar()
        self.played.go_on()
        if (opened := self.played.opened) is not None:
            raise self._wrong(opened, "this repeat never ends; write :| after its last bar")
        self.labels.close(self.played)
        if not self.played.bars:
            raise UsageError(
                'chords: the text is empty; write bars between |, e.g. "C | Am | F | G7"', field="chords"
            )

    def _act(self, token: Token) -> None:
        kind, at = token.kind, max(1, self.number)
        if kind in ("close", "both"):
            self.played.close(token, at)
        if kind in ("open", "both"):
            self.played.open(token, at)
        elif kind == "double":
            self.played.part()
        elif kind == "times":
            self.played.times(token)
        elif kind == "ending":
            self.played.end(token, at)
        elif kind in ("label", "end"):
            self._label(token)
        elif kind == "fact":
            self._fact(token)

    def _label(self, token: Token) -> None:
        self.played.go_on()
        if token.kind == "label":
            self.labels.begin(token.value, self.played)
        else:
            self.labels.end(self.played)
        self.played.part()

    def _fact(self, token: Token) -> None:
        said = f"{token.name} {token.value[:20]} passed over"
        if token.name not in SAID:
            self.remarks.append(f"{said}: chords are read as they are written")
        elif self.facts.setdefault(token.name, token.value) != token.value:
            self.remarks.append(f"{said}: a song has one, {self.facts[token.name][:20]}")

    def _close_bar(self) -> None:
        """Write down the bar that is open, if any."""
        words, self.words = self.words, []
        if not words:
            return
        self.played.go_on()
        if [word.text for word in words] == [_TWO_BARS]:
            self._bars_before(words[0], 2)
        elif len(words) == 1 and words[0].text in _SAME_BAR:
            self._bars_before(words[0], 1)
        else:
            self._bar(tuple(self._meant(words)))

    def _bars_before(self, word: Word, count: int) -> None:
        before = [bar.words for bar in self.played.bars[-count:]]
        if len(before) < count:
            few = "is no bar" if count == 1 else "are no two bars"
            raise wrong(word.bar, word.text, word.at, f"there {few} before it to repeat; write a chord")
        for words in before:
            self._bar(words)

    def _bar(self, words: tuple[Word, ...]) -> None:
        self.played.add([Bar(words, self.labels.name, self.labels.is_fresh(self.played))])
        self.number += 1

    def _meant(self, words: list[Word]) -> Iterator[Word]:
        """The words of a bar, with the chord before for every sign that repeats it."""
        last = self.played.bars[-1].words[-1] if self.played.bars else None
        for word in words:
            over = _OVER.fullmatch(word.text)
            if word.text not in _SAME and over is None:
                last = word
            elif last is None:
                raise wrong(word.bar, word.text, word.at, "there is no chord before it; write a chord")
            elif over is not None and over[1]:
                last = replace(word, text=_BASS.sub("", last.text) + over[1])
            yield last

    def _wrong(self, token: Token, problem: str) -> UsageError:
        return wrong(max(1, self.number), token.text, token.at, problem)
