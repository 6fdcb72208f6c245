"""The text of a prompt while it is read: what one reader has taken, no other takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stemwright.errors import UsageError
from stemwright.song.signs import plain_signs

MAX_LETTERS = 2000
TAKEN = "\ue001"  # of Unicode's private use: no pattern of a reader matches it
EXAMPLE = '"slow bossa in G minor, nylon guitar, no bass"'
_BREAK = re.compile(r"[,;.!?\n()]")


class Prompt:
    """A prompt in plain signs. `text` has its own capitals, `low` has none; both are as long as the prompt,
    and what was taken is blanked out in both. UsageError for a text that is none.
    """

    def __init__(self, text: str) -> None:
        self.given = check(text)
        self._plain = plain_signs(self.given)
        self.text = self._plain
        self.low = "".join(low if len(low := sign.lower()) == 1 else sign for sign in self.text)

    def find(self, pattern: re.Pattern[str], cased: bool = False) -> Iterator[re.Match[str]]:
        """Where a pattern stands in what is left, one after the other; the caller may take what it gets."""
        at = 0
        while (found := pattern.search(self.text if cased else self.low, at)) is not None:
            yield found
            at = max(found.end(), at + 1)

    def take(self, found: re.Match[str], group: int | str = 0) -> str:
        """Blank out what was found; returns it as it was written."""
        return self.take_span(*found.span(group))

    def take_all(self, pattern: re.Pattern[str]) -> None:
        """Blank out whatever a pattern finds."""
        for found in self.find(pattern):
            self.take(found)

    def take_span(self, start: int, end: int) -> str:
        """Blank out a span; returns it as it was written."""
        said = self._plain[start:end]
        blank = "".join(TAKEN if not sign.isspace() else sign for sign in said)
        self.text = self.text[:start] + blank + self.text[end:]
        self.low = self.low[:start] + blank + self.low[end:]
        return " ".join(said.split())

    def written(self, start: int, end: int) -> str:
        """A span as it was written, taken or not."""
        return self._plain[start:end]

    def before(self, at: int) -> str:
        """What is left of the clause before a place, without capitals."""
        return _BREAK.split(self.low[:at])[-1]

    def after(self, at: int) -> str:
        """What is left of the clause after a place, without capitals."""
        return _BREAK.split(self.low[at:])[0]

    def words(self) -> list[str]:
        """The words that nobody has taken, without capitals."""
        return re.findall(r"[^\W_]+(?:['&-][^\W_]+)*", self.low.replace(TAKEN, " "))


def check(text: str) -> str:
    """The prompt, where it can be read at all. UsageError in one line otherwise."""
    if not text.strip():
        raise UsageError(f"prompt: is empty; write what you want to hear, e.g. {EXAMPLE}", field="prompt")
    if len(text) > MAX_LETTERS:
        raise UsageError(f"prompt: has {len(text):,} letters; give at most {MAX_LETTERS:,}", field="prompt")
    for place, sign in enumerate(text, 1):
        if (ord(sign) < 32 and sign not in "\t\n\r") or 0xD800 <= ord(sign) < 0xF900 or sign == "\x7f":
            raise UsageError(
                f"prompt: letter {place} is {sign!a}, which is no text; take it out", field="prompt"
            )
    return text


def contradiction(one: str, other: str) -> UsageError:
    """Two things that cannot both be had."""
    return UsageError(f"prompt: {one!r} and {other!r} contradict each other; keep one of them", "prompt")
