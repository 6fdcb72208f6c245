"""Which bundle plays a layer: its own, or that of the layer whose kind it is of; and what to say of layers
that nothing here plays. Layers go by their role (`layers.role_of`).
"""

from __future__ import annotations

import difflib
from pathlib import Path

from stemwright.errors import Message, StemwrightError, argument
from stemwright.song.layers import named_kind


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
        f"layer {layer!r}: no bundle plays it (there is: {have}){guess} say what it is (stemwright layer DIR "
        f"{layer} --kind KIND), add {argument('player')} sampler:FILE, or: stemwright remove DIR {layer}"
    )
