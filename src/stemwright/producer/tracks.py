"""Which track of a MIDI file is which layer, guessed from names, programs, pitches and polyphony."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stemwright.song.layers import LAYERS

if TYPE_CHECKING:
    from stemwright.song.midi import MidiTrack

_WORDS = {
    "drums": ("drum", "percussion", "kit"),
    "bass": ("bass",),
    "harmony": ("harmony", "chord", "pad", "piano", "guitar", "keys", "strings", "organ"),
    "lead": ("lead", "melody", "vocal", "voice", "solo"),
}
_BASS_PROGRAMS = range(32, 40)


def guess(tracks: Sequence[MidiTrack]) -> dict[str, list[int]]:
    """Layer -> numbers (from 1) of its tracks. Every track is used; those of one layer are put together."""
    chosen: dict[str, list[int]] = {}
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


def _by_name(track: MidiTrack) -> str | None:
    if track.is_drums:
        return "drums"
    name = track.name.lower()
    for layer in LAYERS:
        if name == layer or any(word in name for word in _WORDS[layer]):
            return layer if layer != "drums" else None
    return "bass" if track.program in _BASS_PROGRAMS else None


def _by_sound(track: MidiTrack, chosen: dict[str, list[int]]) -> str:
    pitches = sorted(note.pitch for note in track.notes)
    if pitches[len(pitches) // 2] < 48 and "bass" not in chosen:
        return "bass"
    return "lead" if _mostly_single(track) and "lead" not in chosen else "harmony"


def _mostly_single(track: MidiTrack) -> bool:
    """Whether fewer than a fifth of the notes begin together with another one."""
    onsets = [note.onset for note in track.notes]
    return len(set(onsets)) > 0.8 * len(onsets)
