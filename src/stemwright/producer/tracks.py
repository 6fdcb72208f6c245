"""Which track of a MIDI file is which layer: as the user says, or guessed from names, programs and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from stemwright.errors import UsageError
from stemwright.song.document import MAX_LAYERS
from stemwright.song.layers import LAYERS, check_layer_name

if TYPE_CHECKING:
    from stemwright.song.midi import MidiTrack

_WORDS = {
    "drums": ("drum", "percussion", "kit"),
    "bass": ("bass",),
    "harmony": ("harmony", "chord", "pad", "piano", "guitar", "keys", "strings", "organ"),
    "lead": ("lead", "melody", "vocal", "voice", "solo"),
}
_BASS_PROGRAMS = range(32, 40)
_TRACK = re.compile(r"([0-9]{1,4})=(.+)", re.ASCII)

Chosen = dict[str, list[int]]
"""Layer -> numbers (from 1) of its tracks."""


def choose(
    tracks: Sequence[MidiTrack],
    name: str,
    asked: Sequence[str] = (),
    layers: Sequence[str] = (),
    every_track: bool = False,
) -> Chosen:
    """The tracks of each layer to import. UsageError (naming the file `name`) where there is nothing to take.

    `asked`: "2=bass" and the like. `layers`: only these. `every_track`: a layer for each track.
    """
    if not tracks:
        raise UsageError(f"{name}: has no notes; give a file with notes")
    if asked and every_track:
        raise UsageError("--every-track: names all layers; leave --track out")
    if every_track and len(tracks) > MAX_LAYERS - len(LAYERS):
        raise UsageError(f"{name}: has {len(tracks)} tracks, too many for a song; leave --every-track out")
    found = _asked(asked, len(tracks)) if asked else each(tracks) if every_track else guess(tracks)
    for layer in layers:
        if layer not in found:
            raise UsageError(
                f"{name}: has no notes for layer {layer[:40]!r}, only for {', '.join(found)}; "
                f"say which track it is, e.g. --track 1={LAYERS[-1]}"
            )
    return {layer: numbers for layer, numbers in found.items() if not layers or layer in layers}


def each(tracks: Sequence[MidiTrack]) -> Chosen:
    """A layer for every track: "harmony", "harmony-2", ... in the order of the file."""
    names = {number: layer for layer, numbers in guess(tracks).items() for number in numbers}
    chosen: Chosen = {}
    for number in range(1, len(tracks) + 1):
        layer, count = names[number], 1
        while (name := layer if count == 1 else f"{layer}-{count}") in chosen:
            count += 1
        chosen[name] = [number]
    return chosen


def guess(tracks: Sequence[MidiTrack]) -> Chosen:
    """The tracks of each layer, guessed. Every track is used; those of one layer are put together."""
    chosen: Chosen = {}
    open_tracks: list[int] = []
    for number, track in enumerate(tracks, 1):
        layer = _by_name(track)
        if layer is None:
            open_tracks.append(number)
        else:
            chosen.setdefault(layer, []).append(number)
    for number in open_tracks:
        chosen.setdefault(_by_sound(tracks[number - 1], chosen), []).append(number)
    return {layer: chosen[layer] for layer in LAYERS if layer in chosen}


def _asked(texts: Sequence[str], count: int) -> Chosen:
    chosen: Chosen = {}
    for text in texts:
        found = _TRACK.fullmatch(text.strip())
        if found is None:
            raise UsageError(f"--track {text[:40]!r}: write N=LAYER, e.g. 2=bass")
        number = int(found[1])
        if not 1 <= number <= count:
            raise UsageError(f"--track {text[:40]!r}: the file has tracks 1 to {count} with notes")
        numbers = chosen.setdefault(check_layer_name(found[2], "--track"), [])
        if number not in numbers:
            numbers.append(number)
    return chosen


def _by_name(track: MidiTrack) -> str | None:
    if track.is_drums:
        return "drums"
    name = track.name.lower()
    for layer in LAYERS:
        if name == layer or any(word in name for word in _WORDS[layer]):
            return layer if layer != "drums" else None
    return "bass" if track.program in _BASS_PROGRAMS else None


def _by_sound(track: MidiTrack, chosen: Chosen) -> str:
    pitches = sorted(note.pitch for note in track.notes)
    if pitches[len(pitches) // 2] < 48 and "bass" not in chosen:
        return "bass"
    return "lead" if _mostly_single(track) and "lead" not in chosen else "harmony"


def _mostly_single(track: MidiTrack) -> bool:
    """Whether fewer than a fifth of the notes begin together with another one."""
    onsets = [note.onset for note in track.notes]
    return len(set(onsets)) > 0.8 * len(onsets)
