"""Full-band MIDI in which several tracks take turns in a layer, as one part: they hand it over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stemwright.song.midi import MidiTrack
    from stemwright.song.score import Note

_HAND_OVER = 4
"""Bars of silence after which another track takes a layer over: shorter rests belong to the part."""


def hand_over(tracks: Sequence[MidiTrack], chosen: dict[str, list[int]], bar: int) -> dict[str, list[Note]]:
    """Layer -> notes: of the layer's first track, and where it is silent for some bars, of the next that
    plays there. No note is in two layers; all drum tracks play together.
    """
    out: dict[str, list[Note]] = {}
    used: set[tuple[int, int]] = set()  # (track, bar) that a layer has
    for layer in ("drums", "bass", "lead", "harmony"):
        for number in chosen.get(layer, []):
            notes = tracks[number - 1].notes
            if layer != "drums":
                notes = _free(notes, number, out.get(layer, []), used, bar)
            out.setdefault(layer, []).extend(notes)
    return out


def _free(
    notes: list[Note], number: int, there: list[Note], used: set[tuple[int, int]], bar: int
) -> list[Note]:
    """The notes of a track in bars in which its layer is silent, with some bars of silence around."""
    sounding = {b for n in there for b in range(n.onset // bar, (n.end - 1) // bar + 1)}
    found = []
    for n in notes:
        at = n.onset // bar
        if (number, at) not in used and (not there or _silent(at, sounding)):
            found.append(n)
    used |= {(number, n.onset // bar) for n in found}
    return found


def _silent(at: int, sounding: set[int]) -> bool:
    """Whether a bar lies in a silence of at least _HAND_OVER bars."""
    if at in sounding:
        return False
    first = last = at
    while last - first + 1 < _HAND_OVER and first > 0 and first - 1 not in sounding:
        first -= 1
    while last - first + 1 < _HAND_OVER and last + 1 not in sounding:
        last += 1
    return last - first + 1 >= _HAND_OVER
