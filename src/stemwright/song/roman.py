"""Roman numerals: chords as degrees of a key ("ii7", "V65/V", "bVII", "viio7").

A capital numeral is a major chord, a small one a minor chord, whatever the key; what follows is written as
after a note name ("Imaj7", "ii7b5", "V7b9", "Vsus4"); `o` is diminished, `ø` half-diminished, `+` augmented.
I7 is a dominant seventh, as in a blues. A plain degree is the key's own, one with b or # counts from the
major scale: bVII always lies a whole tone under the tonic. In minor keys the small vi and vii stand on the
raised degrees (viio is G#dim in A minor, VII is G), as the case of the letters says. Figures are inversions:
6 and 64 of triads, 65, 43 and 42 (or 2) of seventh chords; a sixth chord is "Iadd6". After a slash stands
the key that a chord is borrowed from (V7/V, V/V/ii) or a bass note (I/G).
"""

from __future__ import annotations

import re

from stemwright.errors import UsageError
from stemwright.song.harmony import Chord, Key
from stemwright.song.pitch import fifths_of, is_note_name, name_at, pitch_class, tidy
from stemwright.song.qualities import QUALITIES, nearest_quality, parse_quality

_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
_ROMAN = re.compile(r"([b#]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(.*)")
_SPLIT = re.compile(r"/(?=[b#]?[IViv]|[A-G][b#]*$)")
_FIGURES = {
    "6": ("", 1), "63": ("", 1), "6/3": ("", 1), "64": ("", 2), "6/4": ("", 2),
    "65": ("7", 1), "6/5": ("7", 1), "43": ("7", 2), "4/3": ("7", 2),
    "42": ("7", 3), "4/2": ("7", 3), "2": ("7", 3),
}  # fmt: skip
_SIGN = re.compile(r"(o|°|ø|\+)?(64|6/4|65|6/5|63|6/3|6|43|4/3|42|4/2|2)")
_NAMED = re.compile(r"(N|Cad|Ger|It|Fr)(64|6|65|7|43|2|)")
_NAMES = {"N": "bII", "Cad": "I", "Ger": "bVI7", "It": "bVI7", "Fr": "bVI7b5"}
"""Chords with a name: Neapolitan, cadential 6-4, and augmented sixths as the sevenths they sound as."""
_ADDED_SIXTH = "add6"
_SMALL = ("o", "°", "ø", "dim", "m", "-")
_FIFTHS_OF = {0: 0, 3: -3, 4: 4, 5: -1, 2: 2, 6: -6, 7: 1, 8: 8, 9: -9, 10: -2, 11: 5}
"""Steps on the line of fifths from the root to the tones that can be a bass; 9 is a diminished seventh."""
MAX_LENGTH = 40


def is_roman(text: str) -> bool:
    """Whether a text begins as a Roman numeral does (no chord symbol begins so)."""
    plain = tidy(text)
    return _ROMAN.match(plain) is not None or _NAMED.fullmatch(_SPLIT.split(plain)[0]) is not None


def parse_roman(text: str, key: Key) -> Chord:
    """The chord that a Roman numeral means in a key. UsageError where it means none."""
    parts = _SPLIT.split(tidy(text)) if len(text) <= MAX_LENGTH else []
    bass = parts.pop() if len(parts) > 1 and is_note_name(parts[-1]) else None
    if not parts:
        raise _bad_roman(text)
    for borrowed in reversed(parts[1:]):
        key = _tonicised(borrowed, key, text)
    chord = _chord(_plain(parts[0]), key, text)
    return chord if bass is None else Chord(chord.root, chord.quality, bass)


def _plain(numeral: str) -> str:
    """A numeral for a chord that has a name: "Ger65" is bVI7, whose bass it shares in every figure."""
    named = _NAMED.fullmatch(numeral)
    if named is None:
        return numeral
    return _NAMES[named[1]] + (named[2] if named[1] in ("N", "Cad") else "")


def _tonicised(numeral: str, key: Key, text: str) -> Key:
    """The key of a chord of `key`: what stands after the slash. Minor where the numeral is small."""
    found = _ROMAN.fullmatch(numeral)
    if found is None or found[3] not in ("", "o", "°"):
        raise _bad_roman(text)
    root = _root(found[1], found[2], found[3], key)
    mode = "minor" if found[2].islower() else "major"
    return Key(root, mode) if len(root) <= 2 else Key.from_pc(pitch_class(root), mode)


def _chord(numeral: str, key: Key, text: str) -> Chord:
    found = _ROMAN.fullmatch(numeral)
    if found is None:
        raise _bad_roman(text)
    sign, degree, suffix = found.groups()
    root = _root(sign, degree, suffix, key)
    figured = _SIGN.fullmatch(suffix)
    extra, inversion = _FIGURES[figured[2]] if figured else ("", 0)
    suffix = (figured[1] or "") + extra if figured else suffix
    quality = _quality(degree.islower(), suffix)
    if quality is None:
        near = nearest_quality(("m" if degree.islower() else "") + suffix)
        raise _bad_roman(text, near and f'"{root}{near}"')
    if not inversion:
        return Chord(root, quality)
    return Chord(root, quality, _tone_name(root, QUALITIES[quality][inversion], key))


def _quality(small: bool, suffix: str) -> str | None:
    if suffix == _ADDED_SIXTH:
        return "m6" if small else "6"
    says_minor = suffix.startswith(_SMALL) and not suffix.startswith("maj")
    return parse_quality("m" + suffix if small and not says_minor else suffix)


def _root(sign: str, degree: str, suffix: str, key: Key) -> str:
    """The name of a numeral's root."""
    index = _NUMERALS.index(degree.upper())
    raised = key.mode == "minor" and degree in ("vi", "vii")
    if not sign and not raised:
        return key.spell(key.pitch_classes[index])
    shift = {"b": -1, "#": 1, "": 0}[sign]
    letter = name_at(fifths_of(key.tonic) + (0, 2, 4, -1, 1, 3, 5)[index] + 7 * shift)
    return letter if len(letter) < 3 else key.spell(pitch_class(letter))


def _tone_name(root: str, step: int, key: Key) -> str:
    name = name_at(fifths_of(root) + _FIFTHS_OF[step])
    return name if is_note_name(name) else key.spell(pitch_class(name))


def _bad_roman(text: str, near: str | None = None) -> UsageError:
    advice = f"did you mean {near}?" if near else 'write for example "ii7", "V7/V", "bVII" or "viio7"'
    return UsageError(f"chord: {text[:40]!r} is not a known Roman numeral; {advice}")
