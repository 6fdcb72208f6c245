"""A line of text in syllables with their stress, whatever its script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from stemwright.song.lyric_sung import SIGNS
from stemwright.words.languages import is_little, language_of
from stemwright.words.pronouncing import sounds, stress_of
from stemwright.words.splitting import cut, nuclei, to_count

_TOKEN = re.compile(r"\S+\s*")
_LETTER = rf"(?![{SIGNS}])[^\W\d_]"
_PART = re.compile(rf"[{SIGNS}]|{_LETTER}(?:{_LETTER}|['’](?=[^\W\d_]))*['’]?|\d+")
_LETTERS = re.compile(r"[^\W\d_](?:[^\W\d_]|['’])*")
_SMALL = re.compile("[ぁぃぅぇぉゃゅょゎァィゥェォャュョヮ]")
_BY_VOWELS = ("LATIN", "CYRILLIC", "GREEK")
_UNSTRESSED_HEADS = re.compile(r"(ge|be|ver|er|ent|zer|emp)(?=.*[aeiouyäöü])")


@dataclass(frozen=True, slots=True)
class Syllables:
    """The syllables of a line: put together they are its text. `stress`: a digit each, 1 stressed, 2 half."""

    parts: tuple[str, ...]
    stress: str


def language_of_lines(lines: Iterable[str]) -> str:
    """The language of a text, "" where it is not known."""
    return language_of([word.lower().replace("’", "'") for line in lines for word in _LETTERS.findall(line)])


def syllables(text: str, language: str = "en") -> Syllables:
    """The syllables of a line. Signs and figures without a syllable of their own go with the one before."""
    parts: list[str] = []
    stress: list[str] = []
    before = ""
    for token in _TOKEN.findall(text):
        found = _token(token, language)
        if not found[0]:
            if parts:
                parts[-1] += token
            else:
                before += token
            continue
        if before:
            found[0][0], before = before + found[0][0], ""
        parts += found[0]
        stress += found[1]
    if before:
        parts, stress = [before], ["1"]
    return Syllables(tuple(parts), "".join(stress))


def unknown_scripts(lines: Iterable[str]) -> list[str]:
    """The scripts of a text whose words are not cut into syllables here, by Unicode's names."""
    found = {}
    for sign in {sign for line in lines for sign in line if sign.isalpha()}:
        script = _script(sign)
        if script not in _BY_VOWELS and not re.match(f"[{SIGNS}]", sign):
            found[script] = True
    return sorted(found)


def _token(token: str, language: str) -> tuple[list[str], list[str]]:
    """Syllables and stress of what stands between blanks, with these; ([], []) where it is signs alone."""
    parts: list[str] = []
    stress: list[str] = []
    at = 0
    for found in _PART.finditer(token):
        word = found[0]
        if parts and _SMALL.fullmatch(word):
            parts[-1] += token[at : found.end()]
            at = found.end()
            continue
        cut_up, digits = _word(word, language)
        between = token[at : found.start()]
        if parts:
            parts[-1] += between
        else:
            cut_up[0] = between + cut_up[0]
        parts += cut_up
        stress += digits
        at = found.end()
    if parts:
        parts[-1] += token[at:]
    return parts, stress


@lru_cache(maxsize=4096)
def _said(word: str, language: str) -> tuple[tuple[str, ...], str]:
    plain = word.lower().replace("’", "'")
    if re.match(f"[{SIGNS}\\d]", word) or _script(word[0]) not in _BY_VOWELS:
        return (word,), "0" if not word[0].isdigit() else "1"
    if language == "en":
        said = stress_of(sounds(plain) or sounds(_bare(plain)))
        if said:
            parts = tuple(_cased(to_count(plain, len(said)), word))
            if len(parts) != len(said):
                said = (said + "0" * len(parts))[: len(parts)]
            return parts, "0" if len(parts) == 1 and is_little(plain, "en") else said
    parts = tuple(_cased(cut(plain, nuclei(plain, language)), word))
    if len(parts) == 1:
        return parts, "0" if is_little(plain, language) else "1"
    return parts, _stressed(plain, parts, language)


def _word(word: str, language: str) -> tuple[list[str], list[str]]:
    parts, stress = _said(word, language)
    return list(parts), list(stress)


def _cased(parts: list[str], word: str) -> list[str]:
    """The parts as the word writes them."""
    found: list[str] = []
    at = 0
    for part in parts:
        found.append(word[at : at + len(part)])
        at += len(part)
    found[-1] += word[at:]
    return [part for part in found if part] or [word]


def _stressed(word: str, parts: tuple[str, ...], language: str) -> str:
    """The main stress of a word of several syllables by its language's rule; of others, the first's."""
    count = len(parts)
    marked = [n for n, part in enumerate(parts) if re.search("[áéíóúâêôàèìòù]", part.lower())]
    if language in ("es", "it", "pt") and marked:
        at = marked[-1]
    elif language == "it":
        at = count - 2
    elif language in ("es", "pt"):
        at = count - 2 if re.search(r"[aeo][smn]?$", word) else count - 1
    elif language == "fr":
        at = count - 2 if re.search(r"e(s|nt)?$", word) else count - 1
    elif language == "de" and _UNSTRESSED_HEADS.match(word):
        at = 1
    else:
        at = 0
    return "".join("1" if n == at else "0" for n in range(count))


def _bare(word: str) -> str:
    """A word without accents, as the dictionary has it: "naive"."""
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))


def _script(sign: str) -> str:
    return unicodedata.name(sign, "OTHER").partition(" ")[0]
