"""Which bundle plays a layer: its own, or that of the layer whose kind it is of; and what to say of layers
that nothing here plays.
"""

from __future__ import annotations

import difflib

from stemwright.errors import Message, argument
from stemwright.song.layers import named_kind

_NO_PERFORMERS = ("codec", "composer", "companion", "tone", "wide")


def performers() -> list[str]:
    """The layers that have a bundle of their own here."""
    from stemwright.models import shipped

    return [name for name in shipped() if name not in _NO_PERFORMERS]


def bundle_for(layer: str) -> str | None:
    """The name of the bundle that plays a layer; None where nothing here does."""
    there = performers()
    return next((name for name in (layer, named_kind(layer)) if name in there), None)


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
        f"layer {layer!r}: no bundle plays it (there is: {have}){guess} import "
        f"its notes as one of these, add {argument('player')} sampler:FILE, or: stemwright remove DIR {layer}"
    )
