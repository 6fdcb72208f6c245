"""Chord progressions of pieces in degrees of their keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stemwright.compose.chords import chord_of
from stemwright.compose.learning.bars import Heard
from stemwright.compose.style import Style
from stemwright.song.harmony import Chord, Key

_LOOPS = (1, 2, 4, 8, 12, 16)
_MOST, _CADENCES = 32, 8
"""As many progressions as a style's list may have: of a user's held-out files, chords of songs in 32 are
nearer than in 8 or 16 (docs/personal.md)."""
_ADDED = 60
"""Percent of chords with an added tone from which on that is what the progressions say."""
_PLAIN = {
    "triad": {"add9": "", "m7": "m"},
    "seventh": {"9": "7", "maj9": "maj7", "m9": "m7"},
    "power": {"sus2": "5"},
}
"""By colour, chords that have one tone more than it says, and what they are without it."""
_SCALE = (0, 2, 4, 5, 7, 9, 11)


@dataclass(frozen=True, slots=True)
class Progressions:
    """Texts of a style's `chords` table; `color` as there, `richer` in percent."""

    major: list[str]
    minor: list[str]
    cadences: list[str]
    color: str
    richer: int


def progressions(pieces: Sequence[Heard], base: Style) -> Progressions:
    """What the sections of the pieces repeat, and what leads from one to the next. `base`: any style."""
    chords = [chord for heard in pieces for chord in heard.piece.state.chords if chord is not None]
    color = _color(chords)
    plain = _PLAIN[color]
    enriched = sum(chord.quality in plain for chord in chords)
    simple = sum(chord.quality in plain.values() for chord in chords)
    richer = 100 * enriched // max(1, enriched + simple)
    strip = plain if richer < _ADDED else {}
    found: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    cadences: Counter[str] = Counter()
    for heard in pieces:
        state = heard.piece.state
        at = 0
        for number, section in enumerate(state.sections):
            bars = [_bar(heard, bar, base, color, strip) for bar in range(at, at + section.bars)]
            at += section.bars
            if not all(bars):
                continue
            loop = _loop(bars)
            if loop:
                found[state.key.is_minor][" | ".join(loop)] += section.bars
            last = number + 1 == len(state.sections)
            if loop and not last and len(bars) >= 4 and bars[-1] != loop[(len(bars) - 1) % len(loop)]:
                cadences[bars[-1]] += 1
    texts = {minor: [text for text, _ in counts.most_common(_MOST)] for minor, counts in found.items()}
    ends = [text for text, _ in cadences.most_common(_CADENCES)]
    return Progressions(texts[False], texts[True], ends, color, richer if strip else 0)


def _color(chords: Sequence[Chord]) -> str:
    """What most chords are: power chords, sevenths, or triads."""
    fifths = sum(chord.quality in ("5", "sus2") for chord in chords)
    sevenths = sum("7" in chord.quality or "9" in chord.quality for chord in chords)
    if 2 * fifths > len(chords):
        return "power"
    return "seventh" if 2 * sevenths > len(chords) else "triad"


def _bar(heard: Heard, bar: int, base: Style, color: str, strip: dict[str, str]) -> str:
    """A bar's chord, or the two of its halves, in degrees; "" where there is none."""
    state = heard.piece.state
    chords = state.chords_of(bar)
    grid = heard.grid(bar)
    half = grid.halves() // grid.beat_steps
    both = [chords[0], chords[half]] if chords else []
    if not both or None in both:
        return ""
    tokens = [_token(chord, state.key, base, color, strip) for chord in both if chord is not None]
    return tokens[0] if tokens[0] == tokens[1] else " ".join(tokens)


def _token(chord: Chord, key: Key, base: Style, color: str, strip: dict[str, str]) -> str:
    """A chord as a progression writes it."""
    style = replace(base, color=color)
    bare = Chord(chord.root, strip.get(chord.quality, chord.quality))
    scale = key.pitch_classes
    if bare.root_pc in scale:
        degree = str(scale.index(bare.root_pc) + 1)
    else:
        up = (bare.root_pc - key.tonic_pc) % 12
        degree = next(
            (f"b{number}" for number, step in enumerate(_SCALE, 1) if (step - 1) % 12 == up and number > 1),
            "#1",
        )
    same = chord_of(degree, key, style)
    return degree if same.quality == bare.quality else f"{degree}:{bare.quality}"


def _loop(bars: Sequence[str]) -> list[str]:
    """The bars that a section repeats, its last one aside; the whole section where it is short; else nothing
    more than its first eight bars.
    """
    body = bars[:-1] if len(bars) >= 4 else bars
    found = _repeated(body)
    if found:
        return found
    whole = list(bars[: 12 if len(bars) == 12 else 8])
    return _repeated(whole) or whole


def _repeated(bars: Sequence[str]) -> list[str]:
    """The shortest loop that nine in ten of the bars follow, [] for none."""
    for length in (length for length in _LOOPS if length <= len(bars)):
        if sum(bar == bars[place % length] for place, bar in enumerate(bars)) >= 0.9 * len(bars):
            return list(bars[:length])
    return []
