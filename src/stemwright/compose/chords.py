"""Chord progressions from scale degrees: "1 | 5 | 6 | 4", "2:m7 5:7 | 1:maj7".

Bars stand between `|`, the chords of a bar between blanks. A bare degree is the key's own chord on it; a
flat or sharp before the degree counts from the major scale (b7 is always a whole tone under the tonic);
after a colon stands a quality, `*` for the key's own seventh chord; after a slash the tone of the chord
that is in the bass ("5/3", "6:m/b7").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import TypeVar

from stemwright.compose.charting import Charting
from stemwright.compose.degrees import HOLD, bar_slots, chords_in, spelled
from stemwright.compose.form import family, material
from stemwright.compose.grid import grid_of
from stemwright.compose.inversions import with_basses
from stemwright.compose.learned import chords as asked
from stemwright.compose.learned.tables import table
from stemwright.compose.modal import MODAL
from stemwright.compose.palette import MAJOR_SEVENTHS
from stemwright.compose.streams import Stream
from stemwright.compose.style import Style
from stemwright.song.harmony import QUALITIES, Chord, Key, roman
from stemwright.song.meter import Meter
from stemwright.song.pitch import fifths_of, name_at, plainer
from stemwright.song.state import GlobalState, Section

T = TypeVar("T")

_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_FIFTHS = (0, 2, 4, -1, 1, 3, 5)
"""Of each degree, on the line of fifths."""
_RICHER = {
    "seventh": {"7": "9", "maj7": "maj9", "m7": "m9"},
    "triad": {"": "add9", "m": "m7"},
    "power": {"5": "sus2"},
}
_FOUR = tuple(name for name, tones in QUALITIES.items() if len(tones) >= 4)
_SEVENTHS = {"": "7", "m": "m7", "dim": "m7b5", "aug": "aug7"}
_LOOP = 8
"""Bars that a progression has at most that is no form of its own."""
_OFFSET = {"chorus": 1, "bridge": 2, "prechorus": 3}


def progressions(style: Style, mode: str) -> tuple[str, ...]:
    """The progressions a style has for a mode."""
    if mode in MODAL:
        return MODAL[mode].progressions
    return style.major if mode == "major" else style.minor


def _own(key: Key, degree: int, style: Style) -> Chord:
    if style.color == "power":
        return roman(key, degree, "5")
    return roman(key, degree, seventh=style.color == "seventh" and degree != 7)


def chord_of(token: str, key: Key, style: Style) -> Chord:
    """The chord that one token ("b7", "2:m7", "5:") means in `key`."""
    upper, _, bass = token.partition("/")
    chord = _upper(upper, key, style)
    return replace(chord, bass=bass_name(chord, bass)) if bass else chord


def bass_name(chord: Chord, tone: str) -> str:
    """The name of a tone counted from a chord's root: `3` its own third, `b7` a whole tone below the root."""
    number, shift = int(tone[-1]) - 1, {"b": -1, "#": 1}.get(tone[0], 0)
    have = {(pc - chord.root_pc) % 12 for pc in chord.pitch_classes}
    above = _MAJOR[number]
    if not shift and above not in have:
        shift = next((by for by in (-1, 1) if above + by in have), 0)
    return plainer(name_at(fifths_of(chord.root) + _FIFTHS[number] + 7 * shift))


def _upper(token: str, key: Key, style: Style) -> Chord:
    """The chord of a token without its bass."""
    numeral, colon, quality = token.partition(":")
    degree = int(numeral[-1])
    if colon and style.color == "power":
        quality = "5"
    if len(numeral) > 1:
        shift = -1 if numeral[0] == "b" else 1
        root = (key.tonic_pc + _MAJOR[degree - 1] + shift) % 12
        return Chord(key.spell(root), quality or ("5" if style.color == "power" else ""))
    if not colon:
        return _own(key, degree, style)
    return roman(key, degree, seventh=True) if quality == "*" else roman(key, degree, quality)


def _cadence(style: Style, key: Key, stream: Stream) -> list[str]:
    modal = MODAL.get(key.mode)
    tokens = stream.pick(modal.cadences if modal else style.cadences).split()
    return ["5:" if token == "5" and key.mode == "minor" else token for token in tokens]


def _enrich(chord: Chord, key: Key, style: Style, stream: Stream) -> Chord:
    """`chord` with, at times, one more tone of the key."""
    quality = _RICHER.get(style.color, {}).get(chord.quality)
    if not stream.chance(style.colored) or quality is None:
        return chord
    richer = Chord(chord.root, quality, chord.bass)
    added = set(richer.pitch_classes) - set(chord.pitch_classes)
    return richer if added <= set(key.pitch_classes) else chord


@lru_cache(maxsize=512)
def _bars(progression: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(bar.split()) for bar in progression.split("|"))


