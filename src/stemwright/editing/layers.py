"""`layer add`, `layer rename`: which layers a song has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.compose.parts import parse_layers
from stemwright.errors import UsageError
from stemwright.producer import bundles
from stemwright.producer.clock import Clock
from stemwright.producer.create import new_entry
from stemwright.producer.details import ChangedLayer
from stemwright.producer.layer import settings
from stemwright.producer.record import Act, commit
from stemwright.producer.workspace import writing
from stemwright.song.layers import check_layer_name, kind_of, named_kind

if TYPE_CHECKING:
    from stemwright.song.document import LayerEntry, Song


def add_layer(path: Path, name: str, kind: str | None = None, timbre: str | None = None) -> dict[str, Any]:
    """Add a layer without notes. UsageError where the song has one of this name, or it says no kind."""
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        require_new(song, name)
        (layer,) = parse_layers([name if kind is None else f"{name}:{kind}"], "layer")
        chosen = None if timbre is None else bundles.timbre_of(bundles.performer(layer.role), timbre)
        entry = new_entry(layer, song.state.style, chosen)
        act = Act("layer", [name], details={name: ChangedLayer({"added": True})})
        number = commit(folder, song.with_layer(name, entry), act, clock)["run"]
    return _facts(name, entry, number)


def rename_layer(path: Path, layer: str, name: str) -> dict[str, Any]:
    """Give a layer another name. UsageError for one that the song has, or that no layer can have."""
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        entry = song.layer(layer)
        require_new(song, check_layer_name(name, "name"))
        kind = kind_of(entry.role(layer))
        entry = replace(entry, kind=None if named_kind(name) == kind else kind)
        act = Act("layer", [name], details={name: ChangedLayer({"renamed": layer})})
        after = song.without_layer(layer).with_layer(name, entry)
        if after.lyrics is not None and after.lyrics.layer == layer:
            after = replace(after, lyrics=replace(after.lyrics, layer=name))
        number = commit(folder, after, act, clock)["run"]
    return _facts(name, entry, number)


def require_new(song: Song, name: str) -> None:
    """UsageError where the song has a layer of this name."""
    if name in song.layers:
        raise UsageError(f"layer {name!r}: is in the song already; choose another name", field="name")


def _facts(name: str, entry: LayerEntry, run: int) -> dict[str, Any]:
    return {"layer": name, "run": run, "timbre": entry.timbre, **settings(name, entry), "remarks": []}
