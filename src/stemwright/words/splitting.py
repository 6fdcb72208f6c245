"""A word's spelling in syllables: groups of vowels, and which consonants between them go to the next one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

_LATIN = "aeiouyæœøåäöüœ"
_CYRILLIC, _GREEK = "аеёиоуыэюяіїєў", "αεηιουω"
_VOWELS = frozenset(_LATIN + _CYRILLIC + _GREEK + "ı")
_ROMANCE = ("es", "it", "pt")
_TOGETHER = ("ch", "ck", "gh", "ph", "sh", "th", "wh", "ng", "tch", "sch", "gn", "ll", "rr", "qu", "ñ")
_BEGINNINGS = (
    "b bl br c ch chr cl cr d dr f fl fr g gl gr gh h j k kl kn kr l m n p ph pl pr qu r s sc sch scr sh shr "
    "sk sl sm sn sp spl spr st str sw t th thr tr tw v w wh wr x y z"
)
_ONSETS = frozenset(_BEGINNINGS.split())


def nuclei(word: str, language: str) -> list[tuple[int, int]]:
    """Where the vowels of each syllable are in a word of small letters: (first sign, one after the last)."""
    marks = "".join("v" if _is_vowel(word, at) else "." for at in range(len(word)))
    found = [found.span() for found in re.finditer("v+", marks)]
    if language in _ROMANCE:
        found = [part for span in found for part in _hiatus(word, *span)]
    if language == "en":
        found = _sounded(word, found)
    return found


def to_count(word: str, count: int) -> list[str]:
    """An English word in as many syllables as it is said with, as near as its spelling allows."""
    found = nuclei(word, "en")
    while len(found) > count and len(found) > 1:
        found = _fewer(word, found)
    while len(found) < count:
        more = _more(word, found)
        if more is None:
            break
        found = more
    return cut(word, found)


def cut(word: str, found: Sequence[tuple[int, int]]) -> list[str]:
    """A word cut between its nuclei."""
    edges = [0]
    for (_, end), (begin, _) in pairwise(found):
        edges.append(end + _coda(word[end:begin].lower(), begin == len(word) - 1 and word[begin] in "eE"))
    return [word[a:b] for a, b in zip(edges, [*edges[1:], len(word)], strict=True)]


def _is_vowel(word: str, at: int) -> bool:
    base = unicodedata.normalize("NFD", word[at])[0]
    before, after = word[at - 1 : at], word[at + 1 : at + 2]
    if base == "u" and (before == "q" or (before == "g" and after in ("e", "i") and at < len(word) - 2)):
        return False
    if base == "n" and before == after == "'":  # "rock 'n' roll"
        return True
    if base == "y" and after and unicodedata.normalize("NFD", after)[0] in "aeiou":
        return False
    return base in _VOWELS or word[at] in _VOWELS


def _hiatus(word: str, start: int, end: int) -> list[tuple[int, int]]:
    """Vowels that stand beside each other in words of Romance languages, apart where both are strong."""
    spans = [start]
    for at in range(start + 1, end):
        weak = [sign in "iuyü" for sign in (word[at - 1], word[at])]
        if not any(weak):
            spans.append(at)
    return list(zip(spans, [*spans[1:], end], strict=True))


def _sounded(word: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without the silent e of English: "time", "times", "loved"; that of "little" and "wanted" sounds."""
    if len(found) < 2:
        return found
    start, end = found[-1]
    tail, before = word[start:], word[max(start - 2, 0) : start]
    alone = end - start == 1
    if tail == "e" and alone and not re.fullmatch(r"[^aeiouy]l", before):
        return found[:-1]
    if tail == "ed" and alone and word[start - 1] not in "td":
        return found[:-1]
    if tail == "es" and alone and not re.search(r"([sxz]|[cs]h|[cg])$", word[:start]):
        return found if re.fullmatch(r"[^aeiouy]l", before) else found[:-1]
    return found


def _fewer(word: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """One nucleus less: a silent e if there is one, last ones first, else the weakest of the middle."""
    silent = [at for at, (start, end) in enumerate(found) if at and word[start:end] == "e"]
    if len(silent) > 1 and word[-1] == "e" and silent[-1] == len(found) - 1:
        silent.pop()  # before the silent e at its end a syllable sounds: "some-where"
    if silent:
        return found[: silent[-1]] + found[silent[-1] + 1 :]
    at = min(range(1, len(found)), key=lambda n: (found[n][1] - found[n][0], n))
    return found[:at] + found[at + 1 :]


def _more(word: str, found: list[tuple[int, int]]) -> list[tuple[int, int]] | None:
    """One nucleus more: within a long one ("po-em"), else an e that was taken for silent, else in a word's
    last consonants ("rhy-thm"); None where there is none.
    """
    long = [at for at, (start, end) in enumerate(found) if end - start > 1]
    if long:
        at = max(long, key=lambda n: (_apart(word[slice(*found[n])]), found[n][1] - found[n][0], n))
        start, end = found[at]
        middle = start + 1 if end - start < 4 else start + 2
        return [*found[:at], (start, middle), (middle, end), *found[at + 1 :]]
    inside = {sign for start, end in found for sign in range(start, end)}
    silent = [at for at, sign in enumerate(word) if sign in "eyuw" and at not in inside]
    if silent and silent[-1] > 0:
        return sorted([*found, (silent[-1], silent[-1] + 1)])
    last = found[-1][1] if found else 0
    if len(word) - last >= 2:
        return [*found, (len(word) - 1, len(word) - 1 + 1)]
    return None


def _apart(vowels: str) -> bool:
    return any(pair in vowels for pair in ("ia", "io", "eo", "oe", "ea", "ua", "ie", "ui", "iu", "ue", "ii"))


def _coda(between: str, before_final_e: bool) -> int:
    """How many of the consonants between two syllables stay with the first."""
    if len(between) <= 1:
        return 0
    silent = between.find("e") + 1
    if 0 < silent < len(between):  # "some-where"
        return silent
    if before_final_e and between[-1] == "l" and between not in ("ll",):  # "twin-kle", "lit-tle"
        return len(between) - 2
    if between in _TOGETHER and between not in ("ll", "rr", "ck", "ng", "tch"):
        return 0
    if between in ("ck", "ng", "tch"):
        return len(between)
    for size in (3, 2, 1):
        if size < len(between) and between[-size:] in _ONSETS and between[-size - 1 :][0] != between[-size]:
            return len(between) - size
    return len(between) - 1
