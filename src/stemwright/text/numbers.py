"""Numbers as figures and as words: "96", "ninety-six", "one twenty"."""

from __future__ import annotations

import re

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: value for value, word in enumerate(_UNITS)}
_VALUES |= {word: 10 * value for value, word in enumerate(_TENS, 2)} | {"a": 1, "an": 1}
_WORD = "|".join(sorted((*_UNITS, *_TENS), key=len, reverse=True))
WORDS = rf"(?:(?:a|{_WORD})[ -](?:hundred)(?:(?:[ -]and)?[ -](?:{_WORD}))*|(?:{_WORD})(?:[ -](?:{_WORD}))*)"
"""Pattern of a number in words, small letters."""
FIGURES = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"


def value_of(text: str) -> str:
    """The figures of a number as one of the two patterns finds it: "ninety-six" is 96, "one twenty" 120."""
    if text[:1].isdigit():
        return text
    total = 0
    for word in re.split(r"[ -]+", text):
        if word == "hundred":
            total *= 100
        elif word != "and":
            small = _VALUES[word]
            total = total * 100 + small if 0 < total < 10 and small >= 10 else total + small
    return str(total)
