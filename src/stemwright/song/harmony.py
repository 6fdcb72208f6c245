"""Keys and chords: parsing, spelling, pitch classes. "No chord" is None in code and "N.C." in text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stemwright.errors import UsageError
from stemwright.song.pitch import fifths_of, is_note_name, pitch_class, plainer, spell_near, tidy
from stemwright.song.qualities import QUALITIES, nearest_quality, parse_quality
from stemwright.song.spelling import respelled

__all__ = ["MODES", "NO_CHORD", "QUALITIES", "Chord", "Key", "chord_text", "is_chord", "parse_chord", "roman"]

MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
}
"""Scale of each mode, in semitones from the tonic."""

_MODE_FIFTHS = {
    "major": 0,
    "minor": 3,
    "dorian": 2,
    "phrygian": 4,
    "lydian": -1,
    "mixolydian": 1,
    "locrian": 5,
}
_MODE_SHORT = {m: m[:3] for m in MODES}
_MODE_NAMES = {"": "major", "M": "major", "m": "minor", "aeolian": "minor", "ionian": "major"}
_MODE_NAMES |= {m: m for m in MODES} | {m[:3]: m for m in MODES}

NO_CHORD = "N.C."
_NO_CHORDS = (NO_CHORD, "N.C", "NC", "N/C")
_KEY = re.compile(r"([A-Ga-g][#b]?)\s*(\S*)")
_CHORD = re.compile(r"([A-G](?:##?|bb?)?)([^\s]*)")


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (letter with at most one sign, "F#") and a mode (one of `MODES`)."""

    tonic: str
    mode: str = "major"

    def __post_init__(self) -> None:
        if not is_note_name(self.tonic) or len(self.tonic) > 2 or self.mode not in MODES:
            raise _bad_key(f"{self.tonic} {self.mode}")

    @classmethod
    def parse(cls, text: str) -> Key:
        """A key from "F# minor", "Bbm", "C", "Dmin", "E dorian". UsageError otherwise."""
        found = _KEY.fullmatch(tidy(text)) if len(text) <= 40 else None
        if found is None:
            raise _bad_key(text)
        word = found[2]
        mode = _MODE_NAMES.get(word) or _MODE_NAMES.get(word.lower())
        if mode is None:
            raise _bad_key(text)
        return cls(found[1][0].upper() + found[1][1:], mode)

    @classmethod
    def from_pc(cls, pc: int, mode: str = "major") -> Key:
        """The key on pitch class `pc` whose signature has the fewest signs (F# rather than Gb)."""
        if mode not in MODES:
            raise _bad_key(mode)
        return cls(spell_near(pc, _MODE_FIFTHS[mode] - 5), mode)

    def __str__(self) -> str:
        return f"{self.tonic} {self.mode}"

    @property
    def short(self) -> str:
        """For file names: "F#min", "Cmaj", "Ddor"."""
        return self.tonic + _MODE_SHORT[self.mode]

    @property
    def tonic_pc(self) -> int:
        """Pitch class 0..11 of the tonic."""
        return pitch_class(self.tonic)

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """The seven pitch classes of the scale, tonic first."""
        return tuple((self.tonic_pc + step) % 12 for step in MODES[self.mode])

    @property
    def fifths(self) -> int:
        """Key signature: number of sharps (negative: flats). Beyond +-7 for keys such as G# major."""
        return fifths_of(self.tonic) - _MODE_FIFTHS[self.mode]

    @property
    def is_minor(self) -> bool:
        """Whether the mode has a minor third."""
        return MODES[self.mode][2] == 3

    def spell(self, pc: int) -> str:
        """Name of a pitch class in this key: scale notes by the signature, others as b2, b3, #4, b6, b7; as
        charts have them where these had two sharps or flats, the b6 of Db major as A.
        """
        name = spell_near(pc, fifths_of(self.tonic) - (6 if self.mode == "locrian" else 5))
        return name if pc in self.pitch_classes else plainer(name)

    def transposed(self, semitones: int) -> Key:
        """This key moved by semitones, in its plainest spelling."""
        return Key.from_pc((self.tonic_pc + semitones) % 12, self.mode)


