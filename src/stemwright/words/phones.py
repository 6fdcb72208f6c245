"""The sounds of the CMU Pronouncing Dictionary (ARPAbet), one sign each."""

from __future__ import annotations

_SOUNDED = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW"
_OTHERS = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH"
CONSONANTS, VOWELS = tuple(_OTHERS.split()), tuple(_SOUNDED.split())
_SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&()*+"
CODES = dict(
    zip((*CONSONANTS, *(vowel + stress for vowel in VOWELS for stress in "012")), _SIGNS, strict=False)
)
"""Sound -> its sign; a vowel has its stress with it: 0 none, 1 the main one, 2 another."""
SOUNDS = {sign: sound for sound, sign in CODES.items()}


def is_vowel(sound: str) -> bool:
    """Whether a sound is a vowel."""
    return sound[-1].isdigit()
