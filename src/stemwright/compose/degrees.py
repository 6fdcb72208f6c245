"""Chords as degrees of a key, and a bar of them as text: what chord charts are counted and drawn in.

A chord is its degree, counted from the major scale whatever the mode (`DEGREES`: "b7" always lies a whole
tone under the tonic), and after a colon its quality where that is not a major triad: "4", "6:m", "b7:maj7".
NONE is no chord. A bar is four quarters of its length: one chord ("1"), two halves ("4 5"), or four slots,
"." where the chord before goes on ("1 . 4 5").
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from stemwright.song.harmony import QUALITIES, Chord, Key

DEGREES = ("1", "b2", "2", "b3", "3", "4", "#4", "5", "b6", "6", "b7", "7")
"""Names of the semitones above the tonic."""
SLOTS = 4
HOLD, NONE = ".", "N"
Slots = tuple[str, str, str, str]


def token(semitones: int, quality: str = "") -> str:
    """The token of a chord on a root so many semitones above the tonic."""
    return DEGREES[semitones % 12] + (f":{quality}" if quality else "")


def parts(chord: str) -> tuple[int, str]:
    """Semitones above the tonic (0..11) and quality of a token. ValueError for what is none."""
    degree, _, quality = chord.partition(":")
    if degree not in DEGREES or quality not in QUALITIES:
        raise ValueError(f"{chord!r} is not a degree and a quality")
    return DEGREES.index(degree), quality


@lru_cache(maxsize=1024)
def base(quality: str, home: str = "") -> str:
    """The triad that a quality stands on: "", "m", "dim" or "aug"; `home` where it has no third (power chords
    and suspensions).
    """
    tones = {step % 12 for step in QUALITIES[quality]}
    if 4 in tones:
        return "aug" if 8 in tones and 7 not in tones else ""
    if 3 in tones:
        return "dim" if 6 in tones and 7 not in tones else "m"
    return home


def plain(chord: str, mode: str) -> str:
    """A token with its triad alone. A chord without a third has the one that the mode gives its degree."""
    if chord in (HOLD, NONE):
        return chord
    semitones, quality = parts(chord)
    minor = _MINOR[mode] if mode in _MINOR else _MINOR["major"]
    return token(semitones, base(quality, "m" if semitones in minor else ""))


_MINOR = {"major": frozenset({2, 4, 9}), "minor": frozenset({0, 5, 7})}
"""Degrees whose triad in the scale is minor."""


def spelled(chord: str, key: Key) -> Chord | None:
    """The chord of a token in a key; None for NONE."""
    if chord == NONE:
        return None
    semitones, quality = parts(chord)
    return Chord(key.spell((key.tonic_pc + semitones) % 12), quality)


def bar_text(slots: Sequence[str]) -> str:
    """The shortest text of a bar of four slots, of which the first is no HOLD."""
    now, out = "", []
    for slot in slots:
        out.append(HOLD if slot in (HOLD, now) else slot)
        now = now if slot == HOLD else slot
    if out[1] == out[2] == out[3] == HOLD:
        return out[0]
    return f"{out[0]} {out[2]}" if out[1] == out[3] == HOLD else " ".join(out)


def bar_slots(text: str) -> Slots:
    """The four slots of a bar's text. ValueError for one of another number of chords than 1, 2 and 4."""
    found = text.split()
    if len(found) == 1:
        return found[0], HOLD, HOLD, HOLD
    if len(found) == 2:
        return found[0], HOLD, found[1], HOLD
    if len(found) != SLOTS or found[0] == HOLD:
        raise ValueError(f"{text!r} is not a bar of one, two or four chords")
    return found[0], found[1], found[2], found[3]


def plain_bar(text: str, mode: str) -> str:
    """A bar's text with triads alone (`plain`)."""
    return bar_text([plain(slot, mode) for slot in bar_slots(text)])


def chords_in(text: str) -> list[str]:
    """The chords that a bar's text names, in order."""
    return [slot for slot in text.split() if slot != HOLD]


def spread(items: Sequence[str]) -> str:
    """The text of a bar that chords share evenly; of more than four, those that fall first into a quarter."""
    slots = [HOLD] * SLOTS
    for place, item in enumerate(items):
        at = place * SLOTS // len(items)
        if slots[at] == HOLD:
            slots[at] = item
    return bar_text(slots)
