"""The timbres of a data set: what its manifest says of them, and what models of it are told."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stemwright.instruments.timbres import RECIPES, TIMBRES, Recipes, names
from stemwright.song.layers import is_drums

TIMBRE_FIELDS = ("timbres", "held_out", "ranges", "sounds")


def timbre_record(recipes: Recipes) -> dict[str, Any]:
    """What a manifest says of timbres. ``timbres`` are those that models are trained on, in the order of
    their slots, and ``sounds`` what they were made of; ``ranges``: lowest and highest pitch.
    """
    return {
        "timbres": {layer: list(found) for layer, found in names(recipes).items()},
        "held_out": {layer: list(found) for layer, found in names(recipes, held_out=True).items()},
        "ranges": {
            layer: {made.name: list(made.range) for made in found}
            for layer, found in recipes.items()
            if not is_drums(layer)
        },
        "sounds": [
            {"layer": layer, "timbre": made.name, "source": source}
            for layer, found in recipes.items()
            for made in found
            if not made.held_out
            for source in made.source.split("; ")
        ],
    }


def timbres_of(data: Path, layer: str) -> tuple[str, ...]:
    """The timbres of a layer that models of this data are trained on; without a manifest all known ones."""
    return tuple(_said(data, "timbres", layer, TIMBRES.get(layer, ())))


def ranges_of(data: Path, layer: str) -> dict[str, list[int]]:
    """What these timbres of a layer can play; nothing of drums."""
    if is_drums(layer):
        return {}
    known = {made.name: list(made.range) for made in RECIPES.get(layer, ())}
    ranges = _said(data, "ranges", layer, known)
    return {name: ranges[name] for name in timbres_of(data, layer) if name in ranges}


def _said(data: Path, field: str, layer: str, otherwise: Iterable[str]) -> Any:
    path = data / "manifest.json"
    record = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return record[field].get(layer, ()) if field in record else otherwise
