"""Which track of a MIDI file is which layer: as the user says, or guessed from names, programs and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from stemwright.compose.tracks import share_out
from stemwright.errors import UsageError, argument
from stemwright.song.document import MAX_LAYERS
from stemwright.song.layers import LAYERS, check_layer_name
from stemwright.song.score import PPQ

if TYPE_CHECKING:
    from stemwright.song.midi import MidiTrack

_TRACK = re.compile(r"([0-9]{1,4})=(.+)", re.ASCII)

Chosen = dict[str, list[int]]
"""Layer -> numbers (from 1) of its tracks."""
BAR = 4 * PPQ


def choose(
    tracks: Sequence[MidiTrack],
    name: str,
    asked: Sequence[str] = (),
    layers: Sequence[str] = (),
    every_track: bool = False,
    bar: int = BAR,
) -> Chosen:
    """The tracks of each layer to import. UsageError (naming the file `name`) where there is nothing to take.

    `asked`: "2=bass" and the like. `layers`: only these. `every_track`: a layer for each track. `bar`: ticks
    of a bar.
    """
    if not tracks:
        raise UsageError(f"{name}: has no notes; give a file with notes")
    if asked and every_track:
        raise UsageError(f"{argument('every_track')}: names all layers; leave {argument('track')} out")
    if every_track and len(tracks) > MAX_LAYERS - len(LAYERS):
        raise UsageError(
            f"{name}: has {len(tracks)} tracks, too many for a song; leave {argument('every_track')} out"
        )
    guessed = each if every_track else guess
    found = _asked(asked, len(tracks)) if asked else guessed(tracks, bar)
    for layer in layers:
        if layer not in found:
            raise UsageError(
                f"{name}: has no notes for layer {layer[:40]!r}, only for {', '.join(found)}; "
                f"say which track it is, e.g. {argument('track')} 1={LAYERS[-1]}"
            )
    return {layer: numbers for layer, numbers in found.items() if not layers or layer in layers}


def each(tracks: Sequence[MidiTrack], bar: int = BAR) -> Chosen:
    """A layer for every track: "harmony", "harmony-2", ... in the order of the file."""
    names = {number: layer for layer, numbers in guess(tracks, bar).items() for number in numbers}
    chosen: Chosen = {}
    for number in range(1, len(tracks) + 1):
        layer, count = names[number], 1
        while (name := layer if count == 1 else f"{layer}-{count}") in chosen:
            count += 1
        chosen[name] = [number]
    return chosen


def guess(tracks: Sequence[MidiTrack], bar: int = BAR) -> Chosen:
    """The tracks of each layer, guessed. Every track is used; those of one layer are put together."""
    return {layer: sorted(numbers) for layer, numbers in share_out(tracks, bar).items()}


def _asked(texts: Sequence[str], count: int) -> Chosen:
    chosen: Chosen = {}
    for text in texts:
        found = _TRACK.fullmatch(text.strip())
        if found is None:
            raise UsageError(f"{argument('track')} {text[:40]!r}: write N=LAYER, e.g. 2=bass")
        number = int(found[1])
        if not 1 <= number <= count:
            raise UsageError(
                f"{argument('track')} {text[:40]!r}: the file has tracks 1 to {count} with notes"
            )
        numbers = chosen.setdefault(check_layer_name(found[2], argument("track")), [])
        if number not in numbers:
            numbers.append(number)
    return chosen
