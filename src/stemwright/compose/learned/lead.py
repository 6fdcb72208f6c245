"""The table "lead": what melodies do, in coordinates that transpose. What a corpus shows and what the
arranger asks for are named by the same functions.

A bar's rhythm is a *line*, a mark a sixteenth: `x` begins a note, `-` holds it (over a bar line too), `.` is
silent; a pulse's marks are a *cell*. Pitches are *degrees*: seven an octave, counted from a tonic; a tone
between two of the scale has the lower one's.

Subjects:

- "density": how busy a section is (`density`), by family of styles.
- "form": how a bar's rhythm relates to the section so far: `new`, as some bars before (`1`, `2`, `4`, `8`),
  or its first half alone (`h1`..`h8`).
- "contour": how the pitches of such a bar relate to those: `same`, moved by degrees (`+2`), `like` (up where
  they go up) or `free`.
- "rhythm": the next cell of a line.
- "moves": degrees from a note to the next.
- "tones": semitones of a note above its chord's root.
"""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.compose.grid import Grid
from stemwright.song.harmony import Chord, Key
from stemwright.song.qualities import QUALITIES

NAME = "lead"
DENSITY, FORM, CONTOUR, RHYTHM, MOVES, TONES = "density", "form", "contour", "rhythm", "moves", "tones"
LAGS = (1, 2, 4, 8)
"""How many bars before a bar's rhythm is looked for."""
FARTHEST = 7
"""Degrees of the widest move that is told from wider ones."""
FAMILIES = ("song", "jazz", "art", "game")
"""Whose melodies: songs of the people, standards, art songs, games."""
_FAMILY = {
    **dict.fromkeys(("pop", "ballad", "country", "folk", "rock", "latin", "reggae", "soul", "funk"), "song"),
    **dict.fromkeys(("jazz", "swing", "blues", "bossa"), "jazz"),
    "classical": "art",
}
_BUSY = (6, 10, 15)
"""Tenths of an onset in a quarter from which on a section is busier by one."""


def family_of(style: str) -> str:
    """The family of real music of a style."""
    return _FAMILY.get(style, "game")


def density(onsets: int, steps: int) -> str:
    """How busy a section of so many onsets in so many sixteenths is, "0" to "3"."""
    return str(sum(40 * onsets >= edge * steps for edge in _BUSY))


def cells(line: str, grid: Grid) -> list[str]:
    """A line's marks pulse by pulse."""
    return [line[pulse.start : pulse.start + pulse.length] for pulse in grid.pulses]


def sounding(line: str, sounds: bool = False) -> str:
    """A line in which nothing is held that does not sound; `sounds`: whether a note reaches into it."""
    out = []
    for mark in line:
        sounds = sounds if mark == "-" else mark != "."
        out.append(mark if sounds else ".")
    return "".join(out)


def rhythm_contexts(
    grid: Grid, family: str, busy: str, left: int, sounds: bool, before: Sequence[str]
) -> tuple[str, ...]:
    """What a line's next cell depends on. `left`: bars that follow in the section; `before`: the line's cells
    so far; `sounds`: whether a note reaches into the bar.
    """
    pulse = grid.pulses[len(before)]
    shape = "".join(str(pulse.length) for pulse in grid.pulses)
    so_far, over = "".join(before), "-" if sounds else "."
    last = before[-1] if before else over
    return (
        f"a{family}|{shape}|{busy}|{left % 4}|{over}|{so_far}",
        f"b{family}|{shape}|{busy}|{left % 2}|{so_far}",
        f"c{shape}|{busy}|{over}|{so_far}",
        f"d{pulse.length}|{busy}|{grid.strengths[pulse.start]}|{last}",
        f"e{pulse.length}|{busy}",
    )


def form_contexts(family: str, left: int, before: Sequence[str]) -> tuple[str, ...]:
    """What a bar's relation to earlier ones depends on. `before`: the section's relations so far."""
    one = before[-1] if before else ""
    two = before[-2] if len(before) > 1 else ""
    return (
        f"a{family}|{left % 8}|{two}|{one}|{min(len(before), 8)}",
        f"b{left % 8}|{two}|{one}",
        f"c{left % 4}|{one}",
        f"d{left % 4}",
    )


def contour_contexts(relation: str, left: int, alike: bool) -> tuple[str, ...]:
    """What a bar's pitches do to those of the bar whose rhythm it has; `alike`: over the same first chord."""
    return f"a{relation}|{left % 4}|{alike:d}", f"b{relation}|{alike:d}", f"c{relation}"


def degree(key: Key, pitch: int) -> int:
    """The degree of a pitch, seven an octave."""
    octave, above = divmod(pitch - key.tonic_pc, 12)
    scale = [(pc - key.tonic_pc) % 12 for pc in key.pitch_classes]
    return 7 * octave + sum(step <= above for step in scale) - 1


def move(before: int, after: int) -> str:
    """The symbol of a move between two degrees."""
    return str(max(-FARTHEST, min(FARTHEST, after - before)))


def move_contexts(before: int | None, height: int, gap: int) -> tuple[str, ...]:
    """What a move depends on. `before`: the move that led to the note that it leaves, None for a phrase's
    first note; `height`: of that note, in degrees from the melody's centre; `gap`: sixteenths to the next.
    """
    came = "b" if before is None else str(max(-3, min(3, before)))
    high = sum(height > edge for edge in (-5, -2, 1, 4))
    wait = "b" if gap > 7 else "l" if gap > 4 else "m" if gap > 2 else "s"
    return f"a{came}|{high}|{wait}", f"b{came}|{min(3, max(1, high))}", f"c{high}"


def kind_of_chord(chord: Chord) -> str:
    """A chord's third, fifth and seventh."""
    tones = {tone % 12 for tone in QUALITIES[chord.quality]}
    third = "m" if 3 in tones and 4 not in tones else "M" if 4 in tones else "s"
    fifth = "" if 7 in tones else "d" if 6 in tones else "a" if 8 in tones else ""
    return third + fifth + ("7" if 10 in tones else "j" if 11 in tones else "")


def tone_contexts(
    family: str, key: Key, chord: Chord, strength: int, length: int, breath: bool, home: bool
) -> tuple[str, ...]:
    """What a note over a chord depends on. `breath`: whether silence or a held note follows; `home`: whether
    it ends a section.
    """
    strong = "s" if strength >= 3 else "p" if strength == 2 else "o"
    long = "l" if length > 4 else "m" if length > 2 else "s"
    kind = kind_of_chord(chord)
    place = f"{key.is_minor:d}{(chord.root_pc - key.tonic_pc) % 12}{kind}"
    end = "e" if home else "b" if breath else ""
    return (
        f"a{family}|{place}|{strong}{long}{end}",
        f"b{place}|{'s' if strength >= 2 or length > 2 else 'o'}",
        f"c{kind}|{strong}{long}",
        f"d{kind}",
    )
