"""Repeats and endings of a chart, played out: `|: A |1. B :|2. C |` is A B A C."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from stemwright.errors import UsageError
from stemwright.song.chart_tokens import Token
from stemwright.song.state import MAX_BARS


@dataclass(frozen=True, slots=True)
class Word:
    """A chord's symbol, its character in the text and its bar as written, both from 1."""

    text: str
    at: int
    bar: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that is played. `section`: its name, if any; `fresh`: whether a section begins here."""

    words: tuple[Word, ...]
    section: str | None
    fresh: bool = False


def wrong(bar: int, text: str, at: int, problem: str) -> UsageError:
    """What is wrong at a place of a chart."""
    return UsageError(f"chords: bar {bar}, {text[:40]!r} (character {at}): {problem}", field="chords")


@dataclass(slots=True)
class Played:
    """`bars` as they are played so far. Methods raise UsageError where a sign makes no sense; `number` is the
    bar as written at which it stands.
    """

    bars: list[Bar] = field(default_factory=list)
    opened: Token | None = None  # the `|:` that is not closed yet
    mark: int = 0  # the first bar that a repeat plays again
    repeated: list[Bar] = field(default_factory=list)  # what the `:|` just before played again
    body: list[Bar] | None = None  # what stands before the endings; None where there are none
    passes: list[int] = field(default_factory=list)  # of the ending that is open
    ending: int = 0  # its first bar
    returned: bool = False  # whether it has ended with `:|`

    def add(self, bars: Sequence[Bar], times: int = 1) -> None:
        """Play bars so many times."""
        if len(self.bars) + len(bars) * times > MAX_BARS:
            raise UsageError(f"chords: the text has over {MAX_BARS} bars; write fewer", field="chords")
        self.bars += list(bars) * times

    def go_on(self) -> None:
        """A bar follows that is no ending. A first ending without a second is left out the second time."""
        self.repeated = []
        if self.body is not None and self.returned:
            if self.passes == [1]:
                self.add(self.body)
            self.returned = False
            self._set_mark()

    def part(self) -> None:
        """A double bar line, or a new section: repeats do not go back behind it."""
        if self.opened is None and not self.returned:
            self._set_mark()

    def open(self, token: Token, number: int) -> None:
        """`|:`"""
        self.go_on()
        if self.opened is not None:
            raise wrong(
                number, token.text, token.at, "a repeat within a repeat; close the first or write it out"
            )
        self.opened = token
        self._set_mark()

    def close(self, token: Token, number: int) -> None:
        """`:|`"""
        self.opened = None
        if self.body is not None:
            self._play_ending_again()
            self.returned = True
            return
        self.repeated = self._since(self.mark)
        if not self.repeated:
            raise wrong(number, token.text, token.at, "there are no bars before it to repeat")
        self.add(self.repeated)
        self.mark = len(self.bars)

    def times(self, token: Token) -> None:
        """`x3`: after `:|` what that plays again, else the bars from the mark on, three times in all."""
        times = int(token.value)
        unit = self.repeated or self._since(self.mark)
        problem = "has no bars before it to repeat" if not unit or times < 1 else None
        if self.body is not None:
            problem = "stands after endings; write their passes instead, 1.2. for two"
        if problem is not None:
            raise UsageError(f"chords: {token.text!r} (character {token.at}): {problem}", field="chords")
        if self.repeated and times == 1:
            del self.bars[-len(unit) :]
        else:
            self.add(unit, times - (2 if self.repeated else 1))
        self.opened, self.repeated = None, []
        self._set_mark()

    def end(self, token: Token, number: int) -> None:
        """An ending begins: "1.", or "1.2." of two passes."""
        due = self.passes[-1] + 1 if self.body is not None else 1
        passes = _passes(token.value)
        if passes != list(range(due, due + len(passes))):
            raise wrong(
                number, token.text, token.at, f"ending {due} should stand here; number endings from 1 on"
            )
        if self.body is None:
            self.body = self._since(self.mark)
            if not self.body:
                raise wrong(number, token.text, token.at, "there are no bars before the first ending")
        else:
            if not self.returned:
                self._play_ending_again()
            self.add(self.body)
        self.opened, self.returned, self.repeated = None, False, []
        self.passes, self.ending = passes, len(self.bars)

    def _set_mark(self) -> None:
        self.mark, self.body = len(self.bars), None

    def _since(self, start: int) -> list[Bar]:
        """Bars from one on, to be played again: no new section begins with them."""
        return [replace(bar, fresh=False) for bar in self.bars[start:]]

    def _play_ending_again(self) -> None:
        """Of an ending of several passes one is played so far."""
        if self.body is not None and len(self.passes) > 1:
            self.add(self.body + self._since(self.ending), len(self.passes) - 1)
            self.passes = self.passes[-1:]


def _passes(text: str) -> list[int]:
    """The passes of an ending: "1", "1.2", "1-3"."""
    numbers = [int(digit) for digit in re.findall("[0-9]", text)]
    if "-" in text and len(numbers) == 2:
        return list(range(numbers[0], numbers[1] + 1)) or numbers
    return numbers
