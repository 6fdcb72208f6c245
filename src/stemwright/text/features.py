"""What the text encoder sees of a text: hashed words, pairs of words and pieces of words."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise

from stemwright.song.signs import plain_signs

BUCKETS = 1 << 15
WORD, PAIR, PIECE = 3, 2, 1
"""What a feature of each kind weighs in a text."""
PIECES = (3, 4, 5)
"""Letters of the pieces that a word is cut into."""
_WORD = re.compile(r"[^\W_]+(?:['&-][^\W_]+)*")
_NUMBER = re.compile(r"[0-9]+(?:bpm)?")


def words_of(text: str) -> list[str]:
    """The words of a text, small, without numbers: these say a tempo, which grammar reads."""
    return [word for word in _WORD.findall(plain_signs(text).lower()) if not _NUMBER.fullmatch(word)]


def word_hash(word: str) -> int:
    """32 bits with a sign that stand for a word."""
    value = zlib.crc32(word.encode())
    return value - (1 << 32) if value >> 31 else value


def features(words: Sequence[str]) -> tuple[list[int], list[int]]:
    """Buckets, 0 to BUCKETS - 1, and what each weighs. Feature hashing (Weinberger et al., ICML 2009) of
    words and their pieces (Bojanowski et al., TACL 2017).
    """
    where: list[int] = []
    weights: list[int] = []

    def add(text: str, weight: int) -> None:
        where.append(zlib.crc32(text.encode()) % BUCKETS)
        weights.append(weight)

    for word in words:
        add(f"w {word}", WORD)
        framed = f"<{word[:40]}>"
        for size in PIECES:
            for at in range(len(framed) - size + 1):
                add(f"p {framed[at : at + size]}", PIECE)
    for one, other in pairwise(words):
        add(f"b {one} {other}", PAIR)
    return where, weights
