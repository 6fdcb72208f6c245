"""One table of a style file, taken field by field: what is wrong is noted, with field and mending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from stemwright.errors import shown

MAX_TEXTS = 32
"""Texts that a list may hold."""
MAX_TEXT = 400
"""Signs that a text may have."""


class Sheet:
    """The fields of one table that are not yet taken.

    `where` is the table's name, "" for the file itself. A field that is wrong or missing is noted in
    `faults`, which all tables of a file share, and something of the right type takes its place.
    """

    def __init__(self, values: Mapping[str, object], where: str, faults: list[str]) -> None:
        self._left = dict(values)
        self._known: list[str] = []
        self._where = where
        self._faults = faults

    def name(self, key: str) -> str:
        """A field as a fault names it, on one line: "bass.verse"."""
        key = key[:40] if key.isprintable() else ascii(key[:40])
        return f"{self._where}.{key}" if self._where else key

    def fault(self, key: str, problem: str) -> None:
        """Note what is wrong with a field."""
        self._faults.append(f"{self.name(key)}: {problem}")

    def take(self, key: str) -> object:
        """A field's value, None where it is not given."""
        self._known.append(key)
        return self._left.pop(key, None)

    def table(self, key: str) -> Sheet:
        """A table inside this one; an empty one where it is not given."""
        value = self.take(key)
        if not isinstance(value, Mapping) and value is not None:
            self.fault(key, f"{shown(value)} is not a table; write [{self.name(key)}] on a line of its own")
        return Sheet(value if isinstance(value, Mapping) else {}, self.name(key), self._faults)

    def names(self) -> tuple[str, ...]:
        """The fields that nobody has taken yet."""
        return tuple(self._left)

    def whole(self, key: str, low: int, high: int, default: int) -> int:
        """A whole number of a range."""
        value = self.take(key)
        if value is None:
            return default
        if type(value) is int and low <= value <= high:
            return value
        self.fault(key, f"{shown(value)} is not a whole number of {low} to {high}")
        return default

    def percent(self, key: str, default: int) -> int:
        """A whole number of 0 to 100."""
        return self.whole(key, 0, 100, default)

    def switch(self, key: str) -> bool:
        """true or false; false where it is not given."""
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.fault(key, f"{shown(value)} is neither true nor false")
        return False

    def text(self, key: str, default: str | None) -> str:
        """A text of one line; None as default: it must be given."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value.strip() and len(value) <= MAX_TEXT and value.isprintable():
            return value.strip()
        self.fault(key, f'{_missing(value)}; write a text on one line, {key} = "..."')
        return default or ""

    def word(self, key: str, choices: Sequence[str], default: str) -> str:
        """One of some words."""
        value = self.text(key, default)
        if value in choices:
            return value
        self.fault(key, f"{shown(value)} is not one of {', '.join(choices)}{near(value, choices)}")
        return default

    def texts(self, key: str, needed: bool = True) -> tuple[str, ...]:
        """A list of texts, not empty where it is needed."""
        value = self.take(key)
        if value is None and not needed:
            return ()
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            self.fault(key, f'{_missing(value)}; write a list of texts, {key} = ["...", "..."]')
            return ()
        if not (1 if needed else 0) <= len(value) <= MAX_TEXTS:
            self.fault(key, f"has {len(value)} entries; give 1 to {MAX_TEXTS}")
            return ()
        long = next((text for text in value if len(text) > MAX_TEXT), None)
        if long is not None:
            self.fault(key, f"{shown(long)} is longer than {MAX_TEXT} signs")
            return ()
        return tuple(value)

    def close(self) -> None:
        """Note the fields that nobody knows."""
        for key in self._left:
            hint = near(key, self._known) or f"; use one of {', '.join(self._known)}"
            self.fault(key, f"is not known here{hint}")


def near(word: object, choices: Sequence[str]) -> str:
    """ ", or 'x', which is near" where a choice is near to a word, else ""."""
    found = get_close_matches(str(word)[:60].lower(), choices, n=1, cutoff=0.7)
    return f"; did you mean {found[0]!r}?" if found else ""


def _missing(value: object) -> str:
    return "is missing" if value is None else f"{shown(value)} is not allowed"
