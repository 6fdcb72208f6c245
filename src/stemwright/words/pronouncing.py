"""How English words sound, by the CMU Pronouncing Dictionary (data/LICENSE-cmudict.txt): stress and rhyme."""

from __future__ import annotations

import lzma
from functools import cache, lru_cache
from pathlib import Path

from stemwright.words.phones import SOUNDS, is_vowel

FILE = Path(__file__).parent / "data" / "cmudict.xz"
"""Made by scripts/pack_dictionary.py."""


@lru_cache(maxsize=8192)
def sounds(word: str) -> tuple[str, ...]:
    """The sounds of a word in small letters, ("T", "AY1", "M"); () where it is not in the dictionary. Known
    are possessives, too, and "goin'" for "going".
    """
    found = _looked_up(word)
    if found or not word:
        return found
    if word.endswith("in'"):
        going = _looked_up(f"{word[:-1]}g")
        return (*going[:-1], "N") if going else ()
    if word.endswith(("'s", "s'")):
        own = _looked_up(word[:-2] if word.endswith("'s") else word[:-1])
        if not own or word.endswith("s'"):
            return own
        if own[-1] in ("S", "Z", "SH", "ZH", "CH", "JH"):
            return (*own, "IH0", "Z")
        return (*own, "S" if own[-1] in ("P", "T", "K", "F", "TH") else "Z")
    return ()


def stress_of(said: tuple[str, ...]) -> str:
    """A digit a syllable, as of `phones`."""
    return "".join(sound[-1] for sound in said if is_vowel(sound))


def rhyme_of(said: tuple[str, ...]) -> tuple[str, ...]:
    """What all that rhymes with a word has in common: its sounds from the last stressed vowel on, without
    stress.
    """
    starts = [at for at, sound in enumerate(said) if is_vowel(sound)]
    stressed = [at for at in starts if said[at][-1] != "0"]
    first = max(stressed or starts, default=0)
    return tuple(sound.rstrip("012") for sound in said[first:])


def rhymes(one: str, other: str) -> bool:
    """Whether two words rhyme, and are not the same word, nor one with the same sound before its rhyme."""
    a, b = sounds(one), sounds(other)
    if not a or not b or one == other or rhyme_of(a) != rhyme_of(b):
        return False
    length = len(rhyme_of(a))
    return a[: len(a) - length][-1:] != b[: len(b) - length][-1:]


def _looked_up(word: str) -> tuple[str, ...]:
    text = _text()
    start = text.find(b"\n" + word.encode("ascii", "replace") + b" ")
    if start < 0 or " " in word:
        return ()
    line = text[start + 1 : text.index(b"\n", start + 1)].decode("ascii")
    return tuple(SOUNDS[sign] for sign in line.partition(" ")[2])


@cache
def _text() -> bytes:
    return lzma.decompress(FILE.read_bytes())
