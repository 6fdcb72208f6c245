"""What of a song a mix and its stems are made of: which layers are heard, how loud and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.errors import UsageError

if TYPE_CHECKING:
    from stemwright.mix.placement import Placement
    from stemwright.song.document import Song, Take


def is_heard(song: Song, layer: str) -> bool:
    """Whether a layer is soloed or, where none is, not muted."""
    soloed = any(entry.solo for entry in song.layers.values())
    return song.layers[layer].solo if soloed else not song.layers[layer].mute


def heard(path: Path, song: Song, takes: Mapping[str, Take]) -> dict[str, Take]:
    """Of the takes those of layers that are heard. UsageError, naming the song's folder, for none."""
    found = {layer: take for layer, take in takes.items() if is_heard(song, layer)}
    if takes and not found:
        why = "; ".join(silent(song, song.layers))
        raise UsageError(
            f"{path}: nothing is heard ({why}); next: stemwright layer DIR NAME --no-mute --no-solo"
        )
    return found


def silent(song: Song, layers: Iterable[str]) -> list[str]:
    """What to say of those of some layers that are not heard."""
    left = [layer for layer in layers if not is_heard(song, layer)]
    soloed = [layer for layer, entry in song.layers.items() if entry.solo]
    why = f"{', '.join(soloed)} soloed" if soloed else "muted"
    return [f"left out of mix and stems: {', '.join(left)} ({why})"] if left else []


def places(song: Song, layers: Iterable[str]) -> dict[str, Placement]:
    """Where layers stand in the mix, and how loud: as their kinds do, but for what the user set."""
    from stemwright.mix.placement import placement

    return {layer: _placed(placement(song.role(layer)), song, layer) for layer in layers}


def _placed(usual: Placement, song: Song, layer: str) -> Placement:
    from stemwright.mix.automation import gain_curve

    entry = song.layers[layer]
    pan = usual.pan if entry.pan is None else entry.pan
    return replace(usual, pan=pan, gain_db=entry.gain_db, curve=gain_curve(song, layer))
