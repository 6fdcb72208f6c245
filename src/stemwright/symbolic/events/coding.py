"""Bars of notes and chords as tokens. Reading them is `grammar`'s work.

A part's bar: ``part``, then for every instant at which notes begin ``[page] position [shift]`` and its notes
by ascending pitch, ``pitch velocity [long ...] duration [ticks]``, then ``end``. Drums are ``drum velocity``,
with a duration only where it is not DRUM_TICKS. Chords are told at the bar's begin and wherever they change:
``position root quality [over]`` or ``position no_chord``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stemwright.song.harmony import MODES, QUALITIES, Chord
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.events.vocabulary import (
    DENOMINATORS,
    DRUM_TICKS,
    FINE,
    LONG,
    PAGE,
    PARTS,
    home,
    section_of,
    style_of,
    tempo_of,
    token,
)

_QUALITY = {name: i for i, name in enumerate(QUALITIES)}
_MODE = {name: i for i, name in enumerate(MODES)}
_OCTAVES = 21


def header(state: GlobalState) -> list[int]:
    """What is known of a song before its first bar."""
    return [
        token("start"),
        token("meter_n", state.meter.n),
        token("meter_d", DENOMINATORS.index(state.meter.d)),
        token("tempo", tempo_of(state.bpm)),
        token("tonic", state.key.tonic_pc),
        token("mode", _MODE[state.key.mode]),
        token("style", style_of(state.style)),
    ]


def bar_head(state: GlobalState, bar: int) -> list[int]:
    """What begins a bar (from 0), which may lie anywhere in the song."""
    return [token("bar"), token("section", section_of(state.section_of_bar(bar)[1].name))]


def place(tick: int) -> list[int]:
    """A tick of a bar (from 0), as tokens."""
    unit = (tick + FINE // 2) // FINE
    page, position = divmod(unit, PAGE)
    out = [token("page", page)] if page else []
    out.append(token("position", position))
    if tick != unit * FINE:
        out.append(token("shift", tick - unit * FINE))
    return out


def length(ticks: int) -> list[int]:
    """A duration of 1 tick or more, as tokens."""
    times, rest = divmod(ticks, LONG)
    high, times = divmod(times, 1 << _OCTAVES)
    out = [token("long", _OCTAVES)] * high
    out += [token("long", e) for e in reversed(range(_OCTAVES)) if times >> e & 1]
    out.append(token("duration", rest // FINE))
    if rest % FINE:
        out.append(token("ticks", rest % FINE))
    return out


def notes_of_bar(notes: Iterable[Note], part: int, start: int, tonic: int) -> list[int]:
    """The notes of one part that begin in a bar; `start`: the bar's first tick."""
    drums = PARTS[part] == "drums"
    out = [token("part", part)]
    at = -1
    for note in sorted(notes, key=lambda n: (n.onset, n.pitch, n.duration, n.velocity)):
        if note.onset != at:
            at = note.onset
            out += place(at - start)
        out.append(token("drum", note.pitch) if drums else token("pitch", note.pitch - home(tonic)))
        out.append(token("velocity", note.velocity))
        if not drums or note.duration != DRUM_TICKS:
            out += length(note.duration)
    return [*out, token("end")]


def chords_of_bar(chords: Sequence[Chord | None], ticks_per_beat: int, tonic: int) -> list[int]:
    """The chords of a bar's beats."""
    out = [token("part", 0)]
    for beat, chord in enumerate(chords):
        if beat and chord == chords[beat - 1]:
            continue
        out += place(beat * ticks_per_beat)
        if chord is None:
            out.append(token("no_chord"))
            continue
        out.append(token("root", (chord.root_pc - tonic) % 12))
        out.append(token("quality", _QUALITY[chord.quality]))
        if chord.bass_pc != chord.root_pc:
            out.append(token("over", (chord.bass_pc - tonic) % 12))
    return [*out, token("end")]


def bars_of(score: Score, state: GlobalState) -> list[list[Note]]:
    """A score's notes by the bar in which they begin; later notes are left out."""
    out: list[list[Note]] = [[] for _ in range(state.bars)]
    for note in score.notes:
        if note.onset < state.total_ticks:
            out[note.onset // state.meter.ticks_per_bar].append(note)
    return out


def chord_bars(state: GlobalState) -> list[tuple[Chord | None, ...]]:
    """The chords of every bar's beats; () where they are not decided."""
    beats = state.meter.beats_per_bar
    return [state.chords[bar * beats : (bar + 1) * beats] for bar in range(state.bars)]
