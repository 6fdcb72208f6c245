"""Progressions of the modes that are neither major nor minor, for every style, in degrees of the mode.

A mode is heard by the one degree that sets it off from major or minor (`characteristic`, counted as a tone
of the scale, 1 to 7), and by a tonic that nothing pulls away from. So each progression has a chord with
that tone, comes back to the tonic, and has no chord that would make another degree the tonic: no dominant
seventh chord that resolves. Chords with a diminished fifth are left out but for the tonic of locrian, which
has no other.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mode:
    """What a mode's songs are made of. `cadences` lead home."""

    characteristic: int
    progressions: tuple[str, ...]
    cadences: tuple[str, ...]


MODAL = {
    # the major fourth degree: Oye como va, So What, Scarborough Fair, Mad World
    "dorian": Mode(
        6,
        (
            "1 | 4",
            "1 | 7 | 4 | 1",
            "1 | 3 | 7 | 4",
            "1 | 2 | 3 | 4",
            "1 | 4 | 1 | 7",
            "1 | 7 | 1 | 4",
            "1 | 1 | 4 | 4",
            "1 | 5 | 4 | 1",
            "1 2 | 3 2 | 1 7 | 4",
            "4 | 1 | 7 | 1",
        ),
        ("4", "7 4", "2 4", "3 4"),
    ),
    # the flat second degree: flamenco, metal
    "phrygian": Mode(
        2,
        (
            "1 | 2",
            "1 | 2 | 3 | 2",
            "1 | 7 | 6 | 2",
            "1 | 2 | 1 | 7",
            "4 | 3 | 2 | 1",
            "1 | 1 | 2 | 1",
            "1 | 6 | 2 | 1",
            "1 2 | 1 7 | 1 2 | 3 2",
            "1 | 3 | 2 | 1",
        ),
        ("2", "7 2", "3 2", "7"),
    ),
    # the major second degree over a tonic that stays
    "lydian": Mode(
        4,
        (
            "1 | 2",
            "1 | 2 | 1 | 5",
            "1 | 5 | 2 | 1",
            "1 | 2 | 6 | 5",
            "1 | 7 | 2 | 1",
            "1 | 3 | 2 | 1",
            "1 | 1 | 2 | 2",
            "1 2 | 3 2 | 1 2 | 5",
            "6 | 2 | 1 | 1",
        ),
        ("2", "5 2", "7 2", "2"),
    ),
    # the chord a whole tone under a major tonic: Sweet Child, Norwegian Wood, Royals
    "mixolydian": Mode(
        7,
        (
            "1 | 7 | 4 | 1",
            "1 | 7",
            "1 | 7 | 4 | 4",
            "1 | 4 | 7 | 4",
            "1 | 5 | 7 | 4",
            "1 | 1 | 7 | 4",
            "1 | 7 | 1 | 4",
            "7 | 4 | 1 | 1",
            "1 7 | 4 | 1 7 | 4",
            "1 | 2 | 7 | 1",
        ),
        ("7", "4 7", "7 4", "5 7"),
    ),
    # a diminished tonic, and the chord a semitone above it
    "locrian": Mode(
        5,
        (
            "1 | 2",
            "1 | 5 | 2 | 1",
            "1 | 3 | 2 | 1",
            "1 | 2 | 1 | 7",
            "1 | 6 | 5 | 2",
            "1 2 | 1 7 | 1 2 | 3 2",
        ),
        ("2", "7", "3 2"),
    ),
}
"""Mode -> its progressions and cadences."""