def _fitting(choice: tuple[str, ...], bars: int) -> tuple[str, ...]:
    """The progressions for so many bars: those that are forms as long as these, twelve bars of blues, where
    there are some; else all, to be repeated and cut.
    """
    return tuple(text for text in choice if len(_bars(text)) == bars > _LOOP) or choice


def _section_tokens(section: Section, final: bool, style: Style, key: Key, seed: int) -> list[list[str]]:
    """The chord tokens of every bar of a section, its cadence included."""
    choice = _fitting(progressions(style, key.mode), section.bars)
    stream = Stream(seed, "chords", material(section.name))
    first = Stream(seed, "chords").below(len(choice))
    offset = _OFFSET.get(family(section.name), 0) if family(section.name) else stream.below(len(choice))
    loop = _bars(choice[(first + offset) % len(choice)])
    bars = [list(loop[bar % len(loop)]) for bar in range(section.bars)]
    cadence = _cadence(style, key, stream)
    if final:
        if section.bars >= 2:
            bars[-2] = cadence
        bars[-1] = [next((t for bar in loop for t in bar if t.partition(":")[0] == "1"), "1")]
    elif section.bars >= 4:
        bars[-1] = cadence
    return bars


def compose_chords(state: GlobalState, style: Style, seed: int) -> tuple[Chord, ...]:
    """One chord per beat for the whole song; the last bar is the tonic. By the style's share, of songs, they
    are what real songs do (`charting`), else its written progressions; in keys neither major nor minor always
    these. Basses go by steps as often as the style has it (`inversions`).
    """
    drawn = Stream(seed, "chords", "learned").chance(style.learned) and state.key.mode not in MODAL
    chords = _charted(state, style, seed) if drawn else _written(state, style, seed)
    return with_basses(chords, state, style.inversions, seed)


def _written(state: GlobalState, style: Style, seed: int) -> tuple[Chord, ...]:
    """Chords of the style's own progressions."""
    out: list[Chord] = []
    bars = count()
    for index, section in enumerate(state.sections):
        stream = Stream(seed, "chord colours", material(section.name))
        final = index == len(state.sections) - 1
        for tokens in _section_tokens(section, final, style, state.key, seed):
            chords = [
                _enrich(chord_of(token, state.key, style), state.key, style, stream) for token in tokens
            ]
            slots = (chords[0], None, chords[1] if len(chords) > 1 else None, None)
            out += in_meter(slots, state.meter_of(next(bars)))
    return tuple(out)


def _charted(state: GlobalState, style: Style, seed: int) -> tuple[Chord, ...]:
    """Chords drawn from what real songs do."""
    mode = "minor" if state.key.mode == "minor" else "major"
    charting = Charting(table(asked.NAME), style.genre, mode, seed)
    out: list[Chord] = []
    known: dict[str, Chord] = {}
    for index, bar in enumerate(charting.chart(state.sections)):
        for name in chords_in(bar):
            if name not in known:
                known[name] = _coloured(name, charting, state.key, style, seed)
        slots = [None if slot == HOLD else known[slot] for slot in bar_slots(bar)]
        out += in_meter(slots, state.meter_of(index))
    return tuple(out)


def _coloured(name: str, charting: Charting, key: Key, style: Style, seed: int) -> Chord:
    """The chord of a triad's token, coloured as the style has its chords."""
    degree, _, triad = name.partition(":")
    if style.color == "power":
        quality = "5"
    elif style.color == "seventh":
        quality = charting.colour(name, _FOUR) or (
            "maj7" if degree in MAJOR_SEVENTHS and not triad else _SEVENTHS[triad]
        )
    else:
        quality = charting.colour(name) or triad
    chord = spelled(f"{degree}:{quality}", key)
    assert chord is not None
    # triads have their colours of real songs; sevenths are made richer as the style says
    return (
        chord if style.color == "triad" else _enrich(chord, key, style, Stream(seed, "chord colours", name))
    )


def in_meter(slots: Sequence[T | None], meter: Meter) -> list[T]:
    """One chord a beat of a bar of four quarters, of which those that are None go on with the one before; the
    first is none. Where a meter has no beat for a quarter, its chord is left out; where it has no half, the
    last chord is the bar's.
    """
    grid, beats = grid_of(meter), meter.beats_per_bar
    half = grid.halves() // grid.beat_steps
    if not half:
        return [chord for chord in slots if chord is not None][-1:] * beats
    starts = (0, half // 2, half, half + (beats - half) // 2)
    out: list[T] = []
    now = slots[0]
    for chord, start, end in zip(slots, starts, (*starts[1:], beats), strict=True):
        now = now if chord is None else chord
        assert now is not None
        out += [now] * (end - start)
    return out
