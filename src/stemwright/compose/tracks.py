"""Which track of a full-band MIDI file is the bass, which the harmony, which the lead.

Every track is measured (register, voices, how much of the song it sounds, variety, how mechanical its rhythm
is) and gets a value for each layer from these measures, its General MIDI program and words in its name. The
weights were set by hand on the files under "looked_at" in the tests' band_layers.json; error rates are those
on its other files (`benchmarks/layers.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from stemwright.song.layers import LAYERS
from stemwright.song.score import PPQ

if TYPE_CHECKING:
    from stemwright.song.midi import MidiTrack
    from stemwright.song.score import Note

MIN_NOTES = 8
MIN_BASS, MIN_LEAD, MIN_HARMONY = 1.2, 0.0, -1.0
MAX_LEAD_VOICES = 2.3
MAX_PIANO_TOGETHER = 0.5
_PERCUSSIVE = {47, *range(112, 128)}
"""Timpani, percussion and sound effects: no layer takes them."""
_PIANOS = range(8)
_SAME = 0.8
"""Two tracks with so large a share of equal notes are one part played twice."""
_GOOD_ENOUGH = 0.7
"""How much less than the best a track may be worth and still take its layer over."""

_NAMES = {
    "bass": re.compile(r"\bba(s|ss|su|sui|is)\b|bass|\bbs\b|pick"),
    "lead": re.compile(r"lead|melod|solo|vox|vocal|\bvoice\b|\bled|violin i\b|flute|trumpet"),
    "harmony": re.compile(r"chord|pad\b|rhythm|string|organ|choir|accomp|piano"),
}
_LAYER_NAME = re.compile(r"(bass|harmony|lead)([ -][0-9]+)?", re.ASCII)
_PROGRAMS: dict[str, list[tuple[range, float]]] = {
    "bass": [(range(32, 40), 2.0), (range(43, 44), 0.5), (range(58, 59), 0.3)],
    "lead": [
        (range(80, 88), 0.6), (range(56, 80), 0.5), (range(29, 31), 0.3), (range(52, 55), 0.1),
        (range(88, 96), -0.6), (range(50, 52), -0.3), (range(45, 47), -0.5), (range(55, 56), -1.0),
        (range(32, 40), -1.5),
    ],
    "harmony": [
        (range(88, 96), 0.6), (range(48, 52), 0.4), (range(16, 20), 0.3), (range(0, 8), 0.3),
        (range(24, 31), 0.2), (range(32, 40), -1.5), (range(55, 56), -0.5),
    ],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """What is measured of a track.

    `middle`: median pitch. `voices`: mean number of notes that sound at once. `together`: share of the time
    that it sounds in which two or more do. `share`: of the song's beats.
    `rate`: onsets a beat that it sounds in. `variety`: different pitches. `repeated`: share of onsets on the
    pitch before. `even`: share of the commonest distance between onsets. `fresh`: different bars among those
    that it sounds in.
    """

    number: int
    program: int
    name: str
    middle: int
    voices: float
    together: float
    share: float
    rate: float
    variety: int
    repeated: float
    even: float
    fresh: float
    places: frozenset[tuple[int, int]]


def measured(number: int, track: MidiTrack, end: int, bar: int) -> Part:
    """The measures of a track in a song of `end` ticks with bars of `bar` ticks."""
    notes = track.notes
    tops = sorted({n.onset: n.pitch for n in notes}.items())
    steps = Counter(b[0] - a[0] for a, b in pairwise(tops))
    beats = _beats(notes)
    bars: dict[int, list[tuple[int, int]]] = {}
    for n in notes:
        bars.setdefault(n.onset // bar, []).append((n.onset % bar, n.pitch))
    pitches = sorted(n.pitch for n in notes)
    voices, together = _voices(notes)
    moves = max(1, len(tops) - 1)
    return Part(
        number=number,
        program=track.program,
        name=track.name.lower(),
        middle=pitches[len(pitches) // 2],
        voices=voices,
        together=together,
        share=min(1.0, beats * PPQ / max(1, end)),
        rate=len(tops) / beats,
        variety=len(set(pitches)),
        repeated=sum(a[1] == b[1] for a, b in pairwise(tops)) / moves,
        even=max(steps.values(), default=0) / moves,
        fresh=len({tuple(found) for found in bars.values()}) / len(bars),
        places=frozenset((n.onset // 12, n.pitch % 12) for n in notes),
    )


def _beats(notes: Sequence[Note]) -> int:
    """Beats in which any note sounds."""
    count, reach = 0, -1
    for n in sorted(notes):
        first, last = max(n.onset // PPQ, reach + 1), (n.end - 1) // PPQ
        count += max(0, last - first + 1)
        reach = max(reach, last)
    return count


def polyphony(notes: Sequence[Note]) -> float:
    """Mean number of notes that sound while any does (1.0 for one voice)."""
    return _voices(notes)[0]


def _voices(notes: Sequence[Note]) -> tuple[float, float]:
    """The polyphony, and the share of the time that any note sounds in which two or more do."""
    edges = sorted([(n.onset, 1) for n in notes] + [(n.end, -1) for n in notes])
    sounding, last, area, span, several = 0, 0, 0, 0, 0
    for tick, step in edges:
        if sounding:
            area += sounding * (tick - last)
            span += tick - last
            several += (sounding > 1) * (tick - last)
        sounding, last = sounding + step, tick
    return (area / span, several / span) if span else (0.0, 0.0)


def _word(part: Part, layer: str) -> bool:
    return _NAMES[layer].search(part.name) is not None


def _program(part: Part, layer: str) -> float:
    return next((value for programs, value in _PROGRAMS[layer] if part.program in programs), 0.0)


def bass_value(part: Part) -> float:
    """Low, in one voice, there all the time."""
    value = _program(part, "bass") + (1.5 if _word(part, "bass") else 0.0)
    low = min(1.5, (52 - part.middle) / 12) if part.middle > 50 or value else (52 - part.middle) / 12
    return value + max(-3.0, low) + part.share - 1.2 * (part.voices - 1)


def lead_value(part: Part) -> float:
    """In one voice and a singing register, varied, neither an ostinato nor an arpeggio."""
    value = _program(part, "lead")
    value += 0.8 * _word(part, "lead") - 0.6 * (_word(part, "harmony") or _word(part, "bass"))
    value -= min(2.5, 1.5 * max(0.0, part.voices - 1.3))
    value -= 0.35 * ((part.middle - 72) / 12) ** 2
    value += 1.5 * min(1.0, part.share / 0.5)
    value += 0.8 * min(1.0, part.variety / 12) + 0.8 * part.fresh
    value -= max(0.0, part.repeated - 0.3)
    value -= 1.0 if part.even > 0.85 and part.rate > 1.8 else 0.0
    return value


def harmony_value(part: Part) -> float:
    """In several voices, in the middle, there most of the time."""
    value = _program(part, "harmony")
    value += 0.6 * _word(part, "harmony") - 0.8 * _word(part, "lead")
    value += 0.6 * min(4.0, part.voices) + 1.5 * part.share
    value -= 0.4 * ((part.middle - 62) / 12) ** 2
    return value


def share_out(tracks: Sequence[MidiTrack], bar: int) -> dict[str, list[int]]:
    """Layer -> numbers (from 1) of its tracks, the best first; every track is in one. `bar`: ticks of a bar.

    A track that bears a layer's name, as those do that Stemwright writes, is that layer's. What fits nothing
    goes to the harmony.
    """
    found: dict[str, list[int]] = {}
    others: list[int] = []
    for number, track in enumerate(tracks, 1):
        named = _LAYER_NAME.fullmatch(track.name.strip().lower())
        if track.is_drums or named:
            found.setdefault("drums" if track.is_drums or not named else named[1], []).append(number)
        else:
            others.append(number)
    guessed = assign([tracks[number - 1] for number in others], bar, 1)
    for layer in ("bass", "lead"):
        if layer not in found and layer in guessed:
            found[layer] = [others[place - 1] for place in guessed[layer]]
    best = [others[place - 1] for place in guessed.get("harmony", [])]
    taken = {number for numbers in found.values() for number in numbers}
    rest = [number for number in dict.fromkeys((*best, *others)) if number not in taken]
    if rest:
        found["harmony"] = [*found.get("harmony", []), *rest]
    return {layer: found[layer] for layer in LAYERS if layer in found}


def assign(tracks: Sequence[MidiTrack], bar: int, least: int = MIN_NOTES) -> dict[str, list[int]]:
    """Layer -> numbers (from 1) of the tracks that fit it, the best first. `bar`: ticks of a bar; `least`:
    notes that a track must have.
    """
    end = max((n.end for t in tracks for n in t.notes), default=1)
    parts = [
        measured(number, track, end, bar)
        for number, track in enumerate(tracks, 1)
        if not track.is_drums and len(track.notes) >= least and track.program not in _PERCUSSIVE
    ]
    drums = [number for number, track in enumerate(tracks, 1) if track.is_drums and track.notes]
    basses = _ranked(parts, bass_value, MIN_BASS)
    rest = [part for part in parts if part not in basses]
    leads = _ranked([p for p in rest if _sings(p)], lead_value, MIN_LEAD)
    chords = [part for part in rest if not leads or not _same(part, leads[0])]
    harmonies = _ranked(chords, harmony_value, MIN_HARMONY)
    found = {
        "drums": drums,
        "bass": _numbers(basses),
        "harmony": _numbers(harmonies),
        "lead": _numbers([p for p in leads if p not in harmonies[:1]]),
    }
    return {layer: numbers for layer, numbers in found.items() if numbers}


def _ranked(parts: list[Part], value: Callable[[Part], float], least: float) -> list[Part]:
    """The parts worth at least `least` for a layer, the best first; the others only if nearly as good."""
    values = sorted(((-value(p), p.number, p) for p in parts if value(p) >= least), key=lambda v: v[:2])
    return [part for worth, _, part in values if worth <= values[0][0] + _GOOD_ENOUGH]


def _sings(part: Part) -> bool:
    """Whether a part may be a lead: in few voices, and on a piano mostly in one, else it plays both hands."""
    both_hands = part.program in _PIANOS and part.together > MAX_PIANO_TOGETHER and not _word(part, "lead")
    return part.voices < MAX_LEAD_VOICES and not both_hands


def _numbers(parts: list[Part]) -> list[int]:
    return [part.number for part in parts]


def _same(one: Part, other: Part) -> bool:
    return len(one.places & other.places) >= _SAME * min(len(one.places), len(other.places))
