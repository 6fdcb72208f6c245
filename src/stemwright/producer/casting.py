"""Which bundle plays a layer: its own, or that of the layer whose kind it is of; and what to say of layers
that nothing here plays. Layers go by their role (`layers.role_of`).
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.errors import Message, StemwrightError, UsageError, argument
from stemwright.song.layers import AUDIO, kind_of, named_kind

if TYPE_CHECKING:
    from stemwright.song.document import Song


def with_notes(song: Song, layers: Sequence[str]) -> list[str]:
    """Of a song's layers those that are named, or all that have notes where none is. UsageError for a layer
    that the song has not, and for one of recordings, which nobody writes or plays.
    """
    for name in layers:
        song.layer(name)
        require_notes(song, name)
    every = [name for name in song.layers if kind_of(song.role(name)) != AUDIO]
    return [name for name in every if not layers or name in layers]


def require_notes(song: Song, layer: str) -> None:
    """UsageError for a layer of recordings."""
    if kind_of(song.role(layer)) == AUDIO:
        raise UsageError(
            f"layer {layer!r}: holds recordings, which have no notes; another recording comes with: "
            f"stemwright layer take DIR {layer} {argument('audio')} FILE",
            field="layer",
        )


def performers() -> list[str]:
    """The layers that have a bundle of their own here."""
    from stemwright.models import shipped

    return [name for name, path in shipped().items() if _performs(path)]


def bundle_for(layer: str) -> str | None:
    """The name of the bundle that plays a layer; None where nothing here does."""
    from stemwright.models import shipped

    there = shipped()
    names = (name for name in (layer, named_kind(layer)) if name is not None)
    return next((name for name in names if name in there and _performs(there[name])), None)


def _performs(path: Path) -> bool:
    """Whether a bundle is a performer. A damaged one is taken for one: what loads it tells what is wrong."""
    from stemwright.models import read_manifest

    try:
        return read_manifest(path).kind == "performer"
    except StemwrightError:
        return True


def why_not(layer: str) -> Message | None:
    """In one line why nothing here plays a layer and what to do; None where a bundle does."""
    return refusal(layer) if bundle_for(layer) is None else None


def refusal(layer: str) -> Message:
    """What to say of a layer that nothing here plays, in one line."""
    there = performers()
    have = ", ".join(there) or "none"
    if named_kind(layer) is not None:
        return Message(
            f"layer {layer!r} needs the bundle {named_kind(layer)!r}, which is not installed (installed: "
            f"{have}); train it or set STEMWRIGHT_WEIGHTS=FOLDER"
        )
    near = difflib.get_close_matches(layer, there, n=1)
    guess = f", is it {near[0]!r}?" if near else ";"
    return Message(
        f"layer {layer!r}: no bundle plays it (there is: {have}){guess} say what it is "
        f"(stemwright layer DIR {layer} --kind KIND), add {argument('player')} sampler:FILE, "
        f"or: stemwright layer remove DIR {layer}"
    )