@dataclass(frozen=True, slots=True)
class Chord:
    """A root name, a quality (one of `QUALITIES`) and the name of the bass note where it is not the root."""

    root: str
    quality: str = ""
    bass: str | None = None

    def __post_init__(self) -> None:
        good_bass = self.bass is None or is_note_name(self.bass)
        if not is_note_name(self.root) or self.quality not in QUALITIES or not good_bass:
            raise _bad_chord(f"{self.root}{self.quality}" + (f"/{self.bass}" if self.bass else ""))

    @classmethod
    def parse(cls, text: str) -> Chord:
        """A chord from "F#m7b5/A" and other usual writings ("Cmin7", "C7(b9,13)"). UsageError otherwise."""
        found = _CHORD.fullmatch(tidy(text)) if len(text) <= 40 else None
        if found is None:
            raise _bad_chord(text)
        suffix, bass = _parts(found[2])
        quality = parse_quality(suffix)
        if quality is None:
            raise _bad_chord(text, found[1], found[2])
        return cls(found[1], quality, bass)

    def __str__(self) -> str:
        return self.root + self.quality + (f"/{self.bass}" if self.bass else "")

    @property
    def root_pc(self) -> int:
        """Pitch class of the root."""
        return pitch_class(self.root)

    @property
    def bass_pc(self) -> int:
        """Pitch class of the lowest note: the bass, or else the root."""
        return pitch_class(self.bass or self.root)

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Pitch classes of the quality, root first (a foreign bass is not among them)."""
        root = self.root_pc
        return tuple(dict.fromkeys((root + step) % 12 for step in QUALITIES[self.quality]))

    def transposed(self, semitones: int, key: Key) -> Chord:
        """This chord moved by semitones and spelled in `key`, the key it moves to."""
        bass = None if self.bass is None else key.spell((self.bass_pc + semitones) % 12)
        return Chord(key.spell((self.root_pc + semitones) % 12), self.quality, bass)


def parse_chord(text: str) -> Chord | None:
    """A chord, or None for "N.C."."""
    return None if tidy(text).upper() in _NO_CHORDS else Chord.parse(text)


def is_chord(text: str) -> bool:
    """Whether a text is a chord symbol, "N.C.", or one with a German or small root (`spelling`)."""
    plain = tidy(text[:41])
    found = _CHORD.fullmatch(plain)
    if found is not None and parse_quality(_parts(found[2])[0]) is not None:
        return len(text) <= 40
    return plain.upper() in _NO_CHORDS or respelled(plain) is not None


def _parts(rest: str) -> tuple[str, str | None]:
    """What stands after a root: the quality's suffix, and the bass where there is one."""
    suffix, slash, bass = rest.rpartition("/")
    return (suffix, bass) if slash and is_note_name(bass) else (rest, None)


def chord_text(chord: Chord | None) -> str:
    """The text of a chord, "N.C." for None."""
    return NO_CHORD if chord is None else str(chord)


def roman(key: Key, degree: int, quality: str | None = None, seventh: bool = False) -> Chord:
    """The chord on scale degree 1..7: diatonic triad (`seventh`: four notes), or of the given quality."""
    if not 1 <= degree <= 7:
        raise UsageError(f"chord degree: {degree} is outside 1..7")
    scale = key.pitch_classes
    root = scale[degree - 1]
    if quality is None:
        tones = tuple((scale[(degree - 1 + 2 * i) % 7] - root) % 12 for i in range(4 if seventh else 3))
        quality = next(name for name, steps in QUALITIES.items() if steps == tones)
    return Chord(key.spell(root), quality)


def _bad_key(text: str) -> UsageError:
    modes = ", ".join(MODES)
    return UsageError(
        f'key: {text[:40]!r} is not a key; write for example "F# minor" (A-G with # or b; {modes})',
        field="key",
    )


def _bad_chord(text: str, root: str = "", suffix: str = "") -> UsageError:
    known = f"chord: {text[:40]!r} is not a known chord"
    other = respelled(tidy(text))
    if other is not None:
        return UsageError(
            f'{known}; write for example "{other}" (roots are A to G with # or b, "m" is minor)'
        )
    suffix, bass = _parts(suffix)
    near = nearest_quality(suffix) if suffix else None
    if near is not None:
        return UsageError(f'{known}; did you mean "{root}{near}{"/" + bass if bass else ""}"?')
    return UsageError(f'{known}; write for example "F#m7", "Bbmaj7/D" or "N.C."')
